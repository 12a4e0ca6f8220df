//! `POST /theme`: remembers the colours that somebody prefers, also before they sign in.

use axum::{
    Form,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use session_policy::{Session, SessionError, axum::session, sessions::local_path};

use crate::policies::{Scheme, Theme};

#[derive(Deserialize)]
pub(crate) struct Choice {
    theme: String,
}

#[session(auth = "anonymous")]
pub(crate) async fn choose(
    session: Session,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Result<Response, SessionError> {
    let Some(scheme) = Scheme::parse(&choice.theme) else {
        return Ok((StatusCode::BAD_REQUEST, "`theme` is one of: system, light, dark").into_response());
    };
    session.set(Theme { scheme })?;
    Ok(Redirect::to(&came_from(&headers)).into_response())
}

/// The page with the button. Only its path is used, so this never leads to another site.
fn came_from(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let uri = referer.and_then(|referer| referer.parse::<Uri>().ok());
    let path = uri.as_ref().and_then(Uri::path_and_query).and_then(|path| local_path(path.as_str()));
    path.unwrap_or("/").to_owned()
}
