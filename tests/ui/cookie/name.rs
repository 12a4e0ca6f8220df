//! The cookie's name.
#![allow(unused)]
use session_policy::SessionCookie;

#[derive(SessionCookie)]
#[cookie(name = "bank")]
//~^ ERROR without a prefix, any page on a neighbouring host can plant this cookie
struct NoPrefix;

#[derive(SessionCookie)]
#[cookie(name = "bank", domain = "example.com", purpose = "one login for all hosts")]
//~^ ERROR without a prefix, any page on a neighbouring host can plant this cookie (OWASP ASVS 5.0 3.3.1); write `"__Secure-bank"`
struct SharedWithoutPrefix;

#[derive(SessionCookie)]
#[cookie(name = "__host-bank")]
//~^ ERROR browsers honour the prefix in this spelling, servers may not (RFC 6265bis); write `"__Host-bank"`
struct Case;

#[derive(SessionCookie)]
#[cookie(name = "__Host-")]
//~^ ERROR `"__Host-"` is a prefix without a name
struct PrefixAlone;

#[derive(SessionCookie)]
#[cookie(name = "")]
//~^ ERROR the cookie's name is empty
struct Empty;

#[derive(SessionCookie)]
#[cookie(name = "__Host-my bank")]
//~^ ERROR ' ' cannot stand in a cookie's name
struct Space;

#[derive(SessionCookie)]
#[cookie(name = "__Host-bänk")]
//~^ ERROR 'ä' cannot stand in a cookie's name
struct Umlaut;

#[derive(SessionCookie)]
#[cookie(name = "__Host-PHPSESSID")]
//~^ ERROR `PHPSESSID` is the default name of a well-known framework
struct Framework;

fn main() {}
