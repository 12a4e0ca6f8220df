//! The policy report: what it says, in each of its forms, and that it agrees with what is enforced.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect has to fail"
)]

mod agrees;
mod html;
mod json;
mod manifest;
mod markdown;
mod site;
mod snapshot;
mod sources;
