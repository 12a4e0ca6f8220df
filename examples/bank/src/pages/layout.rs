//! What all pages have in common.

use maud::{DOCTYPE, Markup, html};
use session_policy::{Session, SessionError};

use crate::policies::{Role, Scheme, Theme};

/// What a page shows of the session.
pub(super) enum Viewer {
    /// The page is public: it cannot know who looks at it.
    Unknown,
    /// Nobody is signed in.
    Visitor { scheme: Scheme },
    /// A user.
    User { name: String, admin: bool, scheme: Scheme },
}

impl Viewer {
    pub(super) fn of(session: &Session) -> Result<Self, SessionError> {
        let scheme = session.get::<Theme>()?.unwrap_or_default().scheme;
        Ok(match session.user() {
            None => Self::Visitor { scheme },
            Some(user) => Self::User { name: user.to_string(), admin: session.role() == Some(Role::Admin), scheme },
        })
    }

    const fn scheme(&self) -> Scheme {
        match self {
            Self::Unknown => Scheme::System,
            Self::Visitor { scheme } | Self::User { scheme, .. } => *scheme,
        }
    }
}

/// The whole document. `title` is also its heading; `here` is the path of the navigation entry to mark.
pub(super) fn page(viewer: &Viewer, title: &str, here: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=(viewer.scheme().as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Bank" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/style.css";
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header {
                    div.bar {
                        a.brand href="/" { span.mark aria-hidden="true" { "B" } "Bank" }
                        (navigation(viewer, here))
                        (identity(viewer))
                    }
                }
                main #main {
                    h1 { (title) }
                    (content)
                }
                footer {
                    div.bar {
                        p { "A demonstration of session-policy. No real money moves." }
                        (themes(viewer))
                    }
                }
            }
        }
    }
}

fn navigation(viewer: &Viewer, here: &str) -> Markup {
    let link = |path: &str, name: &str| {
        let current = (path == here).then_some("page");
        html! { a href=(path) aria-current=[current] { (name) } }
    };
    html! {
        nav aria-label="Main" {
            @match viewer {
                Viewer::Unknown => {
                    (link("/login", "Sign in"))
                    (link("/account", "Your account"))
                }
                Viewer::Visitor { .. } => (link("/login", "Sign in")),
                Viewer::User { admin, .. } => {
                    (link("/account", "Account"))
                    (link("/statements", "Statements"))
                    (link("/transfer", "Transfer"))
                    (link("/sessions", "Sessions"))
                    @if *admin { (link("/admin", "Admin")) }
                }
            }
        }
    }
}

/// Who is signed in, and the way out.
fn identity(viewer: &Viewer) -> Markup {
    if matches!(viewer, Viewer::Visitor { .. }) {
        return html! {};
    }
    html! {
        div.identity {
            @if let Viewer::User { name, .. } = viewer { span.who { span { "Signed in as " } strong { (name) } } }
            form method="post" action="/logout" { button.quiet type="submit" { "Sign out" } }
        }
    }
}

/// The choice of colours; not on a public page, which would forget it at once.
fn themes(viewer: &Viewer) -> Markup {
    if matches!(viewer, Viewer::Unknown) {
        return html! {};
    }
    html! {
        form.themes method="post" action="/theme" {
            span #theme-label { "Theme" }
            div role="group" aria-labelledby="theme-label" {
                @for scheme in Scheme::ALL {
                    button type="submit" name="theme" value=(scheme.as_str()) aria-pressed=(scheme == viewer.scheme()) {
                        (scheme.as_str())
                    }
                }
            }
        }
    }
}

/// A message that something is as it should be.
pub(super) fn notice(message: &str) -> Markup {
    html! { p.notice role="status" { (message) } }
}

/// After a wrong password of somebody who is signed in: what is left of the five attempts.
pub(super) fn attempts_left(left: u8) -> Markup {
    match left {
        1 => alert("That is not your password. One attempt is left, then you are signed out."),
        _ => alert(&format!("That is not your password. {left} attempts are left.")),
    }
}

/// A message that screen readers say at once.
pub(super) fn alert(message: &str) -> Markup {
    html! { p.alert role="alert" { (message) } }
}
