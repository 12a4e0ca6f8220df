//! Two nodes on one store, and `kill -9` of one while people sign in, sign out, read and write: what was acknowledged holds, and
//! whoever did not sign out is still signed in. Clients try again through the other node, and only if the connection broke.

use std::{
    fmt,
    net::TcpStream,
    sync::atomic::{AtomicU32, Ordering::SeqCst},
    thread,
    time::Duration,
};

use crate::{
    account, eventually,
    kit::{Answer, Bank, Request, Wire},
    login, node,
    server::Server,
    sign_in,
};

const CLIENTS: u32 = 4;
const REQUESTS_OF_EACH: u32 = 500;
/// Answers after which a node is killed.
const KILLED_AFTER: u32 = CLIENTS * REQUESTS_OF_EACH / 2;
/// A client signs out rather than in, from so many live sessions on.
const MOST_SESSIONS: usize = 8;

/// What a session opens, with the theme that was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Visitor(&'static str),
    User(&'static str),
    Nothing,
}

#[derive(Debug)]
struct Known {
    cookie: String,
    state: State,
}

impl Known {
    fn user(cookie: String) -> Self {
        Self { cookie, state: State::User("system") }
    }

    /// Keeps a new token, as a browser does.
    fn keep(&mut self, bank: &Bank, answer: &Answer) -> u32 {
        let Some(set) = answer.set_cookie() else { return 0 };
        assert!(!set.is_removal(), "nobody is logged out: {self:?} {answer}");
        self.cookie = bank.cookie(&set.value);
        1
    }
}

#[derive(Clone, Copy, Default)]
struct Counts {
    reads: u32,
    writes: u32,
    logins: u32,
    logouts: u32,
    rotations: u32,
    cut_off: u32,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reads, writes, logins, logouts, rotations, cut_off } = self;
        write!(
            f,
            "{reads} reads, {writes} writes, {logins} logins, {logouts} logouts, {rotations} rotations acknowledged; "
        )?;
        write!(f, "{cut_off} requests cut off and sent again")
    }
}

/// Numbers that differ from client to client, and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }
}

/// Somebody with a connection to each node, and sessions that nobody else uses.
struct Client<'b> {
    banks: [&'b Bank; 2],
    wires: [Option<Wire>; 2],
    dice: Dice,
    sessions: Vec<Known>,
    counts: Counts,
}

impl<'b> Client<'b> {
    fn new(number: u32, banks: [&'b Bank; 2], sessions: Vec<Known>) -> Self {
        Self { banks, wires: [None, None], dice: Dice(number.into()), sessions, counts: Counts::default() }
    }

    /// Through either node; through the other one if the connection breaks.
    fn send(&mut self, request: Request) -> Answer {
        let request = request.keep_alive();
        let first = self.dice.below(2);
        for node in [first, 1 - first] {
            if let Some(answer) = self.through(node, &request) {
                return answer;
            }
            // A connection that could not even be made cut nothing off.
            self.counts.cut_off += u32::from(self.wires[node].take().is_some());
        }
        panic!("both nodes are gone");
    }

    fn through(&mut self, node: usize, request: &Request) -> Option<Answer> {
        let authority = &self.banks[node].authority;
        if self.wires[node].is_none() {
            self.wires[node] = Some(Wire::new(TcpStream::connect(authority).ok()?));
        }
        let wire = self.wires[node].as_mut()?;
        wire.write(&request.bytes(authority));
        wire.try_answer(&request.method)
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)], cookie: Option<&str>) -> Answer {
        let request = Request::post(path).same_origin().form(fields).header("Accept", "application/json");
        let answer = match cookie {
            Some(cookie) => self.send(request.header("Cookie", cookie)),
            None => self.send(request),
        };
        answer.expect(303)
    }

    fn theme(&mut self) -> &'static str {
        if self.dice.below(2) == 0 { "dark" } else { "light" }
    }

    /// A visitor chooses a theme: a new session.
    fn begin(&mut self) {
        let theme = self.theme();
        let answer = self.post("/theme", &[("theme", theme)], None);
        self.counts.writes += 1;
        let cookie = self.banks[0].cookie(&answer.expect_token());
        self.sessions.push(Known { cookie, state: State::Visitor(theme) });
    }

    /// An administrator: their sessions have no limit, so a login whose answer was lost ends no other.
    fn login(&mut self) {
        let answer = self.send(login("carol")).expect(303);
        self.counts.logins += 1;
        self.sessions.push(Known::user(self.banks[0].cookie(&answer.expect_token())));
    }

    fn logout(&mut self, at: usize) {
        let cookie = self.sessions[at].cookie.clone();
        self.post("/logout", &[], Some(&cookie)).expect_removal();
        self.counts.logouts += 1;
        self.sessions[at].state = State::Nothing;
    }

    fn write(&mut self, at: usize) {
        let theme = self.theme();
        let cookie = self.sessions[at].cookie.clone();
        let answer = self.post("/theme", &[("theme", theme)], Some(&cookie));
        self.counts.writes += 1;
        let known = &mut self.sessions[at];
        self.counts.rotations += known.keep(self.banks[0], &answer);
        known.state = if matches!(known.state, State::User(_)) { State::User(theme) } else { State::Visitor(theme) };
    }

    /// What the session opens is what was acknowledged, through whichever node.
    fn read(&mut self, at: usize) {
        let (cookie, state) = (self.sessions[at].cookie.clone(), self.sessions[at].state);
        let answer = self.send(page(&cookie, state));
        expect_state(&answer, state);
        self.counts.reads += 1;
        self.counts.rotations += self.sessions[at].keep(self.banks[0], &answer);
    }

    fn work(mut self, answered: &AtomicU32) -> Self {
        for _ in 0..REQUESTS_OF_EACH {
            let live = (0..self.sessions.len()).filter(|at| self.sessions[*at].state != State::Nothing);
            let live: Vec<usize> = live.collect();
            let at = live.get(self.dice.below(live.len().max(1))).copied();
            match (at, self.dice.below(20)) {
                (None, _) => self.begin(),
                (Some(at), 0) => self.logout(at),
                (Some(at), 1..=2) if live.len() >= MOST_SESSIONS => self.logout(at),
                (_, 1) => self.login(),
                (_, 2) => self.begin(),
                (Some(at), 3..=9) => self.write(at),
                (Some(at), _) => self.read(at),
            }
            answered.fetch_add(1, SeqCst);
        }
        self
    }
}

/// The page that shows what a session is.
fn page(cookie: &str, state: State) -> Request {
    match state {
        State::Visitor(_) => Request::get("/login").header("Cookie", cookie),
        State::User(_) | State::Nothing => account(cookie),
    }
}

#[track_caller]
fn expect_state(answer: &Answer, state: State) {
    let (status, theme) = match state {
        State::Visitor(theme) | State::User(theme) => (200, theme),
        State::Nothing => (401, ""),
    };
    assert_eq!(answer.status, status, "{state:?}: {answer}");
    match state {
        State::Nothing => assert_eq!(answer.reason(), "logout", "{answer}"),
        _ => assert!(answer.text().contains(&format!("data-theme=\"{theme}\"")), "{state:?}: {answer}"),
    }
}

/// Everything is as it was acknowledged.
fn check(bank: &Bank, sessions: &mut [Known]) -> u32 {
    let mut rotations = 0;
    for known in sessions {
        let answer = bank.send(&page(&known.cookie, known.state));
        expect_state(&answer, known.state);
        if known.state != State::Nothing {
            rotations += known.keep(bank, &answer);
        }
    }
    rotations
}

#[test]
fn a_killed_node_takes_nothing_with_it() {
    let redis = Server::start();
    let (one, two) = (node(&redis), node(&redis));
    let three = |user: &str| [&one, &two, &one].map(|bank| Known::user(sign_in(bank, user))).into();
    let members: [Vec<Known>; 2] = [three("alice"), three("bob")];
    // From now on their tokens are replaced when they come back; as soon as each node knows that the other's clock moved, too.
    let probe = sign_in(&two, "carol");
    one.advance("14m");
    two.advance("14m");
    for _ in 0..12 {
        for bank in [&one, &two] {
            bank.advance("9s");
            bank.send(&account(&probe));
        }
    }
    for bank in [&one, &two] {
        bank.send(&account(&sign_in(bank, "carol"))).expect(200);
    }
    one.cookie_name();

    let answered = AtomicU32::new(0);
    let [alices, bobs] = members;
    let mut sessions = Vec::new();
    let mut total = Counts::default();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .zip([alices, bobs, Vec::new(), Vec::new()])
            .map(|(number, sessions)| Client::new(number, [&one, &two], sessions))
            .map(|client| scope.spawn(|| client.work(&answered)))
            .collect();
        while answered.load(SeqCst) < KILLED_AFTER && !clients.iter().any(thread::ScopedJoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(1));
        }
        one.kill();
        for client in clients {
            let client = client.join().unwrap();
            let counts = client.counts;
            total.reads += counts.reads;
            total.writes += counts.writes;
            total.logins += counts.logins;
            total.logouts += counts.logouts;
            total.rotations += counts.rotations;
            total.cut_off += counts.cut_off;
            sessions.extend(client.sessions);
        }
    });
    drop(one);
    println!("{} requests, one node killed: {total}", answered.into_inner());

    // The node that is left, and one that starts now.
    check(&two, &mut sessions);
    let new = node(&redis);
    new.advance("14m");
    for _ in 0..12 {
        new.advance("9s");
    }
    eventually("the new node is ready", || new.send(&account(&probe)).status != 503);
    check(&new, &mut sessions);
    assert!(total.reads > 500 && total.writes > 300 && total.logins > 20 && total.logouts > 50, "{total}");
    assert!(total.rotations > 0 && total.cut_off > 0, "{total}");
}
