//! `carry = "login"` (semantics.md §4): marked entries move over if the old session was anonymous or the same user's.

use session_policy::policy::{OnMismatch, Rules};

use crate::support::{Client, Faulty, denied, page, policy, world, world_of};

#[tokio::test]
async fn marked_entries_move_from_an_anonymous_session() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.post("/set?note=n&carried=c").await;
    let planted = client.token();
    client.login("alice").await;
    assert_ne!(client.token(), planted, "the token changes at login");
    assert_eq!(client.get("/note").await.body, "- c");
    let got = client.holding(&planted).get("/me").await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "superseded"), None));
    site.clock.advance("2m").unwrap();
    assert_eq!(client.holding(&planted).get("/me").await.denial(), denied(401, "superseded"));
    assert_eq!(client.get("/me").await.body, "alice", "an ex-anonymous token never ends anything");
}

#[tokio::test]
async fn and_from_the_same_users_but_not_from_anothers() {
    for (next, expected) in [("alice", "- c"), ("bob", "- -")] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        client.login("alice").await;
        client.post("/set?note=n&carried=c").await;
        client.login(next).await;
        assert_eq!(client.get("/note").await.body, expected, "alice, then {next}");
    }
}

/// What is set before `login` in one request counts as the old session's, what is set after it as the new one's.
#[tokio::test]
async fn what_the_same_request_set_moves_too() {
    for first in ["/open", "/set?note=earlier"] {
        let site = world(Faulty::new(), |router| router);
        let mut client = Client::new(&site.app);
        client.post(first).await;
        client.post("/set?note=n&carried=c&user=alice").await;
        assert_eq!(client.get("/note").await.body, "- c", "after {first}");
        assert_eq!(client.get("/me").await.body, "alice");
    }
}

/// An old session that fails its own bindings carries nothing.
#[tokio::test]
async fn nothing_moves_from_a_session_that_is_not_the_clients() {
    policy!(Bound = Rules::UNSET.bind_ua(Some(OnMismatch::StepUp)));
    let (clock, store) = (session_policy::clock::TestClock::new(), Faulty::new());
    let sessions = crate::support::builder_of::<Bound>(&store, &clock).build().unwrap();
    let site = world_of(sessions, clock, store, |router| router.route("/bound", page::<Bound>()));
    let mut client = Client::new(&site.app);
    client.post("/set?carried=c").await;
    client.ua = Some("curl/8.5.0".to_owned());
    assert_eq!(client.get("/note").await.body, "- -", "it is not even seen");
    client.login("alice").await;
    assert_eq!(client.get("/note").await.body, "- -");
}

/// Nothing of a session that is over moves, whoever signs in.
#[tokio::test]
async fn nothing_moves_from_a_dead_session() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.post("/set?carried=c").await;
    site.clock.advance("30m").unwrap();
    client.login("alice").await;
    assert_eq!(client.get("/note").await.body, "- -");
}
