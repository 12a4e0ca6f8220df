//! The form of a denial: status, headers and body, for any framework.

use std::fmt::Write as _;

use super::{
    Sessions,
    next::{encode_query, local_path, path_of},
};
use crate::{
    policy::{Activity, OnDenied, Spec},
    request::{RequestView, Single, single_header},
    verdict::{Denial, Reason, Remedy},
};

/// An answer that the runtime gives in the handler's place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Header fields, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for a redirect.
    pub body: String,
}

/// How long a client should wait before it asks again, in seconds.
const RETRY_AFTER: &str = "5";

impl Sessions {
    /// The answer to a denied request.
    #[must_use]
    pub fn answer(&self, spec: &Spec, denial: Denial, remove: bool, request: &dyn RequestView) -> Answer {
        let mut answer = match self.page_for(spec, denial, request) {
            Some(location) => Answer { status: 303, headers: vec![("location", location)], body: String::new() },
            None => self.problem(denial),
        };
        if remove {
            answer.headers.push(("set-cookie", self.removal_cookie()));
        }
        answer.headers.push(("cache-control", "no-store".to_owned()));
        answer.headers.push(("vary", "Cookie".to_owned()));
        answer
    }

    /// The status with its challenge, and a body after RFC 9457.
    #[must_use]
    pub fn problem(&self, denial: Denial) -> Answer {
        problem(self.realm(), denial)
    }

    /// The page that helps, for a client that shows pages; `None` asks for the status.
    fn page_for(&self, spec: &Spec, denial: Denial, request: &dyn RequestView) -> Option<String> {
        let page = match denial.remedy {
            Remedy::Login => self.login_page()?,
            Remedy::Reauthenticate { .. } => self.reauth_page()?,
            Remedy::Nothing | Remedy::Retry => return None,
        };
        let shows_pages = match spec.nearest.on_denied.unwrap_or(OnDenied::Auto) {
            OnDenied::Status => false,
            OnDenied::Redirect => true,
            OnDenied::Auto => is_navigation(request),
        };
        // The page itself must not be sent to itself.
        let here = request.path_and_query();
        if !shows_pages || path_of(here) == path_of(page) {
            return None;
        }
        let mut location = page.to_owned();
        let mut separator = if page.contains('?') { '&' } else { '?' };
        if denial.reason != Reason::NoSession {
            let _ = write!(location, "{separator}reason={}", denial.reason.as_str());
            separator = '&';
        }
        let passive = spec.nearest.activity == Some(Activity::Passive);
        if request.method() == "GET"
            && !passive
            && !self.is_own_page(path_of(here))
            && let Some(next) = local_path(here)
        {
            let _ = write!(location, "{separator}next={}", encode_query(next));
        }
        Some(location)
    }
}

/// The status with its challenge, and a body after RFC 9457.
#[must_use]
pub fn problem(realm: &str, denial: Denial) -> Answer {
    let reason = denial.reason;
    let status = reason.status();
    let mut headers = Vec::new();
    if status == 401 {
        headers.push(("www-authenticate", challenge(realm, denial)));
    }
    if status == 503 {
        headers.push(("retry-after", RETRY_AFTER.to_owned()));
    }
    headers.push(("content-type", "application/problem+json".to_owned()));
    let title = match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        _ => "Service Unavailable",
    };
    // Every part is a word or a sentence of ours: nothing needs escaping.
    let body = format!(
        r#"{{"type":"about:blank","title":"{title}","status":{status},"detail":"{}","reason":"{}"}}"#,
        reason.sentence(),
        reason.as_str()
    );
    Answer { status, headers, body }
}

/// `WWW-Authenticate`. A living session that must be authenticated again speaks in RFC 9470's words.
fn challenge(realm: &str, denial: Denial) -> String {
    let mut text = format!("Session realm=\"{realm}\"");
    match denial.remedy {
        Remedy::Reauthenticate { max_age, level } => {
            text.push_str(", error=\"insufficient_user_authentication\"");
            // Writing to a string cannot fail.
            if let Some(max_age) = max_age {
                let _ = write!(text, ", max_age=\"{max_age}\"");
            }
            if let Some(level) = level {
                let _ = write!(text, ", acr_values=\"{}\"", level.as_str());
            }
        }
        Remedy::Login | Remedy::Nothing | Remedy::Retry => {
            let _ = write!(text, ", error=\"{}\"", denial.reason.as_str());
        }
    }
    text
}

/// Whether the client shows a page: it says so (`Sec-Fetch-Mode`), or it asks for HTML with a GET.
fn is_navigation(request: &dyn RequestView) -> bool {
    let mode = single_header(request, "sec-fetch-mode", |mode| match mode {
        Single::Absent => None,
        Single::One(mode) => Some(mode == b"navigate"),
        Single::Many => Some(false),
    });
    mode.unwrap_or_else(|| request.method() == "GET" && accepts_html(request))
}

/// Whether `Accept` names HTML; a wildcard does not.
fn accepts_html(request: &dyn RequestView) -> bool {
    let mut html = false;
    request.each_header("accept", &mut |value| {
        html |= value.split(|byte| *byte == b',').any(|range| {
            let media = range.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
            media.eq_ignore_ascii_case(b"text/html") || media.eq_ignore_ascii_case(b"application/xhtml+xml")
        });
    });
    html
}
