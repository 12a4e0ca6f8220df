//! The answer to wrong credentials.

use axum::{
    http::{StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};

/// 401 with `page`. A 401 names the way in (RFC 9110, 15.5.2), also where the page holds the form once more.
pub(crate) fn refused(page: impl IntoResponse) -> Response {
    let challenge = [(WWW_AUTHENTICATE, r#"Session realm="bank", error="wrong_credentials""#)];
    (StatusCode::UNAUTHORIZED, challenge, page).into_response()
}
