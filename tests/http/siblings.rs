//! Two clients, a token and its successors (semantics.md, section 4): every row of the table, over real sockets.
//!
//! The site is one of this test's own: the bank has no handler that fails or hangs on demand.

use std::{
    collections::HashMap,
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use axum::{Extension, extract::Path, http::StatusCode};
use session_policy::{
    AuthEvent, Session, SessionError, SessionPolicy, Sessions,
    axum::{PolicyRouter, get, post, session},
    client::Transport,
    clock::TestClock,
    sessions::Event,
    store::MemoryStore,
};

use crate::kit::{Answer, Request, Wire};

/// Written by `siblings.py` from the specification; that file says what the words stand for.
const TABLE: &str = include_str!("../data/siblings.tsv");
const EVERY_MS: u64 = 15 * 60_000;
const GRACE_MS: u64 = 30_000;
/// How long a request may take to arrive, or to be noticed as dropped. Far more than it needs.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(SessionPolicy)]
#[session(idle = "30m", absolute = "8h", rotate_every = "15m", grace = "30s")]
struct Rotating;

#[session(auth = "anonymous")]
async fn login(session: Session) -> Result<StatusCode, SessionError> {
    session.login(AuthEvent::new("alice"))?;
    Ok(StatusCode::OK)
}

#[session]
async fn answer(Path(status): Path<u16>) -> StatusCode {
    StatusCode::from_u16(status).unwrap()
}

#[session(activity = "passive")]
async fn watch() -> StatusCode {
    StatusCode::OK
}

/// What becomes of a request that hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hung {
    Arrived,
    Dropped,
}

type Tell = mpsc::Sender<Hung>;

struct Guard(Tell);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.send(Hung::Dropped);
    }
}

#[session]
async fn hang(Extension(tell): Extension<Tell>) -> StatusCode {
    let guard = Guard(tell);
    let _ = guard.0.send(Hung::Arrived);
    std::future::pending::<()>().await;
    StatusCode::OK
}

/// The site behind a socket.
struct Server {
    address: SocketAddr,
    clock: TestClock,
    /// The reasons of all ends.
    ends: Arc<Mutex<Vec<&'static str>>>,
    hung: mpsc::Receiver<Hung>,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    fn start() -> Self {
        let (clock, ends) = (TestClock::new(), Arc::new(Mutex::new(Vec::new())));
        let heard = Arc::clone(&ends);
        let sessions = Sessions::builder::<Rotating, ()>()
            .store(MemoryStore::new())
            .transport(Transport::loopback())
            .clock(clock.clone())
            .on_event(move |event| {
                if let Event::Ended { reason, .. } = event {
                    heard.lock().unwrap().push(reason.as_str());
                }
            })
            .build()
            .unwrap();
        let (tell, hung) = mpsc::channel();
        let app = PolicyRouter::new(sessions)
            .route("/login", post(login))
            .route("/answer/{status}", get(answer))
            .route("/watch", get(watch))
            .route("/hang", get(hang))
            .into_router()
            .unwrap()
            .layer(Extension(tell));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
        });
        Self { address, clock, ends, hung, _runtime: runtime }
    }

    fn client(&self) -> Client<'_> {
        Client { server: self, wire: self.wire() }
    }

    fn wire(&self) -> Wire {
        Wire::new(TcpStream::connect(self.address).unwrap())
    }

    fn ends(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.ends.lock().unwrap())
    }
}

/// One of the two, with a connection of its own.
struct Client<'a> {
    server: &'a Server,
    wire: Wire,
}

impl Client<'_> {
    fn send(&mut self, request: Request) -> Answer {
        self.wire.exchange(&request.keep_alive(), &self.server.address.to_string())
    }

    fn get(&mut self, path: &str, token: &str) -> Answer {
        self.send(Request::get(path).header("Cookie", format!("__Host-id={token}")))
    }

    /// Sends a request, and hangs up once its handler runs: it is dropped.
    fn hang_up(&mut self, token: &str) {
        let request = Request::get("/hang").header("Cookie", format!("__Host-id={token}")).keep_alive();
        self.wire.write(&request.bytes(&self.server.address.to_string()));
        let arrived = self.server.hung.recv_timeout(PATIENCE);
        assert_eq!(arrived, Ok(Hung::Arrived));
        std::mem::replace(&mut self.wire, self.server.wire()).close();
        assert_eq!(self.server.hung.recv_timeout(PATIENCE), Ok(Hung::Dropped));
    }
}

/// The new token that an answer brings.
fn new_token(answer: &Answer) -> Option<String> {
    answer.set_cookie().map(|cookie| cookie.value).filter(|value| !value.is_empty())
}

/// Tokens by their names in the table.
type Tokens = HashMap<String, String>;

/// What the answer shows, in the table's words; a new successor gets its name.
fn word(answer: &Answer, over: bool, tokens: &mut Tokens) -> String {
    if answer.status == 401 {
        let reason = answer.reason();
        let word = if over && reason == "replayed" { "ended".to_owned() } else { reason };
        // A removal is for tombstones; a cookie with a token is for nobody.
        assert!(new_token(answer).is_none() && (over || answer.set_cookie().is_none()), "{answer}");
        assert_eq!(answer.header("clear-site-data"), None, "{answer}");
        return word;
    }
    match new_token(answer) {
        None => {
            assert!(answer.set_cookie().is_none(), "no removal: {answer}");
            answer.status.to_string()
        }
        Some(token) => {
            let name = format!("T{}", tokens.len());
            tokens.insert(name.clone(), token);
            format!("{}+{name}", answer.status)
        }
    }
}

/// Tells the row's story; what was expected and what came of it.
fn tell(server: &Server, row: &str) -> (String, String) {
    let [issued, first, order, when, expected, holder] = row.split('\t').collect::<Vec<_>>()[..] else {
        panic!("six fields: {row}")
    };
    let (mut one, mut other) = (server.client(), server.client());
    let mut tokens = Tokens::new();
    let signed_in = one.send(Request::post("/login").same_origin()).expect(200);
    tokens.insert("T0".to_owned(), new_token(&signed_in).unwrap());
    server.clock.advance_ms(EVERY_MS);
    for (step, name) in issued.split(' ').enumerate() {
        if step > 0 {
            server.clock.advance_ms(GRACE_MS);
        }
        let answer = one.get("/answer/200", &tokens["T0"]);
        assert_eq!(word(&answer, false, &mut tokens), format!("200+{name}"), "{row}");
    }
    let mut words = Vec::new();
    for (step, (name, when)) in order.split(' ').zip(when.split(' ')).enumerate() {
        if when == "after" {
            server.clock.advance_ms(GRACE_MS);
        }
        // Both have T0; the second successor went to somebody else than the first.
        let client = if name == "T2" { &mut other } else { &mut one };
        let token = tokens[name].clone();
        let over = words.iter().any(|word| word == "replayed");
        words.push(match first {
            "cancelled" if step == 0 => {
                client.hang_up(&token);
                "cancelled".to_owned()
            }
            first if step == 0 => word(&client.get(&format!("/answer/{first}"), &token), over, &mut tokens),
            _ => word(&client.get("/answer/200", &token), over, &mut tokens),
        });
    }
    let said_so = if words.iter().any(|word| word == "replayed") { vec!["replayed"] } else { Vec::new() };
    assert_eq!(server.ends(), said_so, "an event says so, once: {row}");
    // Who holds the session by now: a look is no activity, but it is a presentation.
    let mut opens = |name: &str| other.get("/watch", &tokens[name]).status == 200;
    let held = match holder {
        "-" => {
            let mut names: Vec<_> = tokens.keys().cloned().collect();
            names.sort();
            if names.iter().any(|name| opens(name)) { "somebody" } else { "-" }
        }
        "next" => {
            if !opens("T0") && opens("T1") {
                "next"
            } else {
                "T0, or nobody"
            }
        }
        name => {
            if opens(name) {
                name
            } else {
                "nobody"
            }
        }
    };
    server.ends();
    (format!("{expected} {holder}"), format!("{} {held}", words.join(" ")))
}

#[test]
fn every_row() {
    let server = Server::start();
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1);
    let (mut count, mut wrong) = (0, Vec::new());
    for row in rows {
        count += 1;
        let (expected, got) = tell(&server, row);
        if expected != got {
            wrong.push(format!("{row}\n    got {got}"));
        }
    }
    assert!(count > 1_000, "the table is there: {count} rows");
    assert!(wrong.is_empty(), "{} of {count} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}
