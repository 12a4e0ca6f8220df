//! Every other path.

use axum::{http::StatusCode, response::IntoResponse};
use session_policy::axum::session;

use crate::pages;

#[session(public)]
pub(crate) async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, pages::not_found())
}
