//! A logout wins over everything that goes on beside it: writes, rotations, re-authentications, lost answers, sweeps. Afterwards
//! no token that the run ever issued opens anything.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use axum::http::Method;
use session_policy::{
    SessionError,
    clock::TestClock,
    policy::Rules,
    store::{ByUser, Store, Sweep, UserId},
    token::{Random, RandomError, SystemRandom, Token},
};
use tokio::sync::RwLock;

use super::{Heard, MINUTE_MS, id};
use crate::support::{Client, Faulty, Got, Note, Page, World, builder_of, guarded, policy, world_of};

policy!(Restless = Rules::UNSET.idle(30 * 60).absolute(8 * 3600).rotate_every(1).grace(1));

const SEEDS: u64 = 24;
const OPERATIONS: usize = 1_000;
const WORKERS: usize = 8;

/// The system's randomness, written down: every token that was ever drawn, whether or not an answer brought it.
#[derive(Clone, Debug, Default)]
struct Recorder(Arc<Mutex<Vec<[u8; 32]>>>);

impl Random for Recorder {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        SystemRandom.fill(bytes)?;
        if let Ok(token) = <[u8; 32]>::try_from(&*bytes) {
            self.0.lock().unwrap().push(token);
        }
        Ok(())
    }
}

impl Recorder {
    fn tokens(&self) -> Vec<String> {
        let drawn = self.0.lock().unwrap();
        drawn.iter().map(|bytes| Token::random(&Known(*bytes)).unwrap().text()).collect()
    }
}

/// "Random" bytes that are known.
#[derive(Debug)]
struct Known([u8; 32]);

impl Random for Known {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        bytes.copy_from_slice(&self.0);
        Ok(())
    }
}

/// A small generator, so that a seed means something.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// One browser with many tabs: one jar, in which the answer that comes last wins.
struct Run {
    site: World,
    heard: Heard,
    drawn: Recorder,
    jar: Mutex<Option<String>>,
    /// Every token that an answer brought, in order.
    seen: Mutex<Vec<String>>,
    /// Held by every request; alone, time passes.
    time: RwLock<()>,
    left: AtomicUsize,
    signs_out_at: usize,
    out: AtomicBool,
    rotations: AtomicUsize,
    rises: AtomicUsize,
}

impl Run {
    async fn new(seed: u64) -> Arc<Self> {
        let (clock, store) = (TestClock::new(), Faulty::polite());
        let (heard, drawn) = (Heard::default(), Recorder::default());
        let events = Arc::clone(&heard.0);
        let sessions = builder_of::<Restless>(&store, &clock)
            .random(drawn.clone())
            .on_event(move |event| events.lock().unwrap().push(event.clone()))
            .build()
            .unwrap();
        let site = world_of(sessions, clock, store, |router| {
            router
                .route(
                    "/write",
                    guarded::<Page, _, _>(|session, ask| async move {
                        session.set(Note(ask.get("note").unwrap_or_default().to_owned()))?;
                        Ok::<_, SessionError>("written")
                    }),
                )
                .route(
                    "/append",
                    guarded::<Page, _, _>(|session, _| async move {
                        session.update(|note: &mut Note| note.0 = format!("{:.8}+", note.0)).await?;
                        Ok::<_, SessionError>("appended")
                    }),
                )
        });
        let mut browser = Client::new(&site.app);
        browser.login("alice").await;
        let token = browser.token();
        Arc::new(Self {
            site,
            heard,
            drawn,
            jar: Mutex::new(Some(token.clone())),
            seen: Mutex::new(vec![token]),
            time: RwLock::new(()),
            left: AtomicUsize::new(OPERATIONS),
            signs_out_at: 500 + usize::try_from(Dice(seed * 7 + 1).roll(400)).unwrap(),
            out: AtomicBool::new(false),
            rotations: AtomicUsize::new(0),
            rises: AtomicUsize::new(0),
        })
    }

    fn browser(&self) -> Client {
        let token = self.jar.lock().unwrap().clone().or_else(|| self.seen.lock().unwrap().last().cloned());
        Client::new(&self.site.app).holding(&token.unwrap())
    }

    /// What came back, as a browser keeps it.
    async fn keep(&self, got: &Got) {
        if got.reason().as_deref() == Some("superseded") {
            // The answers of a rotation and of a re-authentication came in the wrong order: the user opens the tab again
            // that has the right one.
            let alice = UserId::try_from("alice").unwrap();
            if let [session] = &*self.site.store.inner().of_user(&alice).await.unwrap() {
                let current = session.line.current;
                *self.jar.lock().unwrap() =
                    self.seen.lock().unwrap().iter().find(|token| id(token) == current).cloned();
            }
        }
        let Some(token) = got.cookie() else { return };
        if token.is_empty() {
            *self.jar.lock().unwrap() = None;
        } else {
            self.seen.lock().unwrap().push(token.clone());
            *self.jar.lock().unwrap() = Some(token);
        }
    }

    async fn operate(&self, dice: &mut Dice) {
        match dice.roll(40) {
            0..=7 => {
                let _alone = self.time.write().await;
                self.site.clock.advance_ms(100 + dice.roll(300));
            }
            8 | 9 => self.sweep().await,
            10 => {
                let _shared = self.time.read().await;
                let got = self.browser().post("/reauth?user=alice").await;
                self.rises.fetch_add(usize::from(got.token().is_some()), SeqCst);
                self.keep(&got).await;
            }
            11 | 12 => {
                // Somebody hangs up half way.
                let _shared = self.time.read().await;
                let browser = self.browser();
                let request = browser.spawn(browser.request(Method::POST, "/write?note=dropped"));
                tokio::task::yield_now().await;
                request.abort();
                if let Ok(answer) = request.await {
                    self.keep(&Got::of(answer).await).await;
                }
            }
            way => {
                let _shared = self.time.read().await;
                let target =
                    ["/me", "/write?note=x", "/append", "/watch", "/me?then=500"][usize::try_from(way % 5).unwrap()];
                let got = self.browser().post(target).await;
                self.rotations.fetch_add(usize::from(got.token().is_some()), SeqCst);
                self.keep(&got).await;
            }
        }
    }

    /// Nothing is due yet; afterwards everything may be.
    async fn sweep(&self) {
        let now = self.site.clock.now_ms();
        let sweep = Sweep { due: now, at_most: 100, lease: None, now };
        Store::sweep(&self.site.store, sweep).await.unwrap();
    }

    /// Signs out, with whatever the browser holds; once more, if a tab beside it re-authenticated meanwhile.
    async fn sign_out(&self) {
        let _shared = self.time.read().await;
        for _ in 0..100 {
            let got = self.browser().post("/logout").await;
            self.keep(&got).await;
            if self.site.store.inner().live_sessions() == 0 {
                self.out.store(true, SeqCst);
                return;
            }
        }
    }

    async fn work(self: Arc<Self>, mut dice: Dice) {
        while let Ok(left) = self.left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)) {
            if left == OPERATIONS - self.signs_out_at {
                self.sign_out().await;
            } else {
                self.operate(&mut dice).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_survives_a_logout() {
    let (mut rotations, mut rises, mut issued) = (0, 0, 0);
    for seed in 1..=SEEDS {
        let run = Run::new(seed).await;
        let workers: Vec<_> = (1..=WORKERS as u64)
            .map(|worker| {
                tokio::spawn(Arc::clone(&run).work(Dice((seed << 8 | worker).wrapping_mul(0x9e37_79b9_7f4a_7c15))))
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        assert!(run.out.load(SeqCst));
        assert_eq!(run.heard.ends(), ["logout"], "seed {seed}: it was the logout that ended it, once");
        assert_eq!(run.site.store.inner().live_sessions(), 0, "seed {seed}: nothing came back");
        let tokens = run.drawn.tokens();
        assert!(run.seen.lock().unwrap().iter().all(|token| tokens.contains(token)), "seed {seed}");
        for later in [0, MINUTE_MS] {
            run.site.clock.advance_ms(later);
            for token in &tokens {
                for (method, target) in [(Method::GET, "/me"), (Method::GET, "/watch"), (Method::POST, "/append")] {
                    let mut browser = Client::new(&run.site.app).holding(token);
                    let request = browser.request(method, target);
                    let got = browser.send(request).await;
                    assert_eq!((got.status, got.token()), (401, None), "seed {seed}, {target}: {got:?}");
                }
            }
            run.sweep().await;
        }
        assert_eq!(run.site.store.inner().live_sessions(), 0, "seed {seed}: nor by a replay");
        rotations += run.rotations.load(SeqCst);
        rises += run.rises.load(SeqCst);
        issued += tokens.len();
    }
    // A race in which nothing happens proves nothing.
    let seeds = usize::try_from(SEEDS).unwrap();
    assert!(rotations > 5 * seeds && rises > 5 * seeds, "{rotations} rotations, {rises} rises, {issued} tokens");
}
