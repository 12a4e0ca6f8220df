//! Where the user is signed in, and the form for another password.

use std::time::Duration;

use maud::{Markup, html};
use session_policy::{SessionError, UserSession, sessions::SessionInfo};

use super::{
    layout::{Viewer, alert, attempts_left, notice, page},
    words::{ago, ms, when},
};
use crate::{
    policies::{Done, Role},
    users::LEAST_CHARACTERS,
};

/// What `fresh` says on the routes of these forms.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// A message above the list.
pub(crate) enum Said<'a> {
    Done(Done),
    Fault(&'a str),
    /// After a wrong password.
    AttemptsLeft(u8),
}

impl Said<'_> {
    fn markup(&self) -> Markup {
        match self {
            Self::Done(Done::EndedOne) => notice("The session was ended."),
            Self::Done(Done::EndedOthers(ended)) => notice(&ended_others(*ended)),
            Self::Done(Done::ChangedPassword(ended)) => {
                notice(&format!("Your password is changed. {}", ended_others(*ended)))
            }
            Self::Fault(fault) => alert(fault),
            Self::AttemptsLeft(left) => attempts_left(*left),
        }
    }
}

fn ended_others(ended: usize) -> String {
    match ended {
        0 => "There was no other session.".to_owned(),
        1 => "The other session was ended.".to_owned(),
        _ => format!("The {ended} other sessions were ended."),
    }
}

/// The list, and what can be done about it.
pub(crate) fn sessions(
    me: &UserSession,
    list: &[SessionInfo],
    now_ms: u64,
    said: Option<Said<'_>>,
) -> Result<Markup, SessionError> {
    let role: Role = me.role()?;
    let fresh = me.is_fresh(FRESH);
    let content = html! {
        @if let Some(said) = said { (said.markup()) }
        @if !fresh {
            div.card {
                p { "To end sessions, or to change your password, confirm first that it is you." }
                a.button href="/reauth?next=/sessions" { "Confirm your password" }
            }
        }
        section.card {
            h2 #signed-in { "Where you are signed in" }
            div.scroll tabindex="0" role="region" aria-labelledby="signed-in" {
                table {
                    thead {
                        tr {
                            th scope="col" { "Device" }
                            th scope="col" { "Signed in (UTC)" }
                            th scope="col" { "Last seen" }
                            @if fresh { th scope="col" { span.unseen { "End" } } }
                        }
                    }
                    tbody { @for session in list { (row(session, now_ms, fresh)) } }
                }
            }
            @if role == Role::Member {
                p.hint { "Three at a time: one more sign-in ends the oldest." }
            }
            @if fresh && list.len() > 1 {
                form.actions method="post" action="/sessions/end-others" {
                    button type="submit" { "End all others" }
                }
            }
        }
        @if fresh { (password_form(me)) }
    };
    Ok(page(&Viewer::of(me)?, "Your sessions", "/sessions", &content))
}

fn row(session: &SessionInfo, now_ms: u64, fresh: bool) -> Markup {
    let [date, time] = when(ms(session.created));
    let device = &session.device;
    html! {
        tr aria-current=[session.current.then_some("true")] {
            th scope="row" {
                (device)
                @if session.current { " " span.badge { "this one" } }
            }
            td.when { span { (date) } " " span { (time) } }
            td { @if session.current { "now" } @else { (ago(ms(session.last_seen), now_ms)) } }
            @if fresh {
                td.number {
                    @if !session.current {
                        form method="post" action="/sessions/end" {
                            input type="hidden" name="handle" value=(session.handle);
                            button.quiet type="submit" aria-label={ "End " (device) ", signed in " (date) " " (time) } {
                                "End"
                            }
                        }
                    }
                }
            }
        }
    }
}

fn password_form(me: &UserSession) -> Markup {
    html! {
        form.card method="post" action="/password" aria-labelledby="change" {
            h2 #change { "Change your password" }
            // Not of type `hidden`: password managers pass over those.
            input name="user" value=(me.user()) autocomplete="username" hidden;
            label for="password" { "Current password" }
            input #password name="password" type="password" required autocomplete="current-password";
            label for="new" { "New password" }
            input #new name="new" type="password" required minlength=(LEAST_CHARACTERS) autocomplete="new-password"
                aria-describedby="least";
            p.hint #least { "At least " (LEAST_CHARACTERS) " characters. You are signed out everywhere else." }
            button type="submit" { "Change password" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_in_words() {
        for (said, words) in [
            (Said::Done(Done::EndedOthers(0)), "There was no other session."),
            (Said::Done(Done::EndedOthers(1)), "The other session was ended."),
            (Said::Done(Done::ChangedPassword(2)), "Your password is changed. The 2 other sessions were ended."),
            (Said::AttemptsLeft(1), "One attempt is left"),
        ] {
            let markup = said.markup().into_string();
            assert!(markup.contains(words), "{words}: {markup}");
        }
    }
}
