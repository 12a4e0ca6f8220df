//! `GET /statements`: what was moved. Stricter than the account: after ten minutes without activity it asks again.

use std::sync::Arc;

use axum::extract::State;
use maud::Markup;
use session_policy::{SessionError, UserSession, axum::session};

use crate::{app::Bank, pages};

#[session(idle = "10m")]
pub(crate) async fn statements(me: UserSession, State(bank): State<Arc<Bank>>) -> Result<Markup, SessionError> {
    pages::statements(&me, &bank.ledger.movements(me.user().as_str()))
}
