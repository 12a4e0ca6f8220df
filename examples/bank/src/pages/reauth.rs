//! The page that asks for the password again.

use maud::{Markup, html};
use session_policy::{SessionError, UserSession};

use super::layout::{Viewer, attempts_left, page};

/// The form; `left` is how many attempts are left after a wrong password.
pub(crate) fn reauth(me: &UserSession, next: &str, left: Option<u8>) -> Result<Markup, SessionError> {
    let content = html! {
        @match left {
            Some(left) => (attempts_left(left)),
            None => {
                @if let Some(reason) = me.reason() { p.notice role="status" { (reason.sentence()) } }
            }
        }
        form.card method="post" action="/reauth" {
            p { "You stay signed in as " strong { (me.user()) } "." }
            // Not of type `hidden`: password managers pass over those.
            input name="user" value=(me.user()) autocomplete="username" hidden;
            label for="password" { "Password" }
            input #password name="password" type="password" required autocomplete="current-password" autofocus;
            @if !next.is_empty() { input type="hidden" name="next" value=(next); }
            button type="submit" { "Confirm" }
        }
    };
    Ok(page(&Viewer::of(me)?, "Confirm that it is you", "/reauth", &content))
}
