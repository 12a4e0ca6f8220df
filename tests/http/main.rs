//! The bank, as a real process, over a real socket, with the test clock.
//!
//! Written from the specification, not from the code: where both differ, the code is wrong. One binary for all of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(clippy::panic, reason = "that is how a test fails")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod kit;

mod activity;
mod api;
mod attempts;
mod binding;
mod commit;
mod cookie_field;
mod cookie_written;
mod crash;
mod csrf;
mod deadlines;
mod denial;
mod fixation;
mod hooks;
mod limits;
mod next;
mod pages;
mod parallel;
mod password;
mod process;
mod reauth;
mod role;
mod rotation;
mod sessions;
mod siblings;
mod sign_in;
mod store;
mod tls;
mod transport;
