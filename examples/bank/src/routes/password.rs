//! `POST /password`: another password, and nobody stays signed in with the old one.

use std::sync::Arc;

use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use session_policy::{Level, SessionError, UserSession, axum::session};

use super::{refused::wrong_password, sessions::page};
use crate::{
    app::Bank,
    pages::Said,
    policies::Done,
    users::{LEAST_CHARACTERS, NotChanged},
};

/// The form. It has no `Debug`: a password is never logged.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Change {
    /// The one until now.
    password: String,
    new: String,
}

#[session(fresh = "5m")]
pub(crate) async fn change(
    me: UserSession,
    State(bank): State<Arc<Bank>>,
    Form(form): Form<Change>,
) -> Result<Response, SessionError> {
    let user = me.user().as_str();
    me.begin_login(user).await?;
    match bank.users.change(user, form.password, form.new).await {
        Ok(()) => {}
        Err(NotChanged::TooShort) => {
            let fault = format!("A new password has at least {LEAST_CHARACTERS} characters.");
            let page = page(&me, &bank, Some(Said::Fault(&fault))).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
        Err(NotChanged::WrongPassword) => {
            let list = me.list().await?;
            return wrong_password(&me, |left| {
                crate::pages::sessions(&me, &list, bank.clock.now_ms(), Some(Said::AttemptsLeft(left)))
            })
            .await;
        }
        Err(NotChanged::NoRandomness) => return Err(SessionError::Random),
    }
    // Now, and not before: a login with the old password that is under way is refused, or finds the new one. If the store does
    // not answer, the password is changed all the same, and the user is told that the rest is not done (503).
    let ended = me.credential_changed().await?;
    // The password was shown: this session goes on with a new token, and a copy of the old one is worth nothing.
    me.reauthenticated(user, Level::Full).await?;
    me.set(Done::ChangedPassword(ended))?;
    Ok(Redirect::to("/sessions").into_response())
}
