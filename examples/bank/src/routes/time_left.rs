//! `GET /time-left`: how long the session has left. Asking is not activity: a page that polls keeps nobody signed in.

use std::time::Duration;

use axum::Json;
use serde::Serialize;
use session_policy::{SessionError, UserSession, axum::session};

#[derive(Serialize)]
pub(crate) struct TimeLeft {
    /// Always `alive`: an ended session is answered with 401 and its reason.
    state: &'static str,
    idle_left_ms: u64,
    absolute_left_ms: u64,
    /// How long before the end a client should warn; `null`: the policy says nothing of it.
    warn_ms: Option<u64>,
}

#[session(activity = "passive")]
pub(crate) async fn time_left(me: UserSession) -> Result<Json<TimeLeft>, SessionError> {
    let left = me.time_left().ok_or(SessionError::NoUser)?;
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let (idle_left_ms, absolute_left_ms) = (ms(left.idle), ms(left.absolute));
    Ok(Json(TimeLeft { state: "alive", idle_left_ms, absolute_left_ms, warn_ms: None }))
}
