//! What seems to be missing may be what nobody knows: one error, not two.
#![allow(unused)]
use session_policy::{SessionData, axum::session};

#[session(csrf = "off", deviaton(csrf = "signed"))]
//~^ ERROR unknown key `deviaton`, did you mean `deviation`?
async fn reason() {}

#[session(bnd = "ua", on_mismatch = "log")]
//~^ ERROR unknown key `bnd`, did you mean `bind`?
async fn binding() {}

#[session(crsf = "off", deviation(csrf = "signed"))]
//~^ ERROR unknown key `crsf`, did you mean `csrf`?
async fn csrf() {}

#[session(aut = "anonymous", on_store_error = "anonymous")]
//~^ ERROR unknown key `aut`, did you mean `auth`?
async fn auth() {}

#[derive(serde::Serialize, serde::Deserialize, SessionData)]
#[data(kee = "cart")]
//~^ ERROR unknown key `kee`, did you mean `key`?
struct Cart;

fn main() {}
