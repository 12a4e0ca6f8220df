//! What happens beside a rotation: parallel requests, late answers, logins and logouts under way.

use std::sync::Arc;

use axum::http::Method;
use session_policy::{SessionError, store::ByUser};
use tokio::sync::Notify;

use super::{EVERY_MS, GRACE_MS, Heard, due, id, kept, rotated, rotating_with};
use crate::support::{Client, Faulty, Got, Note, Page, World, denied, guarded};

/// A site whose `/slow` arrives, waits to be let go, and then has its way.
struct Slow {
    site: World,
    heard: Heard,
    arrived: Arc<Notify>,
    go: Arc<Notify>,
}

fn slow() -> Slow {
    let (arrived, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (says, waits) = (Arc::clone(&arrived), Arc::clone(&go));
    let (site, heard) = rotating_with(Faulty::new(), |router| {
        router.route(
            "/slow",
            guarded::<Page, _, _>(move |session, ask| {
                let (says, waits) = (Arc::clone(&says), Arc::clone(&waits));
                async move {
                    says.notify_one();
                    waits.notified().await;
                    match ask.get("do") {
                        Some("set") => session.set(Note("late".into()))?,
                        Some("update") => session.update(|note: &mut Note| note.0.push_str("late")).await?,
                        Some("logout") => session.logout().await?,
                        _ => {}
                    }
                    Ok::<_, SessionError>("done")
                }
            }),
        )
    });
    Slow { site, heard, arrived, go }
}

impl Slow {
    /// The answer to a slow request with a token that is due, around what `client` does meanwhile.
    async fn around(&self, client: &mut Client, target: &str, meanwhile: impl AsyncFnOnce(&mut Client)) -> Got {
        let request = client.spawn(client.request(Method::POST, target));
        self.arrived.notified().await;
        meanwhile(client).await;
        self.go.notify_one();
        Got::of(request.await.expect("an answer")).await
    }
}

/// The successor of a request that was overtaken does not go out: the browser holds another cookie by now, or none.
#[tokio::test]
async fn a_late_answer_brings_no_cookie() {
    for meanwhile in ["/login?user=alice", "/login?user=bob", "/reauth?user=alice", "/logout"] {
        let slow = slow();
        let mut client = due(&slow.site).await;
        let got = slow.around(&mut client, "/slow", async |client| drop(client.post(meanwhile).await)).await;
        assert_eq!((got.status, got.cookie()), (200, None), "{meanwhile}");
        let signed_in = meanwhile != "/logout";
        assert_eq!(client.cookie.is_some(), signed_in, "{meanwhile}");
        assert_eq!(client.get("/me").await.status == 200, signed_in, "{meanwhile}");
    }
}

/// Another request rotated meanwhile, and its successor may be in use: the slow one does its work and brings no cookie,
/// however slow it is.
#[tokio::test]
async fn of_two_rotations_one_happens() {
    for (confirmed, later) in [(false, 0), (true, 0), (false, GRACE_MS), (true, GRACE_MS)] {
        for (target, note) in [("/slow", "-"), ("/slow?do=set", "late"), ("/slow?do=update", "earlylate")] {
            let slow = slow();
            let mut client = due(&slow.site).await;
            let got = slow
                .around(&mut client, target, async |client| {
                    rotated(client).await;
                    if confirmed {
                        client.get("/me").await;
                        if note == "earlylate" {
                            client.post("/set?note=early").await;
                        }
                    }
                    slow.site.clock.advance_ms(later);
                })
                .await;
            let note = if confirmed { note } else { note.trim_start_matches("early") };
            assert_eq!((got.status, got.body.as_str(), got.cookie()), (200, "done", None), "{target} {later}");
            assert_eq!(client.get("/note").await.body, format!("{note} -"), "{target} {later}");
            let session = kept(&slow.site, &client.token()).await;
            assert!(!session.header.recovered && session.line.current == id(&client.token()), "{target} {later}");
            assert!(slow.heard.ends().is_empty());
        }
    }
}

/// A logout that arrived with the parent signs out, though the successor is in use by the time it is done.
#[tokio::test]
async fn a_slow_logout_signs_out() {
    let slow = slow();
    let mut client = due(&slow.site).await;
    let got = slow
        .around(&mut client, "/slow?do=logout", async |client| {
            rotated(client).await;
            client.get("/me").await;
        })
        .await;
    assert!(got.status == 200 && got.removes(), "{got:?}");
    assert_eq!(client.get("/me").await.denial(), denied(401, "logout"));
    assert_eq!(slow.heard.ends(), ["logout"]);
}

/// The handler is dropped half way: nothing was issued.
#[tokio::test]
async fn a_dropped_request_issues_nothing() {
    let slow = slow();
    let mut client = due(&slow.site).await;
    let request = client.spawn(client.request(Method::POST, "/slow"));
    slow.arrived.notified().await;
    request.abort();
    assert!(request.await.is_err());
    assert_eq!(kept(&slow.site, &client.token()).await.line.turn, None);
    rotated(&mut client).await;
}

/// In which order a browser gets the answers of parallel requests.
#[derive(Clone, Copy, Debug)]
enum Delivery {
    AsSent,
    Reversed,
    CookieFirst,
    CookieLast,
    Shuffled(u64),
}

impl Delivery {
    fn arrange(self, answers: &mut [Got]) {
        match self {
            Self::AsSent => {}
            Self::Reversed => answers.reverse(),
            Self::CookieFirst => answers.sort_by_key(|got| got.cookie().is_none()),
            Self::CookieLast => answers.sort_by_key(|got| got.cookie().is_some()),
            Self::Shuffled(seed) => answers.sort_by_cached_key(|got| {
                let text = format!("{seed} {:?}", got.headers);
                text.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
            }),
        }
    }
}

/// 50 parallel requests of one browser across a rotation: all are answered 200, one brings the successor, and whatever the
/// order in which the answers come in, what the browser then holds opens the session.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_parallel_requests() {
    const REQUESTS: usize = 50;
    let deliveries = [Delivery::AsSent, Delivery::Reversed, Delivery::CookieFirst, Delivery::CookieLast]
        .into_iter()
        .chain((1..=16).map(Delivery::Shuffled));
    for delivery in deliveries {
        let (site, heard) = rotating_with(Faulty::polite(), |router| router);
        let mut browser = Client::new(&site.app);
        browser.login("alice").await;
        // The token becomes due while they are under way.
        site.clock.advance_ms(EVERY_MS - REQUESTS as u64 / 2);
        let targets = ["/me", "/open", "/set?note=x", "/watch", "/fresh"];
        let requests: Vec<_> = (0..REQUESTS)
            .map(|index| {
                site.clock.advance_ms(1);
                let target = targets[index % targets.len()];
                let method = if target.starts_with("/set") { Method::POST } else { Method::GET };
                (target, browser.spawn(browser.request(method, target)))
            })
            .collect();
        let mut answers = Vec::new();
        for (target, request) in requests {
            let got = Got::of(request.await.expect("an answer")).await;
            assert_eq!(got.status, 200, "{delivery:?} {target}: {got:?}");
            answers.push(got);
        }
        let cookies: Vec<_> = answers.iter().filter_map(Got::cookie).collect();
        assert!(cookies.len() == 1 && !cookies[0].is_empty(), "{delivery:?}: one successor, no removal: {cookies:?}");
        let parent = browser.token();
        let turn = kept(&site, &parent).await.line.turn.expect("a turn");
        assert_eq!(turn.rotation.expect("a rotation").siblings, [id(&cookies[0])], "{delivery:?}");

        delivery.arrange(&mut answers);
        for got in &answers {
            if let Some(token) = got.cookie() {
                browser.cookie = Some(token);
            }
            // What is sent between two answers goes with whatever the browser holds by then.
            let between = browser.get("/me").await;
            assert_eq!((between.body.as_str(), between.cookie()), ("alice", None), "{delivery:?}");
        }
        assert_eq!(browser.token(), cookies[0], "{delivery:?}");
        site.clock.advance_ms(GRACE_MS);
        assert_eq!(browser.get("/fresh").await.body, "alice", "{delivery:?}: nothing was lost, so it is fresh");
        assert!(heard.ends().is_empty(), "{delivery:?}");
        let alice = kept(&site, &browser.token()).await.identity.user.clone().expect("a user");
        assert_eq!(site.store.inner().of_user(&alice).await.expect("a store").len(), 1);
    }
}
