//! `kill -9` while people sign in, sign out and write: what was acknowledged before it holds after it.

use std::{
    fmt,
    sync::mpsc::{Sender, channel},
    thread,
};

use crate::kit::{Answer, Bank, Dice, Folder, PASSWORD, Request, Wire, encode_form};

/// How often the bank is killed.
const ROUNDS: u64 = 200;
/// Clients that work at the same time.
const CLIENTS: u64 = 4;
/// Signed out rather than in, from so many sessions of one client on.
const MOST_SESSIONS: usize = 6;
/// Sessions that ended in earlier rounds and are looked at again after each kill; all of them are in the end.
const ENDED_SEEN_AGAIN: usize = 6;

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A visitor's session, with the theme that was chosen.
    Visitor(&'static str),
    /// A user's, with the theme.
    User(&'static str),
    Nothing,
}

/// A token, and what it may open: more than one state if the bank was killed before it answered.
struct Known {
    token: String,
    may_be: Vec<State>,
}

impl Known {
    fn is(token: String, state: State) -> Self {
        Self { token, may_be: vec![state] }
    }

    fn state(&self) -> State {
        self.may_be[0]
    }
}

/// What was acknowledged, and what was not.
#[derive(Default)]
struct Counts {
    logins: u32,
    logouts: u32,
    writes: u32,
    unanswered: u32,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { logins, logouts, writes, unanswered } = self;
        write!(f, "{logins} logins, {logouts} logouts, {writes} writes acknowledged; {unanswered} requests cut off")
    }
}

/// One client: a connection, and the sessions that nobody else uses.
struct Client<'b> {
    bank: &'b Bank,
    wire: Wire,
    dice: Dice,
    sessions: Vec<Known>,
    counts: Counts,
}

impl Client<'_> {
    /// An answer, or `None` if the bank is gone.
    fn post(&mut self, path: &str, fields: &[(&str, &str)], token: Option<&str>) -> Option<Answer> {
        let form = Request::post(path).same_origin().keep_alive();
        let form = form.body("application/x-www-form-urlencoded", encode_form(fields));
        let form = match token {
            Some(token) => form.header("Cookie", self.bank.cookie(token)),
            None => form,
        };
        self.wire.write(&form.bytes(&self.bank.authority));
        let answer = self.wire.try_answer("POST");
        match &answer {
            Some(answer) => assert_eq!(answer.status, 303, "{path}: {answer}"),
            None => self.counts.unanswered += 1,
        }
        answer
    }

    fn theme(&mut self) -> &'static str {
        if self.dice.below(2) == 0 { "dark" } else { "light" }
    }

    /// A visitor chooses a theme: a new session.
    fn begin(&mut self) -> Option<()> {
        let theme = self.theme();
        let answer = self.post("/theme", &[("theme", theme)], None)?;
        self.counts.writes += 1;
        self.sessions.push(Known::is(answer.expect_token(), State::Visitor(theme)));
        Some(())
    }

    /// Signs in, mostly with a visitor's session that ends thereby and whose theme is carried over.
    fn login(&mut self) -> Option<()> {
        let visitor = self.sessions.iter().position(|known| matches!(known.state(), State::Visitor(_)));
        let before = visitor.map(|at| self.sessions.swap_remove(at));
        let (token, theme) = match &before {
            Some(Known { token, may_be }) => match may_be[0] {
                State::Visitor(theme) => (Some(token.clone()), theme),
                other => panic!("a visitor is no {other:?}"),
            },
            None => (None, "system"),
        };
        let answer = self.post("/login", &[("user", "carol"), ("password", PASSWORD)], token.as_deref());
        // What was cut off may have happened: then the visitor's token opens nothing any more.
        let may_be = if answer.is_some() { vec![State::Nothing] } else { vec![State::Visitor(theme), State::Nothing] };
        self.sessions.extend(token.map(|token| Known { token, may_be }));
        self.counts.logins += u32::from(answer.is_some());
        self.sessions.push(Known::is(answer?.expect_token(), State::User(theme)));
        Some(())
    }

    fn write(&mut self, at: usize) -> Option<()> {
        let theme = self.theme();
        let Known { token, may_be } = &self.sessions[at];
        let (token, old) = (token.clone(), may_be[0]);
        let new = if matches!(old, State::User(_)) { State::User(theme) } else { State::Visitor(theme) };
        let answer = self.post("/theme", &[("theme", theme)], Some(&token));
        self.counts.writes += u32::from(answer.is_some());
        self.sessions[at].may_be = if answer.is_some() { vec![new] } else { vec![old, new] };
        answer.map(|_| ())
    }

    fn logout(&mut self, at: usize) -> Option<()> {
        let (token, old) = (self.sessions[at].token.clone(), self.sessions[at].state());
        let answer = self.post("/logout", &[], Some(&token));
        self.counts.logouts += u32::from(answer.is_some());
        self.sessions[at].may_be = if answer.is_some() { vec![State::Nothing] } else { vec![old, State::Nothing] };
        answer.map(|_| ())
    }

    /// Works until the bank is gone, and tells after each answer how many logins there were.
    fn work(mut self, signs_in: bool, tell: &Sender<u32>) -> (Vec<Known>, Counts) {
        loop {
            let live: Vec<usize> =
                (0..self.sessions.len()).filter(|at| self.sessions[*at].state() != State::Nothing).collect();
            let which = live.get(usize::try_from(self.dice.below(live.len().max(1) as u64)).unwrap()).copied();
            // A check of a password takes most of a second core: one client spends its time on it.
            let done = match (which, self.dice.below(10)) {
                (None, _) => self.begin(),
                (Some(at), 0..=2) => self.logout(at),
                (Some(at), _) if live.len() >= MOST_SESSIONS => self.logout(at),
                (_, 3..=5) if signs_in => self.login(),
                (_, 3..=4) => self.begin(),
                (Some(at), _) => self.write(at),
            };
            if done.is_none() {
                return (self.sessions, self.counts);
            }
            let _nobody_counts = tell.send(self.counts.logins);
        }
    }
}

/// What the token opens now.
fn look(bank: &Bank, wire: &mut Wire, token: &str) -> State {
    let mut get = |path: &str| {
        let request = Request::get(path).keep_alive().header("Cookie", bank.cookie(token));
        wire.exchange(&request, &bank.authority)
    };
    let theme = |answer: &Answer| {
        let page = answer.text();
        let theme =
            ["dark", "light", "system"].into_iter().find(|theme| page.contains(&format!("data-theme=\"{theme}\"")));
        theme.unwrap_or_else(|| panic!("a page has a theme: {answer}"))
    };
    let account = get("/account");
    if account.status == 200 {
        return State::User(theme(&account));
    }
    account.expect(401);
    // A visitor without a session sees what the system prefers.
    match theme(&get("/login").expect(200)) {
        "system" => State::Nothing,
        theme => State::Visitor(theme),
    }
}

/// Everything is as it was acknowledged. What was cut off happened or did not, and that is settled from now on.
fn check(bank: &Bank, known: &mut [Known], round: u64) {
    let mut wire = bank.connect();
    for Known { token, may_be } in known {
        let state = look(bank, &mut wire, token);
        assert!(may_be.contains(&state), "after kill {round}, a token opens {state:?} instead of {may_be:?}");
        *may_be = vec![state];
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "how much was done is what the result rests on")]
fn what_was_acknowledged_survives_a_kill() {
    let folder = Folder::new();
    let store = format!("file:{}", folder.path("sessions"));
    let mut dice = Dice(0);
    let mut pools: Vec<Vec<Known>> = (0..CLIENTS).map(|_| Vec::new()).collect();
    let mut ended: Vec<Known> = Vec::new();
    let mut total = Counts::default();
    for round in 0..=ROUNDS {
        let bank = Bank::start_with(&["--listen", "127.0.0.1:0", "--store", &store]);
        for pool in &mut pools {
            check(&bank, pool, round);
            let (dead, live) = pool.drain(..).partition(|known| known.state() == State::Nothing);
            *pool = live;
            ended.extend::<Vec<Known>>(dead);
        }
        if round == ROUNDS {
            check(&bank, &mut ended, round);
            break;
        }
        for _ in 0..ENDED_SEEN_AGAIN.min(ended.len()) {
            let at = usize::try_from(dice.below(ended.len() as u64)).unwrap();
            check(&bank, &mut ended[at..=at], round);
        }
        let (tell, told) = channel();
        let most = 1 + dice.below(12);
        thread::scope(|scope| {
            let mut clients = Vec::new();
            for (number, sessions) in (0..).zip(pools.drain(..)) {
                let client = Client {
                    bank: &bank,
                    wire: bank.connect(),
                    dice: Dice(round * CLIENTS + number),
                    sessions,
                    counts: Counts::default(),
                };
                let tell = tell.clone();
                clients.push(scope.spawn(move || client.work(number == 0, &tell)));
            }
            // Every other kill comes soon after a login, which takes longer than everything else.
            while round % 2 == 0 && told.recv().unwrap() == 0 {}
            for _ in 0..most {
                told.recv().unwrap();
            }
            bank.kill();
            for client in clients {
                let (sessions, counts) = client.join().unwrap();
                pools.push(sessions);
                total.logins += counts.logins;
                total.logouts += counts.logouts;
                total.writes += counts.writes;
                total.unanswered += counts.unanswered;
            }
        });
    }
    println!("{ROUNDS} kills: {total}");
    let Counts { logins, logouts, writes, unanswered } = total;
    assert!(logins > 50 && logouts > 200 && writes > 200 && unanswered > 200, "{total}");
}
