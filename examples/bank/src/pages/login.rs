//! The login page.

use maud::{Markup, html};
use session_policy::{Session, SessionError};

use super::layout::{Viewer, alert, page};
use crate::users::{DEMO, DEMO_PASSWORD};

/// The login page: `user` and `next` are kept from the last attempt, `fault` says why it failed.
pub(crate) fn login(session: &Session, user: &str, next: &str, fault: Option<&str>) -> Result<Markup, SessionError> {
    let viewer = Viewer::of(session)?;
    let content = html! {
        @if let Some(fault) = fault {
            (alert(fault))
        } @else if let Some(reason) = session.reason() {
            p.notice role="status" { (reason.sentence()) }
        } @else if let Viewer::User { name, .. } = &viewer {
            p.notice role="status" {
                "You are signed in as " strong { (name) } ". Go to " a href="/account" { "your account" }
                ", or sign in as somebody else."
            }
        }
        div.columns {
            form.card method="post" action="/login" {
                label for="user" { "User" }
                input #user name="user" value=(user) required autocomplete="username" autocapitalize="none" spellcheck="false";
                label for="password" { "Password" }
                input #password name="password" type="password" required autocomplete="current-password";
                @if !next.is_empty() { input type="hidden" name="next" value=(next); }
                button type="submit" { "Sign in" }
            }
            section.card aria-labelledby="demo" {
                h2 #demo { "Demo accounts" }
                dl {
                    @for account in DEMO {
                        dt { code { (account.name) } }
                        dd { (account.role.as_str()) }
                    }
                }
                p { "The password of each is" }
                p { code.wide { (DEMO_PASSWORD) } }
            }
        }
    };
    Ok(page(&viewer, "Sign in", "/login", &content))
}
