//! `POST /__clock`, with `--test-clock` only: moves the clock of this bank.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use session_policy::axum::session;

use crate::app::Bank;

#[derive(Deserialize)]
pub(crate) struct Advance {
    /// A duration in the policy language, such as `31m`.
    advance: String,
}

#[session(public)]
pub(crate) async fn advance(State(bank): State<Arc<Bank>>, Form(form): Form<Advance>) -> Response {
    // The route is mounted only where there is a clock to move.
    let Some(clock) = &bank.test_clock else { return StatusCode::NOT_FOUND.into_response() };
    match clock.advance(&form.advance) {
        Ok(()) => Json(json!({ "now_ms": clock.now_ms() })).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
}
