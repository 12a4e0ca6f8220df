//! What can be read where it is kept, and what happens to whoever changes it there.

use super::*;
use crate::{
    client::UserAgent,
    policy::Level,
    store::{Captured, EndReason, Entries, Expiry, Header, Identity, MemoryStore, Record, Stamp, Successor},
};

const KEY: &str = "shopping-cart";
const VALUE: &[u8] = b"forty-two teapots";
const ROLE: &str = "Treasurer";

fn token(number: u8) -> TokenId {
    TokenId([number; 32])
}

fn user(name: &str) -> UserId {
    UserId::try_from(name).unwrap()
}

fn login(number: u8, name: &str) -> Create {
    let mut header = Header::new(1_000, Captured::new(UserAgent::MISSING));
    header.level = Level::Full;
    header.authenticated[2] = Some(1_000);
    let record = Record {
        id: RecordId([number; 16]),
        header,
        identity: Arc::new(Identity::new(Some(user(name)), Some(ROLE.into()))),
        data: Arc::new(Entries::from([(KEY.into(), VALUE.into()), ("theme".into(), b"dark".as_slice().into())])),
        expiry: Expiry { idle_ms: 1_000_000, absolute_at: 9_000_000 },
    };
    Create { token: token(number), record, generation: None, supersede: None, lease: None, now: 1_000 }
}

fn ring(keys: &[(&str, u8)]) -> KeyRing {
    KeyRing::new(keys.iter().map(|(id, secret)| (*id, [*secret; 32]))).unwrap()
}

async fn sealed(logins: &[(u8, &str)]) -> Sealed<Arc<MemoryStore>> {
    let store = Sealed::new(Arc::new(MemoryStore::new()), &ring(&[("a", 1)]));
    for (number, name) in logins {
        assert!(matches!(Store::create(&store, login(*number, name)).await.unwrap(), Created::Done(_)));
    }
    store
}

async fn load(store: &impl Store, number: u8) -> Result<Snapshot, String> {
    match store.load(Load { token: token(number), now: 2_000 }).await {
        Ok(Loaded::Live(session)) => Ok(session),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[tokio::test]
async fn what_goes_in_comes_out() {
    let store = sealed(&[(1, "alice@bank.example")]).await;
    let session = load(&store, 1).await.unwrap();
    assert_eq!(session.identity.user, Some(user("alice@bank.example")));
    assert_eq!(session.identity.role.as_deref(), Some(ROLE));
    let data: Vec<_> = session.data.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(data, [(KEY, VALUE), ("theme", &b"dark"[..])]);
    let role = SetRole { user: user("alice@bank.example"), role: Some("Clerk".into()), now: 2_000 };
    assert_eq!(store.set_role(role).await.unwrap(), 1);
    assert_eq!(load(&store, 1).await.unwrap().identity.granted.as_deref(), Some("Clerk"));
    // The same role again takes the other one back: they are compared where they are kept.
    let role = SetRole { user: user("alice@bank.example"), role: Some(ROLE.into()), now: 2_000 };
    assert_eq!(store.set_role(role).await.unwrap(), 1);
    assert_eq!(load(&store, 1).await.unwrap().identity.granted, None);
}

/// In what the inner store keeps, and in the bytes that it would write, stands nothing that a session says.
#[tokio::test]
async fn what_is_kept_tells_nothing() {
    let store = sealed(&[(1, "alice@bank.example"), (2, "alice@bank.example"), (3, "bob")]).await;
    let inner = load(store.inner(), 1).await.unwrap();
    let mut bytes = inner.to_bytes().unwrap();
    bytes.extend(format!("{inner:?}").into_bytes());
    for word in [b"alice".as_slice(), ROLE.as_bytes(), KEY.as_bytes(), b"teapots", b"theme", b"dark"] {
        assert!(!contains(&bytes, word), "{}", String::from_utf8_lossy(word));
    }
    let [same, other] = [load(store.inner(), 2).await.unwrap(), load(store.inner(), 3).await.unwrap()];
    // Equal users look equal, and nothing else does.
    assert_eq!(inner.identity.user, same.identity.user);
    assert_ne!(inner.identity.user, other.identity.user);
    assert_ne!(inner.identity.role, other.identity.role);
    for session in [&same, &other] {
        let shared = inner.data.iter().filter(|(key, value)| {
            session.data.iter().any(|(other_key, other)| {
                (key == &other_key && key.len() > 1) || (*value == other && !value.is_empty())
            })
        });
        assert_eq!(shared.count(), 0);
    }
}

#[cfg(feature = "redb")]
#[tokio::test]
async fn a_stolen_file_tells_nothing() {
    let file = std::env::temp_dir().join(format!("session-policy-sealed-{}", std::process::id()));
    let store = Sealed::new(crate::store::RedbStore::open(&file).unwrap(), &ring(&[("a", 1)]));
    let create = Create { lease: Some(5), ..login(1, "alice@bank.example") };
    assert!(matches!(Store::create(&store, create).await.unwrap(), Created::Done(_)));
    let role = SetRole { user: user("alice@bank.example"), role: Some("Clerk".into()), now: 2_000 };
    store.set_role(role).await.unwrap();
    let reset = Reset {
        user: user("alice@bank.example"),
        except: None,
        reason: EndReason::Revoked,
        lease: Some(5_000),
        now: 3_000,
    };
    assert_eq!(store.reset_user(reset).await.unwrap().claims[0].session.data[KEY], VALUE.into());
    drop(store);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(contains(&bytes, b"revoked"), "the claim is in the file");
    for word in [b"alice".as_slice(), ROLE.as_bytes(), b"Clerk", KEY.as_bytes(), b"teapots"] {
        assert!(!contains(&bytes, word), "{}", String::from_utf8_lossy(word));
    }
}

/// Whoever writes to the database, one change at a time. Records 1 (alice) and 2 (bob), as they are kept.
#[tokio::test]
async fn what_decides_cannot_be_changed() {
    let store = sealed(&[(1, "alice"), (2, "bob")]).await;
    let [alice, bob] = [load(store.inner(), 1).await.unwrap(), load(store.inner(), 2).await.unwrap()];
    let cart = store.seal.entry(&alice.id, KEY);
    let theme = store.seal.entry(&alice.id, "theme");
    let bobs_cart = bob.data[store.seal.entry(&bob.id, KEY).as_str()].clone();
    type Change<'a> = (&'a str, Box<dyn Fn(&mut Snapshot) + 'a>);
    fn identity(session: &mut Snapshot) -> &mut Identity {
        Arc::make_mut(&mut session.identity)
    }
    fn data(session: &mut Snapshot) -> &mut Entries {
        Arc::make_mut(&mut session.data)
    }
    let refused: Vec<Change<'_>> = vec![
        ("its level", Box::new(|s| s.header.level = Level::Mfa)),
        ("when it was authenticated", Box::new(|s| s.header.authenticated[2] = Some(1_999))),
        ("when it was authenticated", Box::new(|s| s.header.authenticated[3] = Some(1_000))),
        ("how often it was authenticated", Box::new(|s| s.header.epoch += 1)),
        (
            "the client it is bound to",
            Box::new(|s| {
                let chrome = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
                s.header.captured = Captured::new(UserAgent::parse(Some(chrome)));
            }),
        ),
        ("when it was created", Box::new(|s| s.header.created += 1)),
        ("its user", Box::new(|s| identity(s).user.clone_from(&bob.identity.user))),
        ("its user", Box::new(|s| identity(s).user = None)),
        ("its role", Box::new(|s| identity(s).role.clone_from(&bob.identity.role))),
        ("its role", Box::new(|s| identity(s).role = None)),
        ("its role", Box::new(|s| identity(s).granted.clone_from(&bob.identity.role))),
        ("its role", Box::new(|s| identity(s).granted = Some("Admin".into()))),
        ("a value was changed", Box::new(|s| s.id = bob.id)),
        ("a value was changed", Box::new(|s| drop(data(s).insert("h".into(), bob.data["h"].clone())))),
        ("a value was changed", Box::new(|s| drop(data(s).insert("b".into(), bob.data["b"].clone())))),
        ("a value was changed", Box::new(|s| drop(data(s).insert("h".into(), alice.data["b"].clone())))),
        ("something is missing", Box::new(|s| drop(data(s).remove("h")))),
        ("something is missing", Box::new(|s| drop(data(s).remove("b")))),
        // An entry in the place of another one, one of another record, one that is not sealed.
        (
            "a value was changed",
            Box::new(|s| {
                let value = alice.data[cart.as_str()].clone();
                data(s).insert(theme.as_str().into(), value);
            }),
        ),
        ("a value was changed", Box::new(|s| drop(data(s).insert(cart.as_str().into(), bobs_cart.clone())))),
        ("a value was changed", Box::new(|s| drop(data(s).insert("e-new".into(), bobs_cart.clone())))),
        ("not sealed", Box::new(|s| drop(data(s).insert(cart.as_str().into(), VALUE.into())))),
        ("not sealed", Box::new(|s| drop(data(s).insert("e-new".into(), Arc::default())))),
    ];
    for (at, (what, change)) in refused.iter().enumerate() {
        let mut session = alice.clone();
        change(&mut session);
        match store.seal.session(session, None) {
            Ok(session) => panic!("change {at} was taken: {session:?}"),
            Err(error) => assert!(error.to_string().contains(what), "change {at}: {error}"),
        }
    }
    // What the inner store itself merges stays clear, and is what it says.
    let mut session = alice.clone();
    session.header.last_seen = 1_900;
    session.header.longest_gap = 900;
    (session.header.failed, session.header.step_up, session.header.recovered) = (3, true, true);
    session.expiry.absolute_at = 2_000;
    assert_eq!(store.seal.session(session.clone(), Some(&token(1))).unwrap().header, session.header);
}

#[tokio::test]
async fn no_bit_of_a_value_can_be_changed() {
    let store = sealed(&[(1, "alice")]).await;
    let alice = load(store.inner(), 1).await.unwrap();
    for (key, value) in alice.data.iter().filter(|(_, value)| !value.is_empty()) {
        for at in 0..value.len() * 8 {
            let mut bytes = value.to_vec();
            bytes[at / 8] ^= 1 << (at % 8);
            let mut session = alice.clone();
            Arc::make_mut(&mut session.data).insert(Arc::clone(key), bytes.into());
            assert!(store.seal.session(session, None).is_err(), "bit {at} of {key:?}");
        }
        for length in 0..value.len() {
            let mut session = alice.clone();
            Arc::make_mut(&mut session.data).insert(Arc::clone(key), value[..length].into());
            assert!(store.seal.session(session, None).is_err(), "{length} bytes of {key:?}");
        }
    }
}

/// Pointing a token of one's own at somebody else's session opens nothing.
#[tokio::test]
async fn a_token_opens_only_what_it_was_issued_for() {
    let store = sealed(&[(1, "alice")]).await;
    let steal = Successor { from: token(1), to: token(66), grace_until: 9_000 };
    let steal = Commit { successor: Some(steal), ..Commit::of(RecordId([1; 16]), 1_500) };
    assert_eq!(store.inner().commit(steal).await.unwrap(), Committed::Done { failed: 0, rotated: true });
    assert!(load(&store, 66).await.unwrap_err().contains("never issued for it"));

    let store = sealed(&[(1, "alice"), (2, "mallory")]).await;
    let turn = Successor { from: token(1), to: token(3), grace_until: 1_600 };
    let turn = Commit { successor: Some(turn), ..Commit::of(RecordId([1; 16]), 1_500) };
    assert_eq!(store.commit(turn).await.unwrap(), Committed::Done { failed: 0, rotated: true });
    // Issued by us: the parent, the successor, and the next one, once the first is forgotten.
    for number in [1, 3] {
        load(&store, number).await.unwrap();
    }
    let seen = load(&store, 3).await.unwrap();
    let turn = Successor { from: token(3), to: token(4), grace_until: 2_600 };
    let turn = Commit { successor: Some(turn), seen: Some(Box::new(seen)), ..Commit::of(RecordId([1; 16]), 2_500) };
    assert_eq!(store.commit(turn).await.unwrap(), Committed::Done { failed: 0, rotated: true });
    let inner = load(store.inner(), 4).await.unwrap();
    let proof = |number| inner.data.contains_key(store.seal.token(&inner.id, &token(number)).as_str());
    assert_eq!([1, 2, 3, 4].map(proof), [false, false, true, true]);
    load(&store, 4).await.unwrap();
}

#[tokio::test]
async fn a_new_key_writes_and_old_ones_read() {
    let inner = Arc::new(MemoryStore::new());
    let with = |ring: &KeyRing| Sealed::new(Arc::clone(&inner), ring);
    let old = with(&ring(&[("old", 1)]));
    assert!(matches!(Store::create(&old, login(1, "alice")).await.unwrap(), Created::Done(_)));
    let both = with(&ring(&[("new", 2), ("old", 1)]));
    assert!(matches!(Store::create(&both, login(2, "alice")).await.unwrap(), Created::Done(_)));
    for number in [1, 2] {
        assert_eq!(load(&both, number).await.unwrap().data[KEY], VALUE.into());
    }
    assert!(load(&old, 2).await.unwrap_err().contains(r#"the key "new", which is not in the key ring"#));
    // Users and roles are found and compared under every ring of the chain.
    let only_new = with(&ring(&[("new", 2)]).indexed_by([1; 32]).unwrap());
    let role = SetRole { user: user("alice"), role: Some(ROLE.into()), now: 2_000 };
    assert_eq!(only_new.set_role(role).await.unwrap(), 2);
    assert_eq!(load(&both, 1).await.unwrap().identity.granted, None);
    assert_eq!(both.of_user(&user("alice")).await.unwrap().len(), 2);
    assert_eq!(load(&only_new, 2).await.unwrap().identity.role.as_deref(), Some(ROLE));

    // Without the old key its session is neither served nor ended …
    assert!(load(&only_new, 1).await.unwrap_err().contains(r#"the key "old""#));
    assert!(only_new.of_user(&user("alice")).await.is_err());
    load(&both, 1).await.unwrap();
    // … but whoever ends it ends it, and the hook hears of it once the key is back.
    let end = End {
        record: RecordId([1; 16]),
        reason: EndReason::Revoked,
        if_unseen_since: None,
        lease: Some(3_000),
        now: 2_000,
    };
    assert!(matches!(only_new.end(end).await.unwrap(), Ended::Already(EndReason::Revoked)));
    let reclaim = Reclaim { at_most: 9, lease: 6_000, now: 3_000 };
    assert!(only_new.reclaim(reclaim).await.unwrap().is_empty());
    let claims = both.reclaim(Reclaim { lease: 9_000, now: 6_000, ..reclaim }).await.unwrap();
    assert_eq!((claims.len(), &claims[0].session.data[KEY]), (1, &Arc::from(VALUE)));
    // The same id with another secret opens nothing either.
    assert!(load(&with(&ring(&[("new", 9), ("old", 1)])), 2).await.is_err());
}

/// What a later version wrote is shown as such, and nothing of it.
#[tokio::test]
async fn a_record_of_a_later_version_passes_as_unknown() {
    let store = sealed(&[(1, "alice")]).await;
    let mut later = load(store.inner(), 1).await.unwrap();
    later.header.version = 9;
    let session = store.seal.session(later, Some(&token(1))).unwrap();
    assert_eq!((session.header.version, session.data.len(), session.identity.user.as_ref()), (9, 0, None));
}

/// A stamp of activity needs no key.
#[tokio::test]
async fn activity_is_merged_by_the_inner_store() {
    let store = sealed(&[(1, "alice")]).await;
    let stamp = Stamp { seen: 1_700, gap: 700, epoch: 0 };
    let stamp = Commit { stamp: Some(stamp), ..Commit::of(RecordId([1; 16]), 1_700) };
    assert_eq!(store.commit(stamp).await.unwrap(), Committed::Done { failed: 0, rotated: false });
    assert_eq!(load(&store, 1).await.unwrap().header.longest_gap, 700);
}
