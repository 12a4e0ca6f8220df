//! `max_sessions` and `on_limit`: checked and taken in one store operation.

use std::sync::{Arc, Mutex};

use axum::http::Method;
use session_policy::{
    Policy, Reason, SessionError, Sessions,
    clock::TestClock,
    policy::{Needs, OnLimit, Place, RoleSet, RoleSpec, RoleTable, Roles, Rules, StoreFor},
    sessions::Event,
    store::Holds,
    verdict::EndReason,
};

use super::control::signed_in;
use crate::support::{Client, Faulty, Got, Site, World, builder_of, denied, policy, world_of};

const SITE: Rules = Rules::UNSET.idle(30 * 60).absolute(8 * 3600);

policy!(Oldest = SITE.limit(3, OnLimit::EvictOldest));
policy!(Idle = SITE.limit(3, OnLimit::EvictIdle));
policy!(Reject = SITE.limit(3, OnLimit::Reject));

struct Limited {
    site: World,
    sessions: Sessions,
    ended: Arc<Mutex<Vec<EndReason>>>,
}

fn limited<Base: Policy + Needs>(store: Faulty) -> Limited
where
    Faulty: Holds<Base::Store>,
{
    let (clock, ended) = (TestClock::new(), Arc::new(Mutex::new(Vec::new())));
    let heard = Arc::clone(&ended);
    let sessions = builder_of::<Base>(&store, &clock)
        .on_event(move |event| {
            if let Event::Ended { reason, .. } = event {
                heard.lock().unwrap().push(*reason);
            }
        })
        .build()
        .unwrap();
    Limited { site: world_of(sessions.clone(), clock, store, |router| router), sessions, ended }
}

impl Limited {
    /// A hundred logins of alice's at once, each in a browser of its own.
    async fn stampede(&self) -> Vec<(Client, Got)> {
        let clients: Vec<_> = (0..100).map(|_| Client::new(&self.site.app)).collect();
        let requests: Vec<_> =
            clients.iter().map(|client| client.spawn(client.request(Method::POST, "/login?user=alice"))).collect();
        let mut outcomes = Vec::new();
        for (mut client, request) in clients.into_iter().zip(requests) {
            let got = Got::of(request.await.unwrap()).await;
            client.cookie = got.token();
            outcomes.push((client, got));
        }
        outcomes
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_parallel_logins_leave_three() {
    let limited = limited::<Oldest>(Faulty::polite());
    let mut served = 0;
    for (mut client, got) in limited.stampede().await {
        assert_eq!((got.status, got.token().is_some()), (200, true), "every login succeeds: {got:?}");
        let got = client.get("/me").await;
        if got.status == 200 {
            served += 1;
        } else {
            assert_eq!((got.denial(), got.removes()), (denied(401, "evicted"), true), "and is told why it ended");
        }
    }
    assert_eq!(served, 3);
    assert_eq!(limited.sessions.list("alice").await.unwrap().len(), 3);
    assert_eq!(limited.site.store.inner().live_sessions(), 3);
    assert_eq!(*limited.ended.lock().unwrap(), [EndReason::Evicted; 97], "every end is heard of once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_parallel_logins_three_succeed() {
    let limited = limited::<Reject>(Faulty::polite());
    let (mut served, mut refused) = (0, 0);
    for (mut client, got) in limited.stampede().await {
        if got.status == 200 {
            assert_eq!(client.get("/me").await.body, "alice");
            served += 1;
        } else {
            assert_eq!((got.denial(), got.cookie()), (denied(403, "session_limit"), None));
            refused += 1;
        }
    }
    assert_eq!((served, refused), (3, 97));
    assert_eq!(limited.sessions.list("alice").await.unwrap().len(), 3);
    assert!(limited.ended.lock().unwrap().is_empty());
}

/// Four sessions, a minute apart; the first was used again meanwhile. Which one had to go.
async fn who_goes<Base: Policy + Needs>() -> usize
where
    Faulty: Holds<Base::Store>,
{
    let Limited { site, .. } = limited::<Base>(Faulty::new());
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(signed_in(&site, "alice").await);
        site.clock.advance("1m").unwrap();
    }
    clients[0].get("/me").await;
    clients.push(signed_in(&site, "alice").await);
    let mut gone = Vec::new();
    for (index, client) in clients.iter_mut().enumerate() {
        if client.get("/me").await.denial() == denied(401, "evicted") {
            gone.push(index);
        }
    }
    assert_eq!(gone.len(), 1);
    gone[0]
}

#[tokio::test]
async fn the_oldest_or_the_most_idle_goes() {
    assert_eq!(who_goes::<Oldest>().await, 0);
    assert_eq!(who_goes::<Idle>().await, 1);
}

#[tokio::test]
async fn a_refused_login_changes_nothing() {
    let Limited { site, .. } = limited::<Reject>(Faulty::new());
    let mut three = Vec::new();
    for _ in 0..3 {
        three.push(signed_in(&site, "alice").await);
    }
    // Somebody else's session in the same browser is as it was.
    let mut browser = signed_in(&site, "bob").await;
    let got = browser.post("/login?user=alice").await;
    assert_eq!((got.denial(), got.cookie()), (denied(403, "session_limit"), None));
    assert!(got.body.contains("too many devices"), "in words: {}", got.body);
    assert_eq!(browser.get("/me").await.body, "bob");
    // The session that the new one replaces does not count.
    assert_eq!(three[0].login("alice").await.status, 200);
    // A logout, and a session that is dead by its deadline and the skew, make room.
    three[1].post("/logout").await;
    assert_eq!(browser.post("/login?user=alice").await.status, 200);
    site.clock.advance("30m10s").unwrap();
    assert_eq!(signed_in(&site, "alice").await.get("/me").await.body, "alice");
    // Other users are other users.
    assert_eq!(signed_in(&site, "carol").await.get("/me").await.body, "carol");
}

/// A role of which a user may have one session.
#[derive(Clone, Copy)]
struct Single;

impl Roles for Single {
    const TABLE: RoleTable = RoleTable {
        name: "Single",
        unique: "proofs::exchange::control_limits::Single",
        roles: &[RoleSpec {
            variant: "Single",
            id: "Single",
            rules: Rules::UNSET.limit(1, OnLimit::Reject),
            place: Place::UNKNOWN,
            profiles: &[],
            deviations: &[],
        }],
    };
    const ALL: &'static [Self] = &[Self];

    fn role_set(self) -> RoleSet {
        RoleSet::one(Self::TABLE, 0)
    }
}

impl Needs for Single {
    type Store = StoreFor<{ Single::TABLE.needs_admission() }>;
}

#[test]
fn a_store_that_cannot_count_is_refused_when_the_engine_is_built() {
    let clock = TestClock::new();
    let refused = [
        builder_of::<Oldest>(&Faulty::plain(), &clock).build().map(drop),
        Sessions::builder::<Site, Single>()
            .store(Faulty::plain())
            .transport(session_policy::client::Transport::loopback())
            .build()
            .map(drop),
    ];
    for outcome in refused {
        let message = outcome.unwrap_err().to_string();
        assert!(message.contains("`max_sessions`"), "{message}");
    }
    assert!(builder_of::<Site>(&Faulty::plain(), &clock).build().is_ok());
}

#[tokio::test]
async fn a_role_has_its_own_limit() {
    use session_policy::{AuthEvent, test::TestSession};
    let store = Faulty::new();
    let sessions = Sessions::builder::<Site, Single>()
        .store(store.clone())
        .transport(session_policy::client::Transport::loopback())
        .build()
        .unwrap();
    let login = || TestSession::of(&sessions).user(AuthEvent::new("alice").role(Single)).start();
    assert!(login().await.is_ok());
    let outcome = login().await.map(drop);
    assert!(matches!(outcome, Err(SessionError::Barred(Reason::SessionLimit))), "{outcome:?}");
    assert_eq!(store.inner().live_sessions(), 1);
}
