//! The answer to wrong credentials.

use axum::{
    http::{StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Redirect, Response},
};
use maud::Markup;
use session_policy::{SessionError, UserSession};

/// 401 with `page`. A 401 names the way in (RFC 9110, 15.5.2), also where the page holds the form once more.
pub(super) fn refused(page: impl IntoResponse) -> Response {
    let challenge = [(WWW_AUTHENTICATE, r#"Session realm="bank", error="wrong_credentials""#)];
    (StatusCode::UNAUTHORIZED, challenge, page).into_response()
}

/// Counts a wrong password of somebody who is signed in, and answers with the page for so many attempts that are left. The fifth
/// in a row ends the session.
pub(super) async fn wrong_password(
    me: &UserSession,
    page: impl FnOnce(u8) -> Result<Markup, SessionError>,
) -> Result<Response, SessionError> {
    match me.reauth_failed().await {
        Ok(left) => Ok(refused(page(left)?)),
        Err(SessionError::Ended(end)) => Ok(Redirect::to(&format!("/login?reason={}", end.as_str())).into_response()),
        Err(other) => Err(other),
    }
}
