//! Neighbours of `cookie/`.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::SessionCookie;

//~ NEXT TO cookie-name-prefix cookie-name-not-token cookie-name-of-framework cookie-shape
#[derive(SessionCookie)]
#[cookie(name = "__Host-bank")]
struct Host;

#[derive(SessionCookie)]
#[cookie(name = "__Host-a!#$%&'*+-.^_`|~9")]
struct EveryCharacter;

//~ NEXT TO host-prefix-with-domain
#[derive(SessionCookie)]
#[cookie(name = "__Secure-bank", domain = "example.com", purpose = "one login for all hosts")]
struct Shared;

//~ NEXT TO host-prefix-with-path
#[derive(SessionCookie)]
#[cookie(name = "__Host-bank", path = "/")]
struct Root;

//~ NEXT TO cookie-path
#[derive(SessionCookie)]
#[cookie(name = "__Secure-bank", path = "/app/%C3%A4")]
struct Path;

//~ NEXT TO cookie-domain
#[derive(SessionCookie)]
#[cookie(name = "__Secure-bank", domain = "xn--bcher-kva.example.com", purpose = "one login for all hosts")]
struct Domain;

//~ NEXT TO cookie-without-purpose purpose-of-nothing partitioned-without-none
#[derive(SessionCookie)]
#[cookie(same_site = "none", partitioned, purpose = "embedded in a partner's site")]
struct Embedded;

//~ NEXT TO cookie-too-long
#[derive(SessionCookie)]
#[cookie(name = "__Secure-bank", path = "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
struct Long;

fn main() {}
