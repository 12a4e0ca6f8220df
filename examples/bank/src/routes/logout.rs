//! `POST /logout`: for anybody, so that the button never fails.

use axum::response::Redirect;
use session_policy::{Session, SessionError, axum::session};

#[session(auth = "anonymous")]
pub(crate) async fn sign_out(session: Session) -> Result<Redirect, SessionError> {
    session.logout().await?;
    Ok(Redirect::to("/login?reason=logout"))
}
