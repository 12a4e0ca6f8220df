//! What a guard costs in allocations: the same axum handler on a plain `Router` and on a `PolicyRouter`, warm, per request.
//!
//! `cargo test -p session-policy-tests --test allocations -- --nocapture` prints the table. The limits are those of the
//! project: a protected read adds at most 4, an anonymous request none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is how a test fails")]
#![allow(clippy::print_stdout, reason = "the table is what this test is read for")]
#![allow(clippy::unused_async, reason = "handlers are async")]

use std::{hint::black_box, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Request, header::SET_COOKIE},
    response::Response,
    routing,
};
use serde::{Deserialize, Serialize};
use session_policy::{
    AuthEvent, Session, SessionData, SessionError, SessionPolicy, Sessions, UserSession,
    axum::{PolicyRouter, get, post, session},
    client::Transport,
    clock::TestClock,
    store::MemoryStore,
};
use tower::ServiceExt;

/// Counts every allocation and reallocation of the process.
#[global_allocator]
static COUNTING: dhat::Alloc = dhat::Alloc;

#[derive(SessionPolicy)]
#[session(idle = "30m", absolute = "8h")]
struct Site;

#[derive(Clone, Copy, Debug, PartialEq, Eq, SessionPolicy)]
enum Role {
    Member,
    #[session(idle = "15m")]
    Admin,
}

#[derive(Default, Serialize, Deserialize, SessionData)]
#[data(key = "cart")]
struct Cart {
    items: u32,
}

#[session(auth = "anonymous")]
async fn login(session: Session) -> Result<&'static str, SessionError> {
    session.login(AuthEvent::new("alice").role(Role::Admin))?;
    session.set(Cart { items: 3 })?;
    Ok("signed in")
}

// Each case: the guarded handler, and the same handler for a plain router.

#[session]
async fn read(me: UserSession) -> String {
    format!("hello {}", me.user())
}
#[session(idle = "10m", absolute = "4h", fresh = "1h", bind = "ua", role = Role::Admin)]
async fn read_strictly(me: UserSession) -> String {
    format!("hello {}", me.user())
}
#[session(activity = "passive")]
async fn read_passively(me: UserSession) -> String {
    format!("hello {}", me.user())
}
async fn bare_read() -> String {
    format!("hello {}", black_box("alice"))
}

#[session]
async fn read_data(me: UserSession) -> Result<String, SessionError> {
    let cart = me.get::<Cart>()?.unwrap_or_default();
    Ok(format!("hello {}, {} items", me.user(), cart.items))
}
async fn bare_read_data() -> String {
    format!("hello {}, {} items", black_box("alice"), black_box(3_u32))
}

#[session(auth = "anonymous")]
async fn anonymous(session: Session) -> &'static str {
    if session.user().is_some() { "known" } else { "hello" }
}
#[session(public)]
async fn public() -> &'static str {
    "hello"
}
async fn bare_hello() -> &'static str {
    "hello"
}

#[session]
async fn write(me: UserSession) -> Result<&'static str, SessionError> {
    let mut cart = me.get::<Cart>()?.unwrap_or_default();
    cart.items += 1;
    me.set(cart)?;
    Ok("hello")
}

/// The state of an application: a pool, a client, as a rule behind an `Arc`.
type State = Arc<str>;

/// One line of the table.
struct Case {
    name: &'static str,
    bare: Router,
    guarded: Router,
    /// With the cookie of somebody who is signed in.
    cookie: bool,
    /// The most that the guard may add.
    limit: Option<i64>,
}

const ROUNDS: usize = 64;

#[test]
fn what_a_guard_allocates() {
    let sessions = Sessions::builder::<Site, Role>()
        .store(MemoryStore::new())
        .clock(TestClock::new())
        .transport(Transport::tls())
        .origins(["https://bank.test"])
        .login("/login")
        .reauth("/reauth")
        .build()
        .unwrap();
    let router = || PolicyRouter::new(sessions.clone());
    let guarded = |route| router().route("/", route).into_router().unwrap();
    let bare = |route| Router::new().route("/", route);
    let case = |name, bare, guarded, cookie, limit| Case { name, bare, guarded, cookie, limit };
    let (hello, reads) = (|| bare(routing::get(bare_hello)), || bare(routing::get(bare_read)));
    let with_state = |route| PolicyRouter::new(sessions.clone()).route("/", route).with_state(State::default());
    let hello_state = || Router::new().route("/", routing::get(bare_hello)).with_state(State::default());
    let cases = [
        case("anonymous route, no cookie", hello(), guarded(get(anonymous)), false, Some(0)),
        case(
            "the same, in an app with state",
            hello_state(),
            with_state(get(anonymous)).into_router().unwrap(),
            false,
            Some(0),
        ),
        // axum keeps a handler without state in no box at all; a guard has a pointer to its engine.
        case(
            "the same, as `axum::serve` does without",
            hello().with_state(()),
            guarded(get(anonymous)).with_state(()),
            false,
            Some(1),
        ),
        case("public route, no cookie", hello(), guarded(get(public)), false, Some(0)),
        case(
            "public route, as `axum::serve` does",
            hello().with_state(()),
            guarded(get(public)).with_state(()),
            true,
            Some(0),
        ),
        case("protected read", reads(), guarded(get(read)), true, Some(4)),
        case(
            "the same, as `axum::serve` does",
            reads().with_state(()),
            guarded(get(read)).with_state(()),
            true,
            Some(4),
        ),
        case("the same, every check", reads(), guarded(get(read_strictly)), true, Some(4)),
        case("the same, passive", reads(), guarded(get(read_passively)), true, Some(4)),
        case("protected read of one entry", bare(routing::get(bare_read_data)), guarded(get(read_data)), true, Some(4)),
        case("anonymous route, cookie", hello(), guarded(get(anonymous)), true, Some(4)),
        case("one entry written", hello(), guarded(get(write)), true, None),
        case("denied: 401, no cookie", hello(), guarded(get(read)), false, None),
    ];

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let signs_in = router().route("/login", post(login)).into_router().unwrap();
    let cookie = runtime.block_on(sign_in(signs_in));
    let _profiler = dhat::Profiler::builder().testing().build();
    println!("| per request, warm | bare | guarded | difference | limit |\n|---|---|---|---|---|");
    let mut beyond = Vec::new();
    for Case { name, bare, guarded, cookie: known, limit } in cases {
        let cookie = known.then_some(cookie.as_str());
        let bare = runtime.block_on(allocations(&bare, cookie));
        let guarded = runtime.block_on(allocations(&guarded, cookie));
        let most = limit.map_or_else(|| "–".to_owned(), |limit| limit.to_string());
        let difference = i64::try_from(guarded).unwrap() - i64::try_from(bare).unwrap();
        println!("| {name} | {bare} | {guarded} | {difference} | {most} |");
        if limit.is_some_and(|limit| difference > limit) {
            beyond.push(name);
        }
    }
    assert_eq!(beyond, Vec::<&str>::new(), "beyond the limit");
}

/// What one request allocates, from the router's call to the answer; the same in nearly every round, or the table means nothing.
async fn allocations(app: &Router, cookie: Option<&str>) -> u64 {
    let requests: Vec<Request<Body>> = (0..2 * ROUNDS).map(|_| request(cookie)).collect();
    let mut answers: Vec<Response> = Vec::with_capacity(2 * ROUNDS);
    let mut counts = Vec::with_capacity(2 * ROUNDS);
    for request in requests {
        let app = app.clone();
        let before = dhat::HeapStats::get().total_blocks;
        answers.push(app.oneshot(request).await.unwrap());
        counts.push(dhat::HeapStats::get().total_blocks - before);
    }
    let warm = counts.split_off(ROUNDS);
    // The counter is the process's: now and then the test runner's own thread allocates meanwhile, which only adds.
    let least = warm.iter().copied().min().unwrap();
    let steady = warm.iter().filter(|count| **count == least).count();
    assert!(steady * 10 >= warm.len() * 9, "not steady: {warm:?}");
    least
}

/// As a browser sends it.
fn request(cookie: Option<&str>) -> Request<Body> {
    let mut request = Request::get("/")
        .header("host", "bank.test")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
        .header("accept", "application/json")
        .header("accept-language", "en")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "cors");
    if let Some(cookie) = cookie {
        request = request.header("cookie", format!("theme=dark; {cookie}; other=1"));
    }
    request.body(Body::empty()).unwrap()
}

/// Signs in; `name=value` of the session cookie.
async fn sign_in(app: Router) -> String {
    let request = Request::post("/login")
        .header("sec-fetch-site", "same-origin")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
        .body(Body::empty())
        .unwrap();
    let answer = app.oneshot(request).await.unwrap();
    let cookie = answer.headers().get(SET_COOKIE).expect("a session cookie").to_str().unwrap();
    cookie.split(';').next().unwrap_or_default().to_owned()
}
