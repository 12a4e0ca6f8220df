//! Neighbours of `data/`.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use serde::{Deserialize, Serialize};
use session_policy::SessionData;

//~ NEXT TO data-key-missing data-key once-with-carry
#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "shop.cart-1_a", carry = "login")]
struct Cart {
    items: Vec<u32>,
}

#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "0123456789012345678901234567890123456789012345678901234567890123")]
struct Longest;

//~ NEXT TO data-shape
#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "theme")]
enum Theme {
    Light,
    Dark,
}

// Keys that differ in one character are two keys.
#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "shop.cart_1")]
struct Underscore(u32);

#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "shop.cart.1")]
struct Dot(u32);

#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "shop.cart-1")]
struct Dash(u32);

fn main() {
    assert_eq!((Dot::DATA.key, Dash::DATA.key), ("shop.cart.1", "shop.cart-1"));
}
