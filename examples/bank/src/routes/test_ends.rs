//! `GET /__ends`, `POST /__sweep` and `POST /__hooks`, with `--test-clock` only: which sessions ended, those that nobody comes
//! back to, and a hook that hangs.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use session_policy::{SessionError, axum::session};

use crate::app::Bank;

/// What the hook was told, one line of JSON for each end: its id, the reason, the user (`null`: nobody).
#[session(public)]
pub(crate) async fn ends(State(bank): State<Arc<Bank>>) -> Response {
    // The route is mounted only where ends are kept.
    let Some(ends) = &bank.ends else { return StatusCode::NOT_FOUND.into_response() };
    ([(CONTENT_TYPE, "application/jsonl")], ends.text()).into_response()
}

/// Ends what is over by the test clock; how many that were. Their hooks have returned when this is answered.
#[session(public)]
pub(crate) async fn sweep(State(bank): State<Arc<Bank>>) -> Result<Json<Value>, SessionError> {
    let ended = bank.sessions.sweep().await?;
    Ok(Json(json!({ "ended": ended })))
}

#[derive(Deserialize)]
pub(crate) struct Hooks {
    /// `on` or `off`.
    hang: String,
}

/// With `hang=on`, every hook that is called from now on hangs after its line is written (until the engine drops it), as if
/// another service did not answer; `hang=off` is for those that are called later.
#[session(public)]
pub(crate) async fn hooks(State(bank): State<Arc<Bank>>, Form(form): Form<Hooks>) -> Response {
    // The route is mounted only where ends are kept.
    let Some(ends) = &bank.ends else { return StatusCode::NOT_FOUND.into_response() };
    match form.hang.as_str() {
        "on" => ends.hang(true),
        "off" => ends.hang(false),
        _ => return (StatusCode::BAD_REQUEST, "`hang` is on or off\n").into_response(),
    }
    StatusCode::NO_CONTENT.into_response()
}
