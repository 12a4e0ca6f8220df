//! The account page.

use maud::{Markup, html};
use session_policy::{SessionError, UserSession};

use super::{
    layout::{Viewer, page},
    words::span,
};
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
                    dt { "Ends without activity in" } dd { (span(left.idle)) }
                    dt { "Ends at the latest in" } dd { (span(left.absolute)) }
                }
            }
            div.actions { a.button.second href="/sessions" { "All your sessions" } }
        }
    };
    Ok(page(&Viewer::of(me)?, "Your account", "/account", &content))
}
