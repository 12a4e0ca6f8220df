//! A login that begins with a look at the user's generation: what was read then saves a look later, and never decides about
//! what changed meanwhile.

use session_policy::store::{
    Admit, ByUser, Create, Created, EndReason, OnLimit, Reset, SessionLimit, SetRole, Store, redis::RedisStore,
};

use crate::{
    samples::{MINUTE, NOW, create, end, id, live, load, rotate, succeed, token, user, write},
    server::Server,
};

const LIMIT: SessionLimit = SessionLimit { most: 2, on_limit: OnLimit::EvictIdle };
const REJECT: SessionLimit = SessionLimit { on_limit: OnLimit::Reject, ..LIMIT };
const LATER: u64 = NOW + 5 * MINUTE;

/// Scripts that the server ran since the last look.
fn scripts(server: &Server) -> u64 {
    let text: String = server.run("INFO commandstats");
    let count =
        text.lines().find_map(|line| line.strip_prefix("cmdstat_evalsha:calls=")?.split(',').next()?.parse().ok());
    let () = server.run("CONFIG RESETSTAT");
    count.unwrap_or_default()
}

/// Alice has two sessions, the first idle for longer; Bob has one, and somebody has one without a name.
async fn prepare(server: &Server, store: &RedisStore) {
    let () = server.run("FLUSHALL");
    for n in [1, 2] {
        store.create(create(n, Some("alice"), NOW + n)).await.expect("an answer");
    }
    store.create(create(3, Some("bob"), NOW)).await.expect("an answer");
    store.create(create(4, None, NOW)).await.expect("an answer");
}

/// What can happen to a user's sessions, and what somebody presents, between the begin of a login and its end.
const MEANWHILE: [&str; 14] = [
    "the victim is used",
    "the other is used",
    "the other will die earlier",
    "the victim ends",
    "the other ends",
    "both end",
    "another login",
    "another login, for one that ended",
    "the victim rotates",
    "the victim has another token",
    "another role",
    "a reset",
    "the server dropped the victim",
    "the presented one changes",
];

async fn happens(what: &str, server: &Server, store: &RedisStore) {
    let now = NOW + MINUTE;
    match what {
        "the victim is used" => drop(store.commit(write(1, "cart", now)).await.expect("an answer")),
        "the other is used" => drop(store.commit(write(2, "cart", now)).await.expect("an answer")),
        "the other will die earlier" => {
            let mut commit = write(2, "cart", NOW);
            let mut expiry = live(store, 2, NOW).await.expiry;
            expiry.absolute_at = NOW + 3;
            commit.expiry = Some((expiry, 1));
            store.commit(commit).await.expect("an answer");
        }
        "the victim ends" => drop(store.end(end(1, now)).await.expect("an answer")),
        "the other ends" => drop(store.end(end(2, now)).await.expect("an answer")),
        "both end" => {
            store.end(end(1, now)).await.expect("an answer");
            store.end(end(2, now)).await.expect("an answer");
        }
        "another login" => drop(store.create(create(5, Some("alice"), now)).await.expect("an answer")),
        "another login, for one that ended" => {
            store.end(end(2, now)).await.expect("an answer");
            store.create(create(5, Some("alice"), now)).await.expect("an answer");
        }
        "the victim rotates" => {
            store.commit(succeed(1, 1, 11, now)).await.expect("an answer");
            live(store, 11, now).await;
        }
        "the victim has another token" => {
            let seen = live(store, 1, now).await;
            store.rotate(rotate(&seen, 1, 11, now)).await.expect("an answer");
        }
        "another role" => {
            let set = SetRole { user: user("alice"), role: Some("clerk".into()), now };
            store.set_role(set).await.expect("an answer");
        }
        "a reset" => {
            let reason = EndReason::CredentialChanged;
            let reset = Reset { user: user("alice"), except: None, reason, lease: None, now };
            store.reset_user(reset).await.expect("an answer");
        }
        "the server dropped the victim" => {
            let name = [b"{session-policy}:r:", &id(1).0[..]].concat();
            let gone: u32 = redis::cmd("DEL").arg(name).query(&mut server.admin()).expect("an answer");
            assert_eq!(gone, 1);
        }
        "the presented one changes" => drop(store.commit(write(4, "cart", now)).await.expect("an answer")),
        other => panic!("{other}"),
    }
}

/// Who logs in.
fn login(presented: Option<u64>) -> Create {
    Create { supersede: presented.map(token), lease: Some(LATER + MINUTE), ..create(7, Some("alice"), LATER) }
}

/// What the login came to: its claims, the user's sessions, and what each token opens.
async fn outcome(store: &RedisStore, created: Created) -> String {
    let mut text = format!("{created:#?}\n{:#?}\n", store.of_user(&user("alice")).await.expect("an answer"));
    for n in [1, 2, 3, 4, 5, 7, 11] {
        text += &format!("{n}: {:#?}\n", store.load(load(n, LATER)).await.expect("an answer"));
    }
    text
}

/// Whatever happens in between, the login comes to exactly what it comes to without anything that was read before.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_before_does_no_harm() {
    let server = Server::start();
    let mut looked_again = 0;
    for limit in [Some(LIMIT), Some(REJECT), None] {
        for presented in [None, Some(1), Some(2), Some(3), Some(4), Some(99)] {
            for what in MEANWHILE {
                let name = format!("{limit:?}, {presented:?}, {what}");
                let mut outcomes = Vec::new();
                for begins in [true, false] {
                    let (store, beside) = (server.store().await, server.store().await);
                    prepare(&server, &beside).await;
                    if begins {
                        store.generation(&user("alice")).await.expect("an answer");
                        store.load(load(4, NOW)).await.expect("an answer");
                    }
                    happens(what, &server, &beside).await;
                    scripts(&server);
                    let created = match limit {
                        Some(limit) => store.admit(login(presented), limit).await,
                        None => store.create(login(presented)).await,
                    };
                    let count = scripts(&server);
                    assert!(count <= 2, "{name}: {count}");
                    looked_again += u32::from(begins && count == 2);
                    outcomes.push(outcome(&beside, created.expect("an answer")).await);
                }
                assert_eq!(outcomes[0], outcomes[1], "{name}");
            }
        }
    }
    assert!(looked_again > 100, "what changed was looked at again: {looked_again}");
}

/// Nothing happens in between: the login is one command, who presents what ever, and its claims hold what the sessions held.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_before_saves_a_look() {
    let server = Server::start();
    for limit in [Some(LIMIT), None] {
        for presented in [None, Some(1), Some(2), Some(4), Some(99)] {
            let name = format!("{limit:?}, {presented:?}");
            let mut outcomes = Vec::new();
            for begins in [true, false] {
                let store = server.store().await;
                prepare(&server, &store).await;
                scripts(&server);
                if begins {
                    store.load(load(4, NOW)).await.expect("an answer");
                    store.generation(&user("alice")).await.expect("an answer");
                    assert_eq!(scripts(&server), 2);
                }
                let created = match limit {
                    Some(limit) => store.admit(login(presented), limit).await,
                    None => store.create(login(presented)).await,
                };
                let (count, created) = (scripts(&server), created.expect("an answer"));
                assert!(if begins { count == 1 } else { count <= 2 }, "{name}: {count}");
                if let (Created::Done(claims), Some(_)) = (&created, limit) {
                    let evicted = usize::from(!matches!(presented, Some(1 | 2)));
                    assert_eq!(claims.len(), evicted, "{name}");
                    assert!(claims.iter().all(|claim| claim.session.data.contains_key("theme")), "{name}");
                }
                outcomes.push(outcome(&store, created).await);
            }
            assert_eq!(outcomes[0], outcomes[1], "{name}");
        }
    }
}

/// A limit that refuses: nobody is refused for sessions that were there before.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_never_from_before() {
    let server = Server::start();
    let store = server.store().await;
    prepare(&server, &store).await;
    store.generation(&user("alice")).await.expect("an answer");
    let refused = store.admit(login(None), REJECT).await.expect("an answer");
    assert!(matches!(refused, Created::Limit), "{refused:?}");
    store.generation(&user("alice")).await.expect("an answer");
    store.end(end(1, NOW)).await.expect("an answer");
    let created = store.admit(login(None), REJECT).await.expect("an answer");
    assert!(matches!(created, Created::Done(_)), "{created:?}");
}

/// It is used once, and a login that began before a reset stays refused.
#[tokio::test(flavor = "multi_thread")]
async fn once_and_never_past_a_reset() {
    let server = Server::start();
    let store = server.store().await;
    prepare(&server, &store).await;
    let generation = store.generation(&user("alice")).await.expect("an answer");
    scripts(&server);
    for (n, commands) in [(7, 1), (8, 2)] {
        let login = Create { generation: Some(generation), ..create(n, Some("alice"), LATER) };
        let created = store.admit(login, LIMIT).await.expect("an answer");
        assert!(matches!(created, Created::Done(_)), "{created:?}");
        assert_eq!(scripts(&server), commands);
    }
    let generation = store.generation(&user("alice")).await.expect("an answer");
    happens("a reset", &server, &server.store().await).await;
    let login = Create { generation: Some(generation), ..create(9, Some("alice"), LATER) };
    let refused = store.admit(login, LIMIT).await.expect("an answer");
    assert!(matches!(refused, Created::Reset), "{refused:?}");
}

/// Users with very many sessions, or very large ones: they are not read for a login that may never come.
#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_are_not_read_before() {
    let server = Server::start();
    let store = server.store().await;
    let most = SessionLimit { most: 500, ..LIMIT };
    for n in 100..229 {
        store.create(create(n, Some("alice"), NOW)).await.expect("an answer");
    }
    for n in [1, 2] {
        let mut large = create(n, Some("bob"), NOW);
        large.record.data = std::sync::Arc::new([("large".into(), std::sync::Arc::from(vec![7; 33 * 1024]))].into());
        store.create(large).await.expect("an answer");
    }
    for (n, name) in [(7, "alice"), (8, "bob")] {
        store.generation(&user(name)).await.expect("an answer");
        scripts(&server);
        let created = store.admit(create(n, Some(name), NOW), most).await.expect("an answer");
        assert!(matches!(created, Created::Done(_)), "{created:?}");
        assert_eq!(scripts(&server), 2, "{name}");
    }
    for n in [100, 101] {
        store.end(end(n, NOW)).await.expect("an answer");
    }
    store.generation(&user("alice")).await.expect("an answer");
    scripts(&server);
    store.admit(create(9, Some("alice"), NOW), most).await.expect("an answer");
    assert_eq!(scripts(&server), 1, "128 are");
}
