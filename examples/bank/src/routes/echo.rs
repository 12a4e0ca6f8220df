//! `POST /api/echo`: JSON in, JSON out. Without a session the body is not even read.

use axum::Json;
use serde_json::Value;
use session_policy::axum::session;

#[session]
pub(crate) async fn echo(Json(value): Json<Value>) -> Json<Value> {
    Json(value)
}
