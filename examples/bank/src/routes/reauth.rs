//! `GET /reauth` and `POST /reauth`: the session's user shows once more that it is them.

use std::sync::Arc;

use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use maud::Markup;
use serde::Deserialize;
use session_policy::{Level, SessionError, UserSession, axum::session};

use super::refused::wrong_password;
use crate::{app::Bank, pages};

/// The form. It has no `Debug`: a password is never logged.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Confirm {
    password: String,
    /// For password managers, which want to know whose password it is. Somebody else's is a failed attempt.
    user: String,
    /// Where to go afterwards; checked before it is used.
    next: String,
}

#[session]
pub(crate) async fn ask(me: UserSession) -> Result<Markup, SessionError> {
    pages::reauth(&me, &me.next_or(""), None)
}

#[session]
pub(crate) async fn confirm(
    me: UserSession,
    State(bank): State<Arc<Bank>>,
    Form(form): Form<Confirm>,
) -> Result<Response, SessionError> {
    let user = me.user().as_str();
    let own = form.user.is_empty() || form.user == user;
    me.begin_login(user).await?;
    if !own || bank.users.verify(user, form.password).await.is_none() {
        return wrong_password(&me, |left| pages::reauth(&me, &form.next, Some(left))).await;
    }
    me.reauthenticated(user, Level::Full).await?;
    Ok(Redirect::to(&me.checked_next_or(&form.next, "/account")).into_response())
}
