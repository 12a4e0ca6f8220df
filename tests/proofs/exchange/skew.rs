//! Engines on one store whose clocks disagree (semantics.md §3): nobody is extended beyond what clocks may differ by, and nobody
//! is ended early. The true time is the one that the test counts.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use session_policy::{
    Sessions,
    clock::TestClock,
    sessions::Event,
    store::{Loaded, Snapshot},
    token::{Token, TokenKind},
    verdict::EndReason,
};

use crate::support::{Client, Faulty, Got, Op, builder, denied, world_of};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const YEAR: i64 = 365 * 24 * 60 * MINUTE;
const IDLE: i64 = 30 * MINUTE;

/// One engine.
struct Node {
    sessions: Sessions,
    client: Client,
    clock: TestClock,
    /// How far its clock is ahead, in milliseconds.
    ahead: i64,
    disagreed: Arc<AtomicUsize>,
}

/// Engines on one store, and the true time since the start, in milliseconds.
struct Cluster {
    store: Faulty,
    nodes: Vec<Node>,
    time: i64,
}

impl Cluster {
    fn of(store: Faulty, ahead: &[i64]) -> Self {
        let mut cluster = Self { store, nodes: Vec::new(), time: 0 };
        for ahead in ahead {
            cluster.join(*ahead);
        }
        cluster
    }

    fn join(&mut self, ahead: i64) {
        let (clock, disagreed) = (TestClock::new(), Arc::new(AtomicUsize::new(0)));
        let counts = Arc::clone(&disagreed);
        let told = move |event: &Event| {
            if matches!(event, Event::ClockDisagrees { .. }) {
                counts.fetch_add(1, SeqCst);
            }
        };
        let sessions = builder(&self.store, &clock).on_event(told).build().unwrap();
        let app = world_of(sessions.clone(), clock.clone(), self.store.clone(), |router| router).app;
        self.nodes.push(Node { sessions, client: Client::new(&app), clock, ahead, disagreed });
        self.set();
    }

    fn set(&self) {
        for node in &self.nodes {
            node.clock.set_ms(TestClock::START_MS.checked_add_signed(self.time + node.ahead).unwrap());
        }
    }

    fn pass(&mut self, ms: i64) {
        self.time += ms;
        self.set();
    }

    /// Ten seconds pass, and every engine has something to do; each time another one comes first.
    async fn step(&mut self) {
        self.pass(10 * SECOND);
        let first = usize::try_from(self.time / (10 * SECOND)).unwrap();
        for i in 0..self.nodes.len() {
            self.busy((first + i) % self.nodes.len()).await;
        }
    }

    /// A request with a token that nobody knows.
    async fn busy(&self, node: usize) {
        self.nodes[node].client.holding(&"A".repeat(43)).get("/open").await;
        rest().await;
    }

    async fn login(&self, node: usize, user: &str) -> String {
        let mut client = self.nodes[node].client.clone();
        client.login(user).await;
        client.token()
    }

    async fn get(&self, node: usize, token: &str) -> Got {
        let got = self.nodes[node].client.holding(token).get("/me").await;
        rest().await;
        got
    }

    async fn stored(&self, token: &str) -> Loaded {
        self.store.known(Token::parse(token.as_bytes()).unwrap().id(TokenKind::Session)).await
    }

    async fn live(&self, token: &str) -> Snapshot {
        match self.stored(token).await {
            Loaded::Live(snapshot) => snapshot,
            other => panic!("{} s: ended early: {other:?}", self.time / SECOND),
        }
    }

    /// The last activity, by the true time.
    async fn seen(&self, token: &str) -> i64 {
        i64::try_from(self.live(token).await.header.last_seen).unwrap() - i64::try_from(TestClock::START_MS).unwrap()
    }

    async fn sweep(&self, node: usize) -> usize {
        self.nodes[node].sessions.sweep().await.unwrap()
    }
}

/// What runs in the background has its turn.
async fn rest() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

/// A store of one process, where engines see each other's clocks, and one where they report.
fn both() -> [Faulty; 2] {
    [Faulty::new(), Faulty::shared()]
}

/// Nobody can tell who is right: after the first moments nobody serves, and until the end nobody writes or ends anything.
#[tokio::test]
async fn four_engines_that_all_disagree() {
    for store in both() {
        let mut cluster = Cluster::of(store, &[0, 5 * MINUTE, -5 * MINUTE, YEAR]);
        let token = cluster.login(0, "alice").await;
        for node in [3, 1, 2] {
            let got = cluster.get(node, &token).await;
            assert_eq!(got.cookie(), None, "{node}: {got:?}");
            assert_eq!(cluster.sweep(node).await, 0);
        }
        for _ in 0..6 * 40 {
            cluster.step().await;
            for node in 0..4 {
                let got = cluster.get(node, &token).await;
                assert_eq!((got.denial(), got.cookie()), (denied(503, "clock"), None), "{node} at {}", cluster.time);
                assert_eq!(cluster.sweep(node).await, 0, "{node}");
            }
            assert_eq!(cluster.seen(&token).await, 0, "never extended");
        }
        for node in &cluster.nodes {
            assert!(node.disagreed.load(SeqCst) > 200, "it is said again and again");
        }
        let got = cluster.nodes[0].client.clone().post("/login?user=bob").await;
        assert_eq!((got.denial(), got.cookie()), (denied(503, "clock"), None), "nor does a session begin");
    }
}

/// Three engines agree: they serve, the other three do not. An hour of it, one session used through whichever engine, one left
/// alone, everybody sweeping.
#[tokio::test]
async fn three_engines_that_agree_and_three_that_do_not() {
    for store in both() {
        let mut cluster = Cluster::of(store, &[0, 0, 0, 5 * MINUTE, -5 * MINUTE, YEAR]);
        // Whoever is wrong comes first, and alone knows no better.
        for node in [4, 0, 5, 1, 3, 2] {
            cluster.busy(node).await;
        }
        cluster.step().await;
        for node in &cluster.nodes {
            node.disagreed.store(0, SeqCst);
        }
        let (used, left) = (cluster.login(0, "alice").await, cluster.login(1, "bob").await);
        let (start, mut seen) = (cluster.time, cluster.time);
        for round in 0..6 * 60 {
            cluster.step().await;
            for node in 3..6 {
                for token in [&used, &left] {
                    let got = cluster.get(node, token).await;
                    assert_eq!(
                        (got.denial(), got.cookie()),
                        (denied(503, "clock"), None),
                        "{node} at {}",
                        cluster.time
                    );
                }
                assert_eq!(cluster.sweep(node).await, 0, "{node}");
            }
            if round % 7 == 0 {
                assert_eq!(cluster.get(round % 3, &used).await.body, "alice", "{} s", cluster.time / SECOND);
                seen = cluster.time;
            }
            assert_eq!(cluster.seen(&used).await, seen, "what the right clocks wrote");
            let swept = cluster.sweep(round % 3).await;
            assert_eq!(swept, usize::from(cluster.time - start == IDLE + 10 * SECOND), "{} s", cluster.time / SECOND);
            if cluster.time - start < IDLE {
                assert_eq!(cluster.seen(&left).await, start);
            }
        }
        assert!(matches!(cluster.stored(&left).await, Loaded::Ended(EndReason::Idle)));
        let told = cluster.nodes.iter().map(|node| node.disagreed.load(SeqCst) > 300);
        assert_eq!(told.collect::<Vec<_>>(), [false, false, false, true, true, true]);
        assert!(cluster.nodes[..3].iter().all(|node| node.disagreed.load(SeqCst) == 0));
    }
}

/// At the deadline the right engines end it, to the millisecond, whatever the wrong ones think.
#[tokio::test]
async fn the_deadline_is_the_right_engines() {
    let mut cluster = Cluster::of(Faulty::shared(), &[0, 0, 5 * MINUTE]);
    let token = cluster.login(0, "alice").await;
    for _ in 0..6 * 30 - 1 {
        cluster.step().await;
        cluster.get(2, &token).await;
    }
    cluster.pass(10 * SECOND - 1);
    assert_eq!(cluster.live(&token).await.header.last_seen, TestClock::START_MS);
    cluster.pass(1);
    let got = cluster.get(1, &token).await;
    assert_eq!((got.denial(), got.removes()), (denied(401, "idle"), true));
    assert!(matches!(cluster.stored(&token).await, Loaded::Ended(EndReason::Idle)));
}

/// An engine that joins with a clock ahead looks twice before it believes itself: at its first look it cannot know whether the
/// others are behind, or gone. It stamps nothing and ends nothing, whatever it is shown.
#[tokio::test]
async fn an_engine_that_joins_with_a_clock_ahead() {
    for (ahead, reason) in
        [(5 * MINUTE, None), (29 * MINUTE, None), (31 * MINUTE, Some("idle")), (YEAR, Some("absolute"))]
    {
        let mut cluster = Cluster::of(Faulty::shared(), &[0]);
        let (token, old) = (cluster.login(0, "alice").await, cluster.login(0, "bob").await);
        let mut bob = cluster.nodes[0].client.holding(&old);
        bob.post("/reauth?user=bob").await;
        cluster.pass(5 * SECOND);
        cluster.join(ahead);
        let got = cluster.get(1, &token).await;
        match reason {
            None => assert_eq!((got.body.as_str(), got.cookie()), ("alice", None)),
            Some(reason) => assert_eq!((got.denial(), got.cookie()), (denied(401, reason), None), "no removal cookie"),
        }
        assert_eq!((cluster.seen(&token).await, cluster.sweep(1).await), (0, 0), "nothing is stamped or ended");
        // A replaced token, presented within the minute: no replay, whatever this engine's clock says.
        assert_eq!(cluster.get(1, &old).await.denial(), denied(401, "superseded"));
        assert!(matches!(cluster.stored(&bob.token()).await, Loaded::Live(_)));
        let got = cluster.nodes[1].client.holding(&token).post("/reauth?user=alice").await;
        assert_eq!(got.cookie(), None);
        assert!([(503, Some("clock".to_owned())), (401, reason.map(str::to_owned))].contains(&got.denial()), "{got:?}");
        cluster.step().await;
        cluster.step().await;
        for node in [0, 1] {
            let got = cluster.get(node, &token).await;
            assert_eq!((got.denial(), got.cookie()), (denied(503, "clock"), None), "one against one");
        }
        cluster.join(0);
        cluster.step().await;
        cluster.step().await;
        let statuses = [
            cluster.get(0, &token).await.status,
            cluster.get(1, &token).await.status,
            cluster.get(2, &token).await.status,
        ];
        assert_eq!(statuses, [200, 503, 200], "two against one");
    }
}

/// A restart: the reports of engines that are gone must not keep the new one from working.
#[tokio::test]
async fn a_restart() {
    for (down, waits) in [(3 * SECOND, false), (19 * SECOND, false), (60 * MINUTE, true)] {
        let mut cluster = Cluster::of(Faulty::shared(), &[0, 0, 0]);
        for node in 0..3 {
            cluster.busy(node).await;
        }
        let token = cluster.login(0, "alice").await;
        cluster.nodes.clear();
        cluster.pass(down);
        cluster.join(0);
        let got = cluster.get(0, &token).await;
        if waits {
            assert_eq!((got.denial(), got.cookie()), (denied(401, "idle"), None), "denied, but not ended yet");
            assert_eq!(cluster.nodes[0].client.clone().post("/login?user=bob").await.denial(), denied(503, "clock"));
            for _ in 0..2 {
                assert_eq!(cluster.seen(&token).await, 0);
                cluster.step().await;
            }
            let got = cluster.get(0, &token).await;
            assert_eq!((got.denial(), got.removes()), (denied(401, "idle"), true), "the others are gone");
        } else {
            assert_eq!((got.body.as_str(), cluster.seen(&token).await), ("alice", down), "at once");
        }
        cluster.login(0, "bob").await;
        assert_eq!(cluster.nodes[0].disagreed.load(SeqCst), 0);
    }
}

/// A clock that jumps while the engine runs is found out before the first request is judged by it.
#[tokio::test]
async fn a_clock_that_jumps() {
    for jump in [YEAR, 31 * MINUTE, 40 * SECOND, -40 * SECOND, -5 * MINUTE] {
        let mut cluster = Cluster::of(Faulty::shared(), &[0, 0, 0]);
        let token = cluster.login(0, "alice").await;
        for _ in 0..5 {
            cluster.step().await;
        }
        assert_eq!(cluster.get(1, &token).await.body, "alice");
        let seen = cluster.time;
        cluster.pass(SECOND);
        cluster.nodes[1].ahead = jump;
        cluster.set();
        assert_eq!(cluster.get(1, &token).await.denial(), denied(503, "clock"), "{jump}");
        assert_eq!((cluster.sweep(1).await, cluster.seen(&token).await), (0, seen));
        cluster.step().await;
        assert_eq!(cluster.get(1, &token).await.denial(), denied(503, "clock"), "{jump}");
        assert_eq!(cluster.get(0, &token).await.body, "alice");
        cluster.nodes[1].ahead = 0;
        cluster.step().await;
        assert_eq!(cluster.get(1, &token).await.body, "alice", "the clock was put right");
    }
}

/// Two engines that differ: neither is relied on, signing out works all the same, and when one goes the other goes on.
#[tokio::test]
async fn two_engines_that_disagree() {
    let mut cluster = Cluster::of(Faulty::shared(), &[0, 5 * MINUTE]);
    let (token, out) = (cluster.login(0, "alice").await, cluster.login(0, "bob").await);
    for _ in 0..3 {
        cluster.step().await;
    }
    let mut bob = cluster.nodes[0].client.holding(&out);
    let got = bob.post("/logout").await;
    assert_eq!((got.denial(), got.removes()), (denied(503, "clock"), true));
    assert_eq!(
        cluster.nodes[0].client.holding(&out).get("/me").await.denial(),
        denied(401, "logout"),
        "dead on this node"
    );
    drop(cluster.nodes.pop());
    for _ in 0..3 {
        cluster.step().await;
    }
    assert_eq!(cluster.get(0, &token).await.body, "alice");
}

/// Within what clocks may differ by, everybody serves, and nobody sweeps early.
#[tokio::test]
async fn clocks_that_differ_a_little() {
    for store in both() {
        let mut cluster = Cluster::of(store, &[0, 9 * SECOND, -SECOND]);
        let token = cluster.login(0, "alice").await;
        for _ in 0..6 * 30 {
            cluster.step().await;
            for node in 0..3 {
                assert_eq!(cluster.sweep(node).await, 0, "{} s", cluster.time / SECOND);
            }
        }
        assert_eq!(cluster.seen(&token).await, 0);
        for node in [2, 0, 1] {
            let token = cluster.login(node, "bob").await;
            for reads in 0..3 {
                assert_eq!(cluster.get(reads, &token).await.body, "bob");
            }
        }
    }
}

/// A test's clock that all engines share may jump: in a store of one process that is no disagreement.
#[tokio::test]
async fn a_test_clock_that_two_engines_share() {
    let mut cluster = Cluster::of(Faulty::new(), &[0, 0]);
    let token = cluster.login(0, "alice").await;
    assert_eq!(cluster.get(1, &token).await.body, "alice");
    cluster.pass(31 * MINUTE);
    let got = cluster.get(1, &token).await;
    assert_eq!((got.denial(), got.removes()), (denied(401, "idle"), true));
    let token = cluster.login(0, "alice").await;
    cluster.pass(31 * MINUTE);
    assert_eq!((cluster.sweep(0).await, cluster.sweep(1).await), (1, 0));
    assert_eq!(cluster.get(1, &token).await.denial(), denied(401, "idle"));
}

/// One report in ten seconds, however many requests; none without a token.
#[tokio::test]
async fn what_it_costs() {
    let mut cluster = Cluster::of(Faulty::shared(), &[0]);
    for _ in 0..10 {
        cluster.nodes[0].client.clone().get("/open").await;
    }
    assert_eq!(cluster.store.calls(Op::Clock), 0);
    let token = cluster.login(0, "alice").await;
    for second in 0..100 {
        for _ in 0..10 {
            assert_eq!(cluster.get(0, &token).await.body, "alice");
        }
        assert_eq!(cluster.store.calls(Op::Clock), 1 + second / 10, "{second}");
        cluster.pass(SECOND);
    }
    // A store that does not answer is no answer: as soon as the last one is old, requests wait for the next.
    cluster.store.fail(&[Op::Clock]);
    cluster.pass(20 * SECOND);
    assert_eq!(cluster.get(0, &token).await.body, "alice");
    cluster.pass(10 * SECOND);
    assert_eq!(cluster.get(0, &token).await.denial(), denied(503, "store_unavailable"));
    cluster.store.heal();
    assert_eq!(cluster.get(0, &token).await.body, "alice");
}
