//! The statements.

use maud::{Markup, html};
use session_policy::{SessionError, UserSession};
use time::OffsetDateTime;

use super::layout::{Viewer, page};
use crate::ledger::Movement;

/// The movements of the user's account.
pub(crate) fn statements(me: &UserSession, movements: &[Movement]) -> Result<Markup, SessionError> {
    let user = me.user().as_str();
    let content = html! {
        div.card.scroll tabindex="0" role="region" aria-label="Movements" {
            table {
                thead { tr { th scope="col" { "When (UTC)" } th scope="col" { "What" } th.number scope="col" { "Amount" } } }
                tbody {
                    @for movement in movements {
                        tr {
                            td.when { @for part in when(movement.at_ms) { span { (part) } " " } }
                            td { (what(movement, user)) }
                            @if movement.from == Some(user) {
                                td.number { "−" (movement.amount) }
                            } @else {
                                td.number.in { "+" (movement.amount) }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(page(&Viewer::of(me)?, "Statements", "/statements", &content))
}

fn what(movement: &Movement, user: &str) -> String {
    match movement.from {
        None => "Account opened".to_owned(),
        Some(from) if from == user => format!("To {}", movement.to),
        Some(from) => format!("From {from}"),
    }
}

/// `2026-01-05` and `09:00`; a time that no calendar holds (a test clock goes far) is shown as a dash.
fn when(at_ms: u64) -> [String; 2] {
    let time = i64::try_from(at_ms / 1000).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let Some(time) = time else { return ["–".to_owned(), String::new()] };
    [time.date().to_string(), format!("{:02}:{:02}", time.hour(), time.minute())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc() {
        assert_eq!(when(1_767_603_600_000), ["2026-01-05", "09:00"]);
        assert_eq!(when(0), ["1970-01-01", "00:00"]);
        assert_eq!(when(u64::MAX), ["–", ""]);
    }
}
