//! The account page.

use std::time::Duration;

use maud::{Markup, html};
use session_policy::{SessionError, UserSession};

use super::layout::{Viewer, page};
use crate::{money::Cents, policies::Role};

/// The balance, and what the session itself is like.
pub(crate) fn account(me: &UserSession, balance: Option<Cents>) -> Result<Markup, SessionError> {
    let role: Role = me.role()?;
    let left = me.time_left();
    let content = html! {
        section.card.balance aria-labelledby="balance" {
            h2 #balance { "Balance" }
            p.amount { @if let Some(balance) = balance { (balance) } @else { "–" } }
            div.actions {
                a.button href="/transfer" { "Transfer money" }
                a.button.second href="/statements" { "Statements" }
            }
        }
        section.card aria-labelledby="session" {
            h2 #session { "Your session" }
            dl {
                dt { "User" } dd { (me.user()) }
                dt { "Role" } dd { (role.as_str()) }
                @if let Some(left) = left {
                    dt { "Ends without activity in" } dd { (words(left.idle)) }
                    dt { "Ends at the latest in" } dd { (words(left.absolute)) }
                }
            }
        }
    };
    Ok(page(&Viewer::of(me)?, "Your account", "/account", &content))
}

/// `7 h 58 min`; what is less than a minute is `less than a minute`.
fn words(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "less than a minute".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_words() {
        for (seconds, text) in
            [(59, "less than a minute"), (60, "1 min"), (1799, "29 min"), (28_800, "8 h"), (28_740, "7 h 59 min")]
        {
            assert_eq!(words(Duration::from_secs(seconds)), text);
        }
    }
}
