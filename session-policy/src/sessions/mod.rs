//! The exchange: open → judge → run → commit → answer. It knows no framework; an adapter calls [`Sessions`] with a
//! [`RequestView`](crate::request::RequestView) and the handler's status.
//!
//! What an adapter calls, in this order: [`Sessions::arrive`] → [`Sessions::open`] (refused: [`Sessions::answer`]) → the
//! handler → [`Session::finish`] → its headers, or [`Sessions::problem`] in the answer's place.
//!
//! - `open`: from a request to a handle; `lower`: what is done at once; `stage` (data) and `raise` (logins): what waits for
//!   the answer; `ticket`: when a login began; `control`: a user's sessions together; `commit`: what becomes of it;
//!   `rotation`: which tokens open a session, and their successors; `answer`: the form of a denial; `challenge`: no loops.
//! - `ends`: what is told of an end; `hooks`: how the hook runs; `keeper`: what happens without requests; `clocks`: engines that
//!   differ about the time.
//!
#![doc = include_str!("../../docs/control.md")]

mod answer;
mod auth_event;
mod builder;
mod challenge;
mod clocks;
mod commit;
mod control;
mod data;
mod ends;
mod engine;
mod error;
mod event;
mod handle;
mod hooks;
mod info;
mod keeper;
mod lower;
mod next;
mod open;
mod raise;
mod rotation;
mod session;
mod stage;
mod ticket;
mod user;

pub use answer::{Answer, problem};
pub use auth_event::AuthEvent;
pub use builder::{BuildError, Builder};
pub use commit::Finished;
pub use data::{DataSpec, SessionData};
pub use ends::EndedSession;
pub use engine::Sessions;
pub use error::SessionError;
pub use event::{Event, HookFailure};
pub use handle::Session;
pub use hooks::{HOOK_MOST, LEASE};
pub use info::SessionInfo;
pub use next::local_path;
pub use open::{Arrival, Refusal};
pub use session::TimeLeft;
pub use ticket::{LoginTicket, TicketError};
pub use user::UserSession;
