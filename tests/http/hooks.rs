//! `kill -9` while the hook for ends runs, or before it does: no end is lost, and no hook that is over is called again.

use std::{
    collections::HashSet,
    fs,
    io::Read,
    process::ChildStderr,
    thread::{self, JoinHandle, sleep},
    time::{Duration, Instant},
};

use session_policy::{
    clock::TestClock,
    sessions::LEASE,
    store::{EndReason, Reclaim, RedbStore, Store},
};

use crate::kit::{Bank, Browser, Dice, Folder, Request};

/// What the hook was told of an end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    id: String,
    reason: String,
    user: String,
}

fn start(file: &str) -> Bank {
    Bank::start_with(&["--listen", "127.0.0.1:0", "--store", &format!("file:{file}"), "--test-clock"])
}

fn told(bank: &Bank) -> Vec<Told> {
    let text = bank.send(&Request::get("/__ends")).expect(200).text();
    let word = |line: &serde_json::Value, name: &str| line[name].as_str().unwrap_or("nobody").to_owned();
    let told = |line: serde_json::Value| Told {
        id: word(&line, "end"),
        reason: word(&line, "reason"),
        user: word(&line, "user"),
    };
    text.lines().map(|line| told(serde_json::from_str(line).unwrap())).collect()
}

/// The one call of the hook that is to come: it comes a moment after the end.
fn told_soon(bank: &Bank) -> Told {
    let since = Instant::now();
    loop {
        if let [one] = told(bank).as_slice() {
            return one.clone();
        }
        assert!(since.elapsed() < Duration::from_secs(20), "one call of the hook: {:?}", told(bank));
    }
}

/// Ends what is over, calls again what is to be called again, and waits until the store knows that those hooks are over.
fn sweep(bank: &Bank) {
    bank.send(&Request::post("/__sweep")).expect(200);
}

fn let_hooks_hang(bank: &Bank) {
    bank.send(&Request::post("/__hooks").form(&[("hang", "on")])).expect(204);
}

/// The bank was killed inside the hook for `end`, `after` seconds after its clock's start. Its clock starts anew each time.
fn called_again_once(file: &str, end: &Told, after: u64) {
    let lease = LEASE.as_secs();
    let bank = start(file);
    bank.advance(&format!("{}s", after + lease - 1));
    sweep(&bank);
    assert_eq!(told(&bank), [], "for all that this bank knows, the other is alive inside the hook");
    bank.advance("1s");
    sweep(&bank);
    assert_eq!(told(&bank), std::slice::from_ref(end), "the lease ran out");
    bank.advance(&format!("{}s", lease + 1));
    sweep(&bank);
    assert_eq!(told(&bank), std::slice::from_ref(end), "the hook is over");
    drop(bank);
    let bank = start(file);
    bank.advance(&format!("{}s", after + 3 * (lease + 1)));
    sweep(&bank);
    assert_eq!(told(&bank), [], "the store was told so before the second kill");
}

#[test]
fn killed_inside_the_hook_of_a_logout() {
    let folder = Folder::new();
    let file = folder.path("sessions");
    let bank = start(&file);
    let mut alice = Browser::signed_in(&bank, "alice");
    let token = alice.token();
    let_hooks_hang(&bank);
    alice.post("/logout", &[]).expect(303);
    let end = told_soon(&bank);
    assert_eq!((end.reason.as_str(), end.user.as_str()), ("logout", "alice"));
    bank.api("/account", &token).expect_denial(401, "logout");
    drop(bank);
    called_again_once(&file, &end, 0);
    start(&file).api("/account", &token).expect_denial(401, "logout");
}

#[test]
fn killed_inside_the_hook_of_the_sweeper() {
    let folder = Folder::new();
    let file = folder.path("sessions");
    let bank = start(&file);
    let bob = Browser::signed_in(&bank, "bob");
    let token = bob.token();
    // Half an hour without activity, and what clocks may differ by.
    bank.advance("1811s");
    let_hooks_hang(&bank);
    let mut waits_for_the_hook = bank.connect();
    waits_for_the_hook.write(&Request::post("/__sweep").bytes(&bank.authority));
    let end = told_soon(&bank);
    assert_eq!((end.reason.as_str(), end.user.as_str()), ("idle", "bob"));
    bank.api("/account", &token).expect_denial(401, "idle");
    drop(bank);
    assert!(waits_for_the_hook.is_closed(), "a sweep is done when its hooks are over");
    called_again_once(&file, &end, 1811);
}

/// A hook that hangs is nobody else's trouble.
#[test]
fn other_hooks_run_while_one_hangs() {
    let bank = Bank::start();
    let mut alice = Browser::signed_in(&bank, "alice");
    let mut bob = Browser::signed_in(&bank, "bob");
    bank.send(&Request::post("/__hooks").form(&[("hang", "perhaps")])).expect(400);
    let_hooks_hang(&bank);
    alice.post("/logout", &[]).expect(303);
    let end = told_soon(&bank);
    bank.send(&Request::post("/__hooks").form(&[("hang", "off")])).expect(204);
    // The sweep waits for the hook of its own end, and not for the other's.
    bank.advance("1811s");
    sweep(&bank);
    let ends: Vec<_> = told(&bank).into_iter().map(|told| (told.reason, told.user)).collect();
    assert!(ends.contains(&("idle".to_owned(), "bob".to_owned())), "{ends:?}");
    assert_eq!(ends.iter().filter(|(_, user)| *user == end.user).count(), 1, "it hangs, and runs once: {ends:?}");
    bob.fetch("/account").expect_denial(401, "idle");
}

#[test]
fn no_stranger_lets_hooks_hang() {
    let bank = Bank::start_with(&["--listen", "127.0.0.1:0"]);
    bank.send(&Request::post("/__hooks").same_origin().form(&[("hang", "on")])).expect(404);
}

/// How often the bank is killed.
const ROUNDS: u64 = 20;
const USERS: [&str; 3] = ["alice", "bob", "carol"];

/// A session whose user signed out when the bank was about to be killed.
struct SignedOut {
    user: &'static str,
    token: String,
    acknowledged: bool,
    /// The hook's line in the log of the bank that was killed.
    told: Option<Told>,
}

/// Sees to it that the log is read while the bank runs.
fn read(mut log: ChildStderr) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        text
    })
}

/// All calls of the hook that a bank logged: `session of alice ended: logout, end` and the id.
fn logged(log: &str) -> Vec<Told> {
    let told = |line: &str| {
        let (user, rest) = line.strip_prefix("bank: session of ")?.split_once(" ended: ")?;
        let (reason, id) = rest.split_once(", end ")?;
        Some(Told { id: id.to_owned(), reason: reason.to_owned(), user: user.to_owned() })
    };
    log.lines().filter_map(told).collect()
}

/// The users whose end by logout stands in the file without a hook that is over. Looked at in a copy: what is reclaimed here
/// is not reclaimed there.
fn unsettled(folder: &Folder, file: &str, now: u64) -> Vec<String> {
    let copy = folder.path("copy");
    fs::copy(file, &copy).unwrap();
    let store = RedbStore::open(&copy).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let claims = runtime.block_on(store.reclaim(Reclaim { at_most: 1_000, lease: now, now })).unwrap();
    let claims = claims.into_iter().filter(|claim| claim.reason == EndReason::Logout);
    claims.filter_map(|claim| Some(claim.session.identity.user.as_ref()?.as_str().to_owned())).collect()
}

/// Everybody signs out at once, and the bank is killed up to 5 ms after they asked, or after the first of them was answered.
fn signed_out(bank: Bank, log: JoinHandle<String>, round: u64, dice: &mut Dice) -> (Vec<SignedOut>, Vec<Told>) {
    let tokens = USERS.map(|user| Browser::signed_in(&bank, user).token());
    let mut wires = tokens.each_ref().map(|token| {
        let mut wire = bank.connect();
        // A connection that the bank has accepted.
        wire.exchange(&Request::get("/").keep_alive(), &bank.authority).expect(200);
        let logout = Request::post("/logout").same_origin().header("Cookie", bank.cookie(token));
        (wire, logout.bytes(&bank.authority))
    });
    for (wire, logout) in &mut wires {
        wire.write(logout);
    }
    let first = (round % 2 == 1).then(|| wires[0].0.answer("POST").expect(303));
    sleep(Duration::from_micros(dice.below(5_000)));
    drop(bank);
    let mut acknowledged = wires.map(|(mut wire, _)| wire.try_answer("POST").is_some());
    acknowledged[0] |= first.is_some();
    let mut told = logged(&log.join().unwrap());
    told.retain(|told| told.reason == "logout");
    let ids: HashSet<_> = told.iter().map(|told| &told.id).collect();
    assert_eq!(ids.len(), told.len(), "one bank calls the hook once for an end: {told:?}");
    let users = USERS.into_iter().zip(tokens).zip(acknowledged);
    let signed_out = |((user, token), acknowledged)| SignedOut { user, token, acknowledged, told: None };
    (users.map(signed_out).collect(), told)
}

#[test]
#[allow(clippy::print_stdout, reason = "how much was done is what the result rests on")]
fn killed_before_the_hook_or_right_after_it() {
    let folder = Folder::new();
    let file = folder.path("sessions");
    let store = format!("file:{file}");
    let mut dice = Dice(0);
    let mut before: Vec<SignedOut> = Vec::new();
    let (mut acknowledged, mut once, mut later, mut again) = (0, 0, 0, 0);
    for round in 0..=ROUNDS {
        // Each bank's clock starts anew: behind the leases of the one before, and before anything idles.
        let after = (round + 1) * (LEASE.as_secs() + 1);
        let unsettled =
            if round == 0 { Vec::new() } else { unsettled(&folder, &file, TestClock::START_MS + after * 1_000) };
        let (bank, log) = Bank::start_with_log(&["--listen", "127.0.0.1:0", "--store", &store, "--test-clock"]);
        let log = read(log);
        bank.advance(&format!("{after}s"));
        sweep(&bank);
        let calls: Vec<Told> = told(&bank).into_iter().filter(|told| told.reason == "logout").collect();
        for SignedOut { user, token, acknowledged: answered, told } in before {
            let here: Vec<_> = calls.iter().filter(|told| told.user == user).collect();
            let waits = unsettled.iter().filter(|waits| *waits == user).count();
            assert_eq!(here.len(), waits, "round {round}, {user}: those that are not over, once: {here:?}, {told:?}");
            acknowledged += u32::from(answered);
            match (&told, here.first()) {
                (None, None) => {
                    assert!(!answered, "round {round}: a sign-out of {user} was answered, and no hook ever called");
                    bank.api("/account", &token).expect(200);
                    continue;
                }
                (Some(_), None) => once += 1,
                (None, Some(_)) => later += 1,
                (Some(told), Some(here)) => {
                    assert_eq!(told, *here, "round {round}: called again, it is the same end");
                    again += 1;
                }
            }
            bank.api("/account", &token).expect_denial(401, "logout");
        }
        if round == ROUNDS {
            break;
        }
        let told;
        (before, told) = signed_out(bank, log, round, &mut dice);
        for signed_out in &mut before {
            let is_new = |told: &&Told| told.user == signed_out.user && calls.iter().all(|call| call.id != told.id);
            let mut new = told.iter().filter(is_new);
            signed_out.told = new.next().cloned();
            assert_eq!(new.next(), None, "round {round}: one end, one call");
        }
    }
    println!(
        "{ROUNDS} kills, {acknowledged} sign-outs answered; hook called: {once} before the kill, {later} after it, {again} \
         before and again after it"
    );
    assert!(
        acknowledged > 10 && once + later + again >= acknowledged && later + again > 0,
        "kills came too late or early"
    );
}
