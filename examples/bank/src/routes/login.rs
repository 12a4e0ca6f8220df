//! `GET /login` and `POST /login`.

use std::sync::Arc;

use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use maud::Markup;
use serde::Deserialize;
use session_policy::{AuthEvent, Session, SessionError, axum::session};

use super::refused::refused;
use crate::{app::Bank, pages, users::User};

/// The form. It has no `Debug`: a password is never logged.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct SignIn {
    pub(crate) user: String,
    pub(crate) password: String,
    /// Where to go afterwards; checked before it is used.
    pub(crate) next: String,
}

#[session(auth = "anonymous")]
pub(crate) async fn ask(session: Session) -> Result<Markup, SessionError> {
    pages::login(&session, "", &session.next_or(""), None)
}

#[session(auth = "anonymous")]
pub(crate) async fn sign_in(
    session: Session,
    State(bank): State<Arc<Bank>>,
    Form(form): Form<SignIn>,
) -> Result<Response, SessionError> {
    let Some(user) = checked(&session, &bank, &form.user, form.password).await? else {
        // The same words for a wrong name and a wrong password.
        let page = pages::login(&session, &form.user, &form.next, Some("That user and password do not match."))?;
        return Ok(refused(page));
    };
    session.login(AuthEvent::new(user.name).role(user.role))?;
    Ok(Redirect::to(&session.checked_next_or(&form.next, "/account")).into_response())
}

/// The user, if it is their password. If all their sessions are ended while it is checked, or it is changed, the login that
/// follows is refused.
pub(super) async fn checked(
    session: &Session,
    bank: &Bank,
    user: &str,
    password: String,
) -> Result<Option<User>, SessionError> {
    match session.begin_login(user).await {
        // Nobody has such a name, as the check will find out: it must not be quicker.
        Ok(_) | Err(SessionError::User(_)) => Ok(bank.users.verify(user, password).await),
        Err(other) => Err(other),
    }
}
