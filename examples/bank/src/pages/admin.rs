//! The administrators' page.

use maud::{Markup, html};
use session_policy::{SessionError, UserSession};

use super::layout::{Viewer, page};
use crate::app::Bank;

/// Everybody's account.
pub(crate) fn admin(me: &UserSession, bank: &Bank) -> Result<Markup, SessionError> {
    let content = html! {
        div.card.scroll tabindex="0" role="region" aria-label="Accounts" {
            table {
                thead { tr { th scope="col" { "User" } th scope="col" { "Role" } th.number scope="col" { "Balance" } } }
                tbody {
                    @for user in bank.users.all() {
                        tr {
                            td { (user.name) }
                            td { (user.role.as_str()) }
                            td.number { @if let Some(balance) = bank.ledger.balance(user.name) { (balance) } }
                        }
                    }
                }
            }
        }
    };
    Ok(page(&Viewer::of(me)?, "All accounts", "/admin", &content))
}
