//! `GET /sessions`: where the user is signed in. `POST /sessions/end` and `POST /sessions/end-others`: and no longer is.

use std::sync::Arc;

use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use maud::Markup;
use serde::Deserialize;
use session_policy::{Session, SessionError, UserSession, axum::session};

use crate::{
    app::Bank,
    pages::{self, Said},
    policies::Done,
};

#[derive(Deserialize)]
pub(crate) struct Choice {
    /// Names the session in the list; it opens nothing.
    handle: String,
}

#[session]
pub(crate) async fn list(me: UserSession, State(bank): State<Arc<Bank>>) -> Result<Markup, SessionError> {
    let done = me.take::<Done>()?;
    page(&me, &bank, done.map(Said::Done)).await
}

#[session(fresh = "5m")]
pub(crate) async fn end(
    me: UserSession,
    State(bank): State<Arc<Bank>>,
    Form(choice): Form<Choice>,
) -> Result<Response, SessionError> {
    if !me.end_one(&choice.handle).await? {
        // Somebody else's is not there either.
        let page = page(&me, &bank, Some(Said::Fault("That session is not there any more."))).await?;
        return Ok((StatusCode::NOT_FOUND, page).into_response());
    }
    if Session::user(&me).is_none() {
        // It was this one.
        return Ok(Redirect::to("/login?reason=revoked").into_response());
    }
    me.set(Done::EndedOne)?;
    Ok(Redirect::to("/sessions").into_response())
}

#[session(fresh = "5m")]
pub(crate) async fn end_others(me: UserSession) -> Result<Redirect, SessionError> {
    let ended = me.end_others().await?;
    me.set(Done::EndedOthers(ended))?;
    Ok(Redirect::to("/sessions"))
}

/// The page, as it is now.
pub(super) async fn page(me: &UserSession, bank: &Bank, said: Option<Said<'_>>) -> Result<Markup, SessionError> {
    pages::sessions(me, &me.list().await?, bank.clock.now_ms(), said)
}
