//! The cookie's attributes, and what they need.
#![allow(unused)]
use session_policy::SessionCookie;

#[derive(SessionCookie)]
#[cookie(name = "__Host-id", domain = "example.com", path = "/app", purpose = "one login for all hosts")]
//~^ ERROR browsers refuse a `__Host-` cookie with a `domain`
//~| ERROR browsers refuse a `__Host-` cookie with another path than `/`
struct HostPrefix;

#[derive(SessionCookie)]
#[cookie(path = "/app")]
//~^ ERROR browsers refuse a `__Host-` cookie with another path than `/`
struct DefaultName;

#[derive(SessionCookie)]
#[cookie(name = "__Secure-id", domain = "example.com", same_site = "none")]
//~^ ERROR this gives the session to every subdomain
//~| ERROR this sends the session on requests that other sites start
struct NoPurpose;

#[derive(SessionCookie)]
#[cookie(same_site = "strict", purpose = "safety")]
//~^ ERROR `purpose` can have no effect
struct NoNeed;

#[derive(SessionCookie)]
#[cookie(same_site = "none", purpose = "")]
//~^ ERROR this reason is blank; write why
struct BlankPurpose;

#[derive(SessionCookie)]
#[cookie(partitioned)]
//~^ ERROR `partitioned` can have no effect
struct Partitioned;

#[derive(SessionCookie)]
#[cookie(name = "__Secure-id", path = "app")]
//~^ ERROR browsers ignore a path that does not begin with `/`
struct RelativePath;

#[derive(SessionCookie)]
#[cookie(name = "__Secure-id", path = "/a;b")]
//~^ ERROR ';' cannot stand in a cookie's path
struct BadPath;

#[derive(SessionCookie)]
#[cookie(name = "__Secure-id", domain = ".example.com", purpose = "one login")]
//~^ ERROR browsers ignore the leading dot (RFC 6265bis); write `"example.com"`
struct Dot;

#[derive(SessionCookie)]
#[cookie(name = "__Secure-id", domain = "https://example.com", purpose = "one login")]
//~^ ERROR this is not a host name
struct Url;

#[derive(SessionCookie)]
#[cookie(name = "__Secure-id", domain = "127.0.0.1", purpose = "one login")]
//~^ ERROR an address has no subdomains to share a cookie with
struct Address;

#[derive(SessionCookie)]
#[cookie(name = "__Secure-id", domain = "com", purpose = "one login")]
//~^ ERROR browsers refuse a cookie for a whole top-level domain
struct TopLevel;

#[derive(SessionCookie)]
#[cookie(secure, max_age = "1d", samesite = "lax", color = "red", Lax)]
//~^ ERROR the cookie always has `Secure`; remove `secure`
//~| ERROR unknown key `max_age`: how long a session lives is its policy's `idle` and `absolute`
//~| ERROR unknown key `samesite`, did you mean `same_site`?
//~| ERROR unknown key `color`; a cookie takes `name`,
//~| ERROR expected a key such as `name`
struct Unknown;

#[derive(SessionCookie)]
#[cookie(same_site = "Lax")]
//~^ ERROR unknown value `"Lax"`, did you mean `"lax"`?
enum Shape {}
//~^ ERROR a cookie is described by a constant, so it needs no fields; write `struct Shape;`

fn main() {}
