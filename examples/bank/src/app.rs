//! The bank put together: sessions, state, and a router on which every route has a policy.

use std::{error::Error, net::SocketAddr, sync::Arc};

use axum::{extract::DefaultBodyLimit, middleware::map_response};
use session_policy::{
    BuildError, Sessions,
    axum::{PolicyRouter, get, post},
    client::Transport,
    clock::{Clock, SystemClock, TestClock},
    sessions::{EndedSession, Event},
};

use crate::{
    cli::Options,
    ends::Ends,
    headers,
    ledger::Ledger,
    note,
    policies::{BankCookie, Role, Site},
    routes,
    store::Storage,
    users::Users,
};

/// What the handlers share.
pub(crate) struct Bank {
    pub(crate) users: Users,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<dyn Clock>,
    /// The same clock, where it may be moved.
    pub(crate) test_clock: Option<TestClock>,
    /// The sessions that ended, beside the test clock.
    pub(crate) ends: Option<Ends>,
    pub(crate) sessions: Sessions,
}

/// No form of the bank, and no body of its API, is longer than 64 KiB.
const MOST_BODY_BYTES: usize = 64 * 1024;

/// The routes with their policies, for a bank at `address`.
///
/// # Errors
/// What is missing for the sessions, and what to write.
pub(crate) fn routes(
    options: &Options,
    address: SocketAddr,
    storage: &Storage,
) -> Result<PolicyRouter, Box<dyn Error>> {
    let test_clock = options.test_clock.then(TestClock::new);
    let clock: Arc<dyn Clock> = match &test_clock {
        Some(clock) => Arc::new(clock.clone()),
        None => Arc::new(SystemClock),
    };
    let users = Users::demo()?;
    let ledger = Ledger::open(users.all(), clock.now_ms());
    let ends = options.test_clock.then(Ends::default);
    let sessions = sessions(options, address, storage, &clock, ends.clone())?;
    let bank = Arc::new(Bank { users, ledger, clock, test_clock, ends, sessions: sessions.clone() });

    let mut router = PolicyRouter::new(sessions)
        .route("/", get(routes::home::home))
        .route("/style.css", get(routes::style::style))
        .route("/login", get(routes::login::ask).post(routes::login::sign_in))
        .route("/logout", post(routes::logout::sign_out))
        .route("/theme", post(routes::theme::choose))
        .route("/account", get(routes::account::account))
        .route("/statements", get(routes::statements::statements))
        .route("/transfer", get(routes::transfer::ask).post(routes::transfer::send))
        .route("/sessions", get(routes::sessions::list))
        .route("/sessions/end", post(routes::sessions::end))
        .route("/sessions/end-others", post(routes::sessions::end_others))
        .route("/password", post(routes::password::change))
        .route("/reauth", get(routes::reauth::ask).post(routes::reauth::confirm))
        .route("/admin", get(routes::admin::admin))
        .route("/time-left", get(routes::time_left::time_left))
        .route("/api/echo", post(routes::echo::echo))
        .fallback(routes::not_found::not_found);
    if options.test_clock {
        router = router
            .route("/fail/{what}", post(routes::fail::fail))
            .route("/__clock", post(routes::test_clock::advance))
            .route("/__ends", get(routes::test_ends::ends))
            .route("/__hooks", post(routes::test_ends::hooks))
            .route("/__sweep", post(routes::test_ends::sweep));
    }
    // HSTS would outlive the bank on this machine, for every other program on it.
    let hsts = options.tls.is_some() && !address.ip().is_loopback();
    let headers = map_response(move |response| async move { headers::add(response, hsts) });
    Ok(router.layer(DefaultBodyLimit::max(MOST_BODY_BYTES)).layer(headers).with_state(bank))
}

/// The engine: what holds for all sessions.
fn sessions(
    options: &Options,
    address: SocketAddr,
    storage: &Storage,
    clock: &Arc<dyn Clock>,
    ends: Option<Ends>,
) -> Result<Sessions, BuildError> {
    let transport = if options.tls.is_some() { Transport::tls() } else { Transport::loopback() };
    storage
        .keep(Sessions::builder::<Site, Role>())
        .transport(transport)
        .origins(origins(options, address))
        .cookie::<BankCookie>()
        .login("/login")
        .reauth("/reauth")
        .logout("/logout")
        .status("/time-left")
        .realm("bank")
        .clock(Arc::clone(clock))
        .on_event(log)
        .on_end(move |end| {
            log_end(&end);
            let ends = ends.clone();
            async move {
                if let Some(ends) = ends {
                    ends.keep(&end);
                    ends.wait().await;
                }
            }
        })
        .build()
}

/// The bank's own origins: those that were given, and with TLS on this machine its usual names. (Without TLS, `loopback()`
/// takes the name by which it is called.)
fn origins(options: &Options, address: SocketAddr) -> Vec<String> {
    let mut origins = options.origins.clone();
    if options.tls.is_some() && address.ip().is_loopback() {
        let port = address.port();
        origins.extend(["localhost", "127.0.0.1", "[::1]"].map(|host| format!("https://{host}:{port}")));
    }
    origins
}

/// An operator's log. An event never carries a token.
fn log(event: &Event) {
    // Ends are told by `log_end`, with the user.
    if !matches!(event, Event::Ended { .. }) {
        note(&format!("{event:?}"));
    }
}

/// One line for each session that ended. The id is the same if the line has to be written again.
fn log_end(end: &EndedSession) {
    let user = end.user().map_or("nobody", |user| user.as_str());
    note(&format!("session of {user} ended: {}, end {}", end.reason().as_str(), end.id()));
}
