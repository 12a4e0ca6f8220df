//! The exchange: open → judge → run → commit → answer. It knows no framework; an adapter calls [`Sessions`] with a
//! [`RequestView`](crate::request::RequestView) and the handler's status.
//!
//! What an adapter calls, in this order: [`Sessions::arrive`] → [`Sessions::open`] (refused: [`Sessions::answer`]) → the
//! handler → [`Session::finish`] → its headers, or [`Sessions::problem`] in the answer's place.
//!
//! - `open`: from a request to a handle; `lower`: what is done at once; `stage`: what waits for the answer;
//!   `commit`: what becomes of it; `answer`: the form of a denial; `challenge`: no loops.

mod answer;
mod auth_event;
mod builder;
mod challenge;
mod commit;
mod data;
mod engine;
mod error;
mod event;
mod handle;
mod lower;
mod next;
mod open;
mod session;
mod stage;
mod user;

pub use answer::{Answer, problem};
pub use auth_event::AuthEvent;
pub use builder::{BuildError, Builder};
pub use commit::Finished;
pub use data::{DataSpec, SessionData};
pub use engine::Sessions;
pub use error::SessionError;
pub use event::Event;
pub use handle::Session;
pub use next::local_path;
pub use open::{Arrival, Refusal};
pub use session::TimeLeft;
pub use user::UserSession;
