//! The transfer form.

use maud::{Markup, html};
use session_policy::{SessionError, UserSession};

use super::layout::{Viewer, alert, page};
use crate::{app::Bank, routes::transfer::Order};

/// The form, filled as it was sent; `fault` says why nothing was moved.
pub(crate) fn transfer(
    me: &UserSession,
    bank: &Bank,
    order: &Order,
    fault: Option<&str>,
) -> Result<Markup, SessionError> {
    let user = me.user().as_str();
    let content = html! {
        @if let Some(fault) = fault { (alert(fault)) }
        form.card method="post" action="/transfer" {
            label for="to" { "To" }
            select #to name="to" required {
                @for other in bank.users.all().filter(|other| other.name != user) {
                    option value=(other.name) selected[other.name == order.to] { (other.name) }
                }
            }
            label for="amount" { "Amount in euros" }
            input #amount name="amount" value=(order.amount) required inputmode="decimal" autocomplete="off"
                placeholder="12.50" aria-describedby="balance";
            p.hint #balance {
                @if let Some(balance) = bank.ledger.balance(user) { "Your balance is " (balance) "." }
            }
            button type="submit" { "Transfer" }
        }
        p.hint { "You signed in, or confirmed your password, less than five minutes ago; after that this page asks again." }
    };
    Ok(page(&Viewer::of(me)?, "Transfer money", "/transfer", &content))
}
