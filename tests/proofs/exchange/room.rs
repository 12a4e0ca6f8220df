//! A full store (semantics.md §12): 503 for new sessions, cookie untouched; those that live go on.

use crate::support::{Client, Faulty, denied, world};

#[tokio::test]
async fn no_new_sessions_but_the_old_ones_live() {
    let site = world(Faulty::with_capacity(2), |router| router);
    let (mut alice, mut bob, mut carol) = (Client::new(&site.app), Client::new(&site.app), Client::new(&site.app));
    alice.login("alice").await;
    bob.post("/set?note=bobs").await;
    for target in ["/login?user=carol", "/set?note=carols"] {
        let got = carol.post(target).await;
        assert_eq!((got.denial(), got.cookie()), (denied(503, "store_full"), None));
        assert!(got.header("retry-after").is_some());
    }
    assert_eq!(carol.get("/login").await.status, 200, "pages that store nothing are served");
    assert_eq!(alice.get("/me").await.body, "alice");
    assert_eq!(alice.post("/set?note=mine").await.status, 200, "they may write");
    assert_eq!(bob.get("/note").await.body, "bobs -");
    // A login in a session that there is takes its place.
    bob.login("bob").await;
    assert_eq!(bob.get("/me").await.body, "bob");
    alice.post("/logout").await;
    carol.login("carol").await;
    assert_eq!(site.store.inner().live_sessions(), 2);
}
