//! Answers of the runtime as axum's responses.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use super::entry::CALLING;
use crate::{
    sessions::{Answer, SessionError, problem},
    verdict::{Denial, Reason, Remedy},
};

/// The answer as a response.
pub(super) fn render(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().append(name, value);
        }
    }
    keep_private(&mut response);
    response
}

/// An answer of a guarded route is nobody else's: never stored, and it depends on the cookie.
pub(super) fn keep_private(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let varies = headers.get_all(header::VARY).iter().any(|value| {
        value.as_bytes().split(|byte| *byte == b',').any(|name| {
            let name = name.trim_ascii();
            name == b"*" || name.eq_ignore_ascii_case(b"cookie")
        })
    });
    if !varies {
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    }
}

/// Adds our cookie; another `Set-Cookie` of the same name gives way.
pub(super) fn set_cookie(response: &mut Response, cookie: &str) {
    let name = |text: &[u8]| text.split(|byte| *byte == b'=').next().map(<[u8]>::to_vec);
    let Ok(value) = HeaderValue::from_str(cookie) else { return };
    let ours = name(cookie.as_bytes());
    let headers = response.headers_mut();
    let others: Vec<HeaderValue> =
        headers.get_all(header::SET_COOKIE).iter().filter(|other| name(other.as_bytes()) != ours).cloned().collect();
    headers.remove(header::SET_COOKIE);
    for other in others {
        headers.append(header::SET_COOKIE, other);
    }
    headers.append(header::SET_COOKIE, value);
}

/// A reason of the closed set answers as a denial would; anything else is the application's fault: 500, and the log's business.
impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        match self.reason() {
            Some(reason) => {
                let remedy = match reason.status() {
                    401 if matches!(reason, Reason::NewRole | Reason::Fresh) => {
                        Remedy::Reauthenticate { max_age: Some(0), level: None }
                    }
                    401 => Remedy::Login,
                    503 => Remedy::Retry,
                    _ => Remedy::Nothing,
                };
                let denial = Denial { reason, remedy };
                // On a plain `Router` nobody knows the realm any more.
                render(
                    CALLING
                        .try_with(|call| call.sessions.problem(denial))
                        .unwrap_or_else(|_| problem("session", denial)),
                )
            }
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
