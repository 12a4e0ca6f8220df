//! The statements.

use maud::{Markup, html};
use session_policy::{SessionError, UserSession};

use super::{
    layout::{Viewer, page},
    words::when,
};
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
