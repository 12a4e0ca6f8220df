//! `POST /fail/{what}`, with `--test-clock` only: does something to the session, then fails. What lowers a session must
//! last all the same; what raises it must leave no trace.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use session_policy::{AuthEvent, Session, SessionError, axum::session};

use super::login::{SignIn, checked};
use crate::{
    app::Bank,
    pages,
    policies::{Scheme, Theme},
};

#[session(auth = "anonymous")]
pub(crate) async fn fail(
    session: Session,
    State(bank): State<Arc<Bank>>,
    Path(what): Path<String>,
    // Only the logins have a form.
    form: Result<Form<SignIn>, FormRejection>,
) -> Result<Response, SessionError> {
    let status = match what.as_str() {
        "logout-500" => {
            session.logout().await?;
            StatusCode::INTERNAL_SERVER_ERROR
        }
        "logout-panic" => {
            session.logout().await?;
            panic_now()
        }
        "login-500" => sign_in(&session, &bank, form, StatusCode::INTERNAL_SERVER_ERROR).await?,
        "login-403" => sign_in(&session, &bank, form, StatusCode::FORBIDDEN).await?,
        "set-500" => {
            session.set(Theme { scheme: Scheme::Dark })?;
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => return Ok((StatusCode::NOT_FOUND, pages::not_found()).into_response()),
    };
    Ok((status, format!("{what}: {status}, on purpose\n")).into_response())
}

/// Signs in as `POST /login` does, but the answer is `status`.
async fn sign_in(
    session: &Session,
    bank: &Bank,
    form: Result<Form<SignIn>, FormRejection>,
    status: StatusCode,
) -> Result<StatusCode, SessionError> {
    let Ok(Form(form)) = form else { return Ok(StatusCode::BAD_REQUEST) };
    let Some(user) = checked(session, bank, &form.user, form.password).await? else {
        return Ok(StatusCode::UNAUTHORIZED);
    };
    session.login(AuthEvent::new(user.name).role(user.role))?;
    Ok(status)
}

#[allow(clippy::panic, reason = "the point of the route: the connection breaks, and only this request is affected")]
fn panic_now() -> StatusCode {
    panic!("on purpose: POST /fail/logout-panic")
}
