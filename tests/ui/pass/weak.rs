//! Weak choices that the item allows, profiles, and deviations.
#![deny(warnings)]

use session_policy::{Policy, SessionPolicy, axum::session};

#[allow(deprecated)]
#[session(idle = "25h", absolute = "31d")]
async fn long() {}

#[expect(deprecated)]
#[session(fresh = "29s")]
async fn expected() {}

#[derive(SessionPolicy)]
#[allow(deprecated)]
#[session(fresh = "29s")]
struct Site;

#[derive(SessionPolicy)]
#[allow(deprecated)]
#[session(idle = "10m", rotate_every = "20m")]
struct Seldom;

//~ NEXT TO rotate-every-above-idle
#[derive(SessionPolicy)]
#[session(idle = "20m", rotate_every = "20m")]
struct Often;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[allow(deprecated)]
    #[session(absolute = "31d")]
    Member,
}

#[allow(deprecated)]
#[session(absolute = "32d")]
mod pages {
    use super::session;

    #[session(absolute = "31d")]
    pub(super) async fn page() {}
}

/// Fills what is unset.
#[derive(SessionPolicy)]
#[session(profile = "owasp-low")]
struct Filled;

#[derive(SessionPolicy)]
#[session(profile = ["asvs-4-l3", "owasp-low"], idle = "10m", auth = "mfa", touch = "1m")]
struct Within;

#[session(profile = "owasp-high", idle = "20m", deviation(idle = "people read long contracts"))]
async fn deviates() {}

fn main() {
    let _ = (long, expected, pages::page, deviates, Role::Member);
    assert_eq!((Seldom::SPEC.own.rotate_every, Often::SPEC.own.rotate_every), (Some(1200), Some(1200)));
    assert_eq!(Site::SPEC.rules().fresh, Some(29));
    assert_eq!(Filled::SPEC.to_string(), r#"idle = "30m", absolute = "8h", profile = "owasp-low""#);
    assert_eq!(
        Within::SPEC.to_string(),
        r#"idle = "10m", absolute = "8h", auth = "mfa", touch = "1m", profile = ["asvs-4-l3", "owasp-low"]"#
    );
    assert_eq!(
        DeviatesPolicy::SPEC.to_string(),
        r#"idle = "20m", absolute = "8h", profile = "owasp-high", deviation(idle = "people read long contracts")"#
    );
}
