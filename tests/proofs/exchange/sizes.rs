//! An entry is at most 16 KiB, a record at most 64 KiB (semantics.md §1).

use serde::{Deserialize, Serialize};
use session_policy::{SessionData, SessionError, sessions::DataSpec};

use crate::support::{Client, Faulty, Note, Open, World, guarded, world};

macro_rules! entries {
    ($($name:ident $key:literal;)*) => { $(
        #[derive(Default, Serialize, Deserialize)]
        struct $name(String);
        impl SessionData for $name {
            const DATA: DataSpec = DataSpec::new($key);
        }
    )* };
}
entries! { A "a"; B "b"; C "c"; D "d"; E "e"; }

/// One byte that says how it is kept, three for MessagePack's length of a string of this size.
const LONGEST: usize = 16 * 1024 - 1 - 3;

fn size(ask: &crate::support::Ask) -> usize {
    ask.get("size").and_then(|size| size.parse().ok()).unwrap_or(LONGEST)
}

async fn site() -> (World, Client) {
    let site = world(Faulty::new(), |router| {
        router
            .route(
                "/entry",
                guarded::<Open, _, _>(|session, ask| async move {
                    session.set(Note("x".repeat(size(&ask))))?;
                    Ok::<_, SessionError>("set")
                }),
            )
            .route(
                "/grow",
                guarded::<Open, _, _>(|session, ask| async move {
                    let size = size(&ask);
                    session.update(move |note: &mut Note| note.0 = "x".repeat(size)).await?;
                    Ok::<_, SessionError>("grown")
                }),
            )
            .route(
                "/four",
                guarded::<Open, _, _>(|session, ask| async move {
                    session.set(A("x".repeat(LONGEST)))?;
                    session.set(B("x".repeat(LONGEST)))?;
                    session.set(C("x".repeat(LONGEST)))?;
                    // Together with the four keys' names, one byte each.
                    session.set(D("x".repeat(LONGEST - 4 + size(&ask))))?;
                    Ok::<_, SessionError>("set")
                }),
            )
            .route(
                "/fifth",
                guarded::<Open, _, _>(|session, _| async move {
                    session.set(E(String::new()))?;
                    Ok::<_, SessionError>("set")
                }),
            )
    });
    let client = Client::new(&site.app);
    (site, client)
}

#[tokio::test]
async fn an_entry() {
    for target in ["/entry", "/grow"] {
        let (site, mut client) = site().await;
        let got = client.post(&format!("{target}?size={}", LONGEST + 1)).await;
        assert_eq!((got.status, got.cookie(), site.store.inner().live_sessions()), (500, None, 0), "{target}");
        assert_eq!(client.post(target).await.status, 200);
        assert_eq!(client.get("/note").await.body.len(), LONGEST + 2, "{target}");
    }
}

/// An entry that does not fit is the application's fault, like any other: 500, and nothing of the request is kept.
#[tokio::test]
async fn a_record() {
    let (site, mut client) = site().await;
    let got = client.post("/four?size=1").await;
    assert_eq!((got.status, got.cookie(), site.store.inner().live_sessions()), (500, None, 0), "{got:?}");
    assert_eq!(client.post("/four?size=0").await.status, 200);
    let before = client.token();
    assert_eq!(client.post("/fifth").await.status, 500, "not one entry more");
    assert_eq!(client.token(), before);
    assert_eq!(client.post("/set?note=").await.status, 500);
    assert_eq!(client.get("/note").await.body, "- -");
}

/// Two requests that each fit bring the record beyond its limit together. It may still shrink, or it could never be mended.
#[tokio::test]
async fn a_record_beyond_its_limit_may_shrink() {
    let (site, mut client) = site().await;
    assert_eq!(client.post("/four?size=0").await.status, 200);
    site.store.show(|snapshot| {
        let entries = std::sync::Arc::make_mut(&mut snapshot.data);
        entries.insert("beside".into(), vec![0; 20_000].into());
        entries.insert("note".into(), vec![0; 16_000].into());
    });
    assert_eq!(client.post("/set?note=short").await.status, 200, "smaller than before");
    assert_eq!(client.post("/fifth").await.status, 500, "not larger");
}
