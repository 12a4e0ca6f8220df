//! A site that uses everything that a report shows, with texts that try to leave their place.

use session_policy::{
    Session, SessionCookie, SessionPolicy, Sessions, UserSession,
    axum::{PolicyRouter, get, post, session},
    client::Transport,
    clock::TestClock,
    report::Report,
    store::MemoryStore,
};

#[derive(SessionPolicy)]
#[session(absolute = "1d", touch = "1m", rotate_every = "1h", grace = "20s")]
pub(crate) struct House;

#[derive(SessionPolicy)]
#[session(extends = House, idle = "30m", absolute = "8h", csrf = "origin", rotate_every = "15m")]
pub(crate) struct Site;

#[derive(SessionPolicy)]
#[session(fresh = "10m", bind = "ua", on_mismatch = "step_up")]
pub(crate) struct Careful;

#[derive(SessionPolicy, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Member,
    #[session(idle = "15m", rotate_every = "5m", max_sessions = 1, on_limit = "reject")]
    Admin,
    /// Says what the base says.
    #[session(idle = "30m", absolute = "2h", max_sessions = 3, on_limit = "evict_idle")]
    Clerk,
}

#[derive(SessionCookie)]
#[cookie(name = "__Secure-site", domain = "example.org", purpose = "one login for <all> hosts")]
pub(crate) struct Cookie;

/// Why the machine's route is as it is.
pub(crate) const WHY: &str = "called by <b>machines</b> | with a `secret`\" & 'more'";
/// Why nothing guards the health route.
pub(crate) const HEALTH: &str = "asked by the load balancer </td><script>alert(1)</script> | often";

#[session(public)]
async fn open() {}

#[session]
pub(crate) async fn bare(_me: UserSession) {}

#[session(extends = Careful, idle = "10m", rotate_on = "login")]
pub(crate) async fn sensitive(_me: UserSession) {}

#[session(
    role = [Role::Admin, Role::Clerk],
    csrf = "off",
    on_denied = "status",
    deviation(csrf = "called by <b>machines</b> | with a `secret`\" & 'more'")
)]
async fn machine() {}

#[session(auth = "anonymous", activity = "passive", on_store_error = "anonymous")]
async fn banner(_session: Session) {}

/// A policy of many handlers.
#[session(idle = "20m", on_denied = "redirect", csrf = "off", deviation(csrf = "a desk without a browser"))]
pub(crate) mod desk {
    use session_policy::{UserSession, axum::session};

    #[session(fresh = "3m")]
    pub(crate) async fn sign(_me: UserSession) {}

    #[session(super::Careful)]
    pub(crate) async fn by_name(_me: UserSession) {}
}

#[session(Careful)]
pub(crate) async fn careful(_me: UserSession) {}

#[session(idle = "1h", absolute = "1h30m")]
#[allow(dead_code, reason = "mounted by nobody: the report says so")]
async fn forgotten() {}

pub(crate) fn sessions() -> (Sessions, TestClock) {
    let clock = TestClock::new();
    let sessions = Sessions::builder::<Site, Role>()
        .store(MemoryStore::new())
        .transport(Transport::loopback())
        .cookie::<Cookie>()
        .clock(clock.clone())
        .build()
        .unwrap();
    (sessions, clock)
}

pub(crate) fn router(sessions: &Sessions) -> PolicyRouter {
    let inner = PolicyRouter::new(sessions.clone()).route("/", get(banner)).route("/machine", post(machine));
    PolicyRouter::new(sessions.clone())
        .route("/", get(open))
        .route("/bare", get(bare))
        .route("/sensitive/{id}", get(sensitive).post(sensitive))
        .nest("/api", inner)
        .route("/sign", post(desk::sign))
        .route("/by-name", get(desk::by_name))
        .route("/careful", get(careful))
        .route_unguarded("/health", axum::routing::get(|| async {}), HEALTH)
        .fallback(open)
}

pub(crate) fn report() -> Report {
    let (sessions, _clock) = sessions();
    router(&sessions).report()
}
