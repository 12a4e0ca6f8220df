//! The key of session data.
#![allow(unused)]
use serde::{Deserialize, Serialize};
use session_policy::SessionData;

#[derive(Serialize, Deserialize, SessionData)]
struct Cart;
//~^ ERROR session data needs a key, under which it is stored; write `#[data(key = "cart")]`

#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "Cart")]
//~^ ERROR 'C' cannot stand in a key
struct UpperCase;

#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "")]
//~^ ERROR the key is empty
struct Empty;

#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "0123456789012345678901234567890123456789012345678901234567890123456789")]
//~^ ERROR the key is 70 bytes long; there can be at most 64
struct Long;

#[derive(Serialize, Deserialize, SessionData)]
#[data(key = "typed")]
struct Typed<T>(T);
//~^ ERROR one key stands for one type, so session data has no parameters

#[derive(Serialize, Deserialize, SessionData)]
#[data(name = "x", colour = "red", carry = "logout", Cart)]
//~^ ERROR unknown key `name`, did you mean `key`?
//~| ERROR unknown key `colour`; session data takes `key`, `carry` or `crate`
//~| ERROR unknown value `"logout"`; `carry` takes `"login"`
//~| ERROR expected a key such as `key = "cart"`
struct Unknown;

fn main() {}
