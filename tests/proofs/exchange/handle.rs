//! The handle after the answer: it changes nothing, and it never becomes somebody else's.

use std::sync::{Arc, Mutex};

use session_policy::{Session, SessionError, policy::Level};

use crate::support::{Client, Faulty, Note, Page, Role, guarded, world};

#[tokio::test]
async fn a_handle_that_outlives_its_request_is_spent() {
    let kept: Arc<Mutex<Vec<Session>>> = Arc::default();
    let keeper = Arc::clone(&kept);
    let site = world(Faulty::new(), move |router| {
        router.route(
            "/keep",
            guarded::<Page, _, _>(move |session, _| {
                keeper.lock().unwrap().push(session.clone());
                async move { session.user().unwrap().to_string() }
            }),
        )
    });
    let mut alice = Client::new(&site.app);
    alice.login("alice").await;
    assert_eq!(alice.get("/keep").await.body, "alice");
    let leaked = kept.lock().unwrap().pop().unwrap();
    // Others come and go meanwhile.
    for user in ["bob", "carol", "dave"] {
        let mut other = Client::new(&site.app);
        other.login(user).await;
        other.get("/me").await;
    }
    assert_eq!((leaked.user(), leaked.level(), leaked.role::<Role>()), (None, Level::Anonymous, None));
    assert!(matches!(leaked.set(Note("late".into())), Err(SessionError::Committed)));
    assert!(matches!(leaked.login("eve"), Err(SessionError::Committed | SessionError::Role(_))));
    assert!(leaked.logout().await.is_err());
    assert_eq!(alice.get("/note").await.body, "- -");
    assert_eq!(alice.get("/me").await.body, "alice");
}

#[tokio::test]
async fn a_handle_shows_what_its_own_request_staged() {
    let site = world(Faulty::new(), |router| {
        router.route(
            "/stages",
            guarded::<Page, _, _>(|session, _| async move {
                let mut seen = vec![format!("{:?}", session.get::<Note>()?.map(|note| note.0))];
                session.set(Note("one".into()))?;
                session.update(|note: &mut Note| note.0.push_str(", two")).await?;
                seen.push(format!("{:?}", session.get::<Note>()?.map(|note| note.0)));
                seen.push(format!("{:?}", session.take::<Note>()?.map(|note| note.0)));
                seen.push(format!("{:?}", session.get::<Note>()?.map(|note| note.0)));
                session.reauthenticated("alice", Level::Mfa).await?;
                seen.push(format!("{:?} {:?}", session.level(), session.role::<Role>()));
                Ok::<_, SessionError>(seen.join("; "))
            }),
        )
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    client.post("/set?note=old").await;
    let got = client.post("/stages").await;
    assert_eq!(got.body, r#"Some("old"); Some("one, two"); Some("one, two"); None; Mfa Some(Member)"#);
    assert_eq!(client.get("/note").await.body, "- -");
}

/// What waits for the next request holds nothing of the last one: neither the user's data nor the engine.
#[tokio::test]
async fn nothing_is_held_after_the_answer() {
    let site = world(Faulty::new(), |router| router);
    let store = site.store.clone();
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    client.get("/me").await;
    client.get("/me").await;
    drop((client, site));
    assert_eq!(store.holders(), 1, "the engine is gone with the last router");
}
