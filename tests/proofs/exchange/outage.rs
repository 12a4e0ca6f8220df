//! Closed on failure (semantics.md §12): a store that does not answer denies with 503, and the cookie stays as it is.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use session_policy::policy::{Level, OnStoreError, Rules};

use crate::support::{Client, Faulty, Got, Op, Page, denied, guarded, page, policy, world};

policy!(Fallback = Rules::UNSET.auth(Level::Anonymous), on_store_error(OnStoreError::Anonymous));
policy!(FallbackForUsers = Rules::UNSET, on_store_error(OnStoreError::Anonymous));

fn assert_untouched(got: &Got) {
    assert_eq!(got.denial(), denied(503, "store_unavailable"));
    assert!(got.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok_and(|after| after > 0)));
    assert_eq!(got.cookie(), None, "the cookie is left alone");
    assert_eq!(got.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_failed_load_denies_and_the_handler_does_not_run() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let site = world(Faulty::new(), move |router| {
        router.route(
            "/counted",
            guarded::<Page, _, _>(move |_, _| {
                counted.fetch_add(1, SeqCst);
                async { "ran" }
            }),
        )
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let token = client.token();
    site.store.fail(&[Op::Load]);
    for target in ["/counted", "/open", "/login", "/set?note=x", "/reauth?user=alice"] {
        assert_untouched(&client.post(target).await);
    }
    assert_untouched(&client.get("/counted").await);
    assert_eq!(runs.load(SeqCst), 0);
    site.store.heal();
    assert_eq!((client.get("/counted").await.body.as_str(), client.token()), ("ran", token), "all is as it was");
    assert_eq!(runs.load(SeqCst), 1);
}

#[tokio::test]
async fn whoever_has_no_token_is_served() {
    let site = world(Faulty::new(), |router| router);
    site.store.fail_all();
    let mut client = Client::new(&site.app);
    assert_eq!(client.get("/open").await.body, "nobody");
    assert_eq!(client.get("/me").await.denial(), denied(401, "no_session"));
    assert_eq!(site.store.calls(Op::Load), 0, "no cookie of ours: no store call");
    let malformed = client.holding("not-a-token").get("/me").await;
    assert_eq!((malformed.denial(), site.store.calls(Op::Load)), (denied(401, "no_session"), 0));
}

#[tokio::test]
async fn a_failed_commit_replaces_the_answer() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    site.store.fail(&[Op::Create]);
    assert_untouched(&client.post("/login?user=alice").await);
    assert_untouched(&client.post("/set?note=x").await);
    site.store.heal();
    client.login("alice").await;
    let token = client.token();
    site.store.fail(&[Op::Commit, Op::Rotate]);
    let got = client.post("/set?note=x").await;
    assert_untouched(&got);
    assert!(!got.body.contains("set"), "nothing of the handler's answer is shown");
    assert_untouched(&client.post("/reauth?user=alice").await);
    site.store.heal();
    assert_eq!(client.token(), token);
    assert_eq!(client.get("/note").await.body, "- -");
    assert_eq!(client.get("/me").await.body, "alice");
}

#[tokio::test]
async fn an_end_that_the_store_does_not_confirm_is_no_answer() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.clock.advance("30m").unwrap();
    site.store.fail(&[Op::End]);
    assert_untouched(&client.get("/me").await);
    site.store.heal();
    assert_eq!(client.get("/me").await.denial(), denied(401, "idle"));
}

#[tokio::test]
async fn on_store_error_anonymous_serves_safe_requests_of_anyone_read_only() {
    let site = world(Faulty::new(), |router| {
        router
            .route("/fallback", page::<Fallback>())
            .route(
                "/writes",
                guarded::<Fallback, _, _>(|session, _| async move {
                    session.set(crate::support::Note("x".into()))?;
                    Ok::<_, session_policy::SessionError>("written")
                }),
            )
            .route(
                "/signs-in",
                guarded::<Fallback, _, _>(|session, _| async move {
                    session.login(session_policy::AuthEvent::new("bob").role(crate::support::Role::Member))?;
                    Ok::<_, session_policy::SessionError>("signed in")
                }),
            )
            .route("/users", page::<FallbackForUsers>())
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    assert_eq!(client.get("/fallback").await.body, "alice");
    site.store.fail_all();
    let got = client.get("/fallback").await;
    assert_eq!((got.status, got.body.as_str(), got.set_cookies().len()), (200, "nobody", 0), "never with the user's");
    assert_untouched(&client.get("/writes").await);
    assert_untouched(&client.get("/signs-in").await);
    assert_untouched(&client.post("/fallback").await);
    assert_untouched(&client.get("/users").await);
    site.store.heal();
    assert_eq!(client.get("/fallback").await.body, "alice");
}
