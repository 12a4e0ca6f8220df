//! `GET /style.css`.

use axum::{http::header, response::IntoResponse};
use session_policy::axum::session;

#[session(public)]
pub(crate) async fn style() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, include_str!("../style.css"))
}
