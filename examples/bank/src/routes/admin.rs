//! `GET /admin`: everybody's account, for administrators.

use std::sync::Arc;

use axum::extract::State;
use maud::Markup;
use session_policy::{SessionError, UserSession, axum::session};

use crate::{app::Bank, pages, policies::Role};

#[session(role = Role::Admin)]
pub(crate) async fn admin(me: UserSession, State(bank): State<Arc<Bank>>) -> Result<Markup, SessionError> {
    pages::admin(&me, &bank)
}
