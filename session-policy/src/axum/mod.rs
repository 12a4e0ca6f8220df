//! axum 0.8: the [`session`](macro@session) attribute, [`PolicyRouter`], and the plain-`Router` way.
//!
//! ```
//! use axum::response::Html;
//! use session_policy::{
//!     SessionPolicy, Sessions, UserSession,
//!     axum::{PolicyRouter, get, session},
//!     client::Transport,
//!     store::MemoryStore,
//! };
//!
//! #[derive(SessionPolicy)]
//! #[session(idle = "30m", absolute = "8h")]
//! struct Site;
//!
//! #[session(idle = "10m", bind = "ua")]
//! async fn dashboard(me: UserSession) -> Html<String> {
//!     Html(format!("hello {}", me.user()))
//! }
//!
//! let sessions = Sessions::builder::<Site, ()>()
//!     .store(MemoryStore::new())
//!     .transport(Transport::tls())
//!     .origins(["https://www.example.org"])
//!     .login("/login")
//!     .build()?;
//! let app: axum::Router = PolicyRouter::new(sessions).route("/", get(dashboard)).into_router()?;
//! # Ok::<(), session_policy::BuildError>(())
//! ```
//!
//! A plain [`axum::Router`] takes the sessions as a layer: `.layer(Extension(sessions))`. The guarded handlers are the same;
//! what is lost is the proof that no route was forgotten, and the start-up checks.

mod entry;
mod guarded;
mod mounted;
mod response;
mod route;
mod router;
mod run;

pub use entry::{DeclaresPolicy, Denied, Entry};
pub use guarded::GuardedArgs;
pub use route::{GuardedRoute, any, delete, get, patch, post, put};
pub use router::PolicyRouter;
pub use run::{Answer, Answering, run, run_alone, run_user};

pub use crate::policy::{Guard, MountedRoute};

#[cfg(feature = "macros")]
#[doc = include_str!("../../docs/session.md")]
pub use session_policy_macros::axum_session as session;
