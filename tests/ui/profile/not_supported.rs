//! A profile that this version cannot keep is refused, not weakened.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(profile = "nist-800-63b-4-aal1")]
//~^ ERROR `nist-800-63b-4-aal1` demands `csrf = "token"` (NIST SP 800-63B-4 5.1: SHALL), which is not supported by this version
async fn one() {}

#[derive(SessionPolicy)]
#[session(profile = ["owasp-low", "nist-800-63b-3-aal2"], idle = "31m", csrf = "origin")]
//~^ ERROR `nist-800-63b-3-aal2` demands `csrf = "token"` (NIST SP 800-63B-3 7.1: SHALL)
//~| ERROR `idle` (31m) is longer than the 30m of `nist-800-63b-3-aal2`
struct Two;

// Said at the word, once.
#[session(profile = "nist-800-63b-4-aal2", csrf = "token")]
//~^ ERROR `"token"` is not supported by this version
async fn written() {}

fn main() {}
