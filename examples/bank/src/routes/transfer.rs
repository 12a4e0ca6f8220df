//! `GET /transfer` and `POST /transfer`: money moves only if the user signed in, or confirmed it, in the last five minutes.

use std::sync::Arc;

use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use maud::Markup;
use serde::Deserialize;
use session_policy::{SessionError, UserSession, axum::session};

use crate::{app::Bank, money::Cents, pages};

/// The form, as it was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Order {
    pub(crate) to: String,
    pub(crate) amount: String,
}

#[session(fresh = "5m")]
pub(crate) async fn ask(me: UserSession, State(bank): State<Arc<Bank>>) -> Result<Markup, SessionError> {
    pages::transfer(&me, &bank, &Order::default(), None)
}

#[session(fresh = "5m")]
pub(crate) async fn send(
    me: UserSession,
    State(bank): State<Arc<Bank>>,
    Form(order): Form<Order>,
) -> Result<Response, SessionError> {
    match carry_out(&bank, me.user().as_str(), &order) {
        Ok(()) => Ok(Redirect::to("/statements").into_response()),
        Err(why) => {
            let page = pages::transfer(&me, &bank, &order, Some(&why))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn carry_out(bank: &Bank, from: &str, order: &Order) -> Result<(), String> {
    let amount = Cents::parse(&order.amount).ok_or("Please write an amount above zero, such as 12.50.")?;
    bank.ledger.transfer(from, order.to.trim(), amount, bank.clock.now_ms()).map_err(|refused| refused.to_string())
}
