//! `GET /account`: the balance.

use std::sync::Arc;

use axum::extract::State;
use maud::Markup;
use session_policy::{SessionError, UserSession, axum::session};

use crate::{app::Bank, pages};

#[session(idle = "30m", absolute = "8h", bind = "ua")]
pub(crate) async fn account(me: UserSession, State(bank): State<Arc<Bank>>) -> Result<Markup, SessionError> {
    pages::account(&me, bank.ledger.balance(me.user().as_str()))
}
