//! `GET /`: the front door. It is public, so it knows nobody, and offers everything.

use maud::Markup;
use session_policy::axum::session;

use crate::pages;

#[session(public)]
pub(crate) async fn home() -> Markup {
    pages::home()
}
