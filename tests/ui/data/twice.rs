//! The same key twice in one crate.
#![allow(unused)]
use serde::{Deserialize, Serialize};
use session_policy::SessionData;

#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "shop.cart")]
struct Cart;

mod other {
    use super::*;

    #[derive(Serialize, Deserialize, SessionData)]
    #[data(key = "shop.cart")]
    //~^ RUSTC ERROR the name `session_data_key_shopX2Ecart_is_used_twice`
    struct Basket;
}

fn main() {}
