//! A store that is full: what it refuses, and what it must not.

use super::{Needs, Stores, Subject, kit::*};
use crate::store::{Create, Created, EndReason, OnLimit, SessionLimit};

/// Checks a store with room for exactly `most` live sessions, at least 4: it refuses another one and loses none; who takes
/// the place of another needs no room; an end makes room.
///
/// # Panics
/// If it is otherwise: this is a test.
///
/// ```
/// use session_policy::store::conformance::{ModelStore, Stores, check_capacity};
/// check_capacity(&Stores::full(|| async { ModelStore::with_capacity(5) }), 5);
/// ```
pub fn check_capacity(stores: &Stores, most: u32) {
    assert!(most >= 4, "room for 4 sessions at least");
    super::case::run("check_capacity", async {
        let store = stores.fresh().await;
        for n in 0..most {
            created(store.create(signed_in(n, "alice")).await, "there is room");
        }
        refused(&store, signed_in(most, "bob")).await;
        refused(&store, anonymous(most)).await;
        refused(&store, Create { supersede: Some(token(99)), ..anonymous(most) }).await;
        for n in 0..most {
            live(store.load(token(n), T0).await, "a full store never drops a live session");
        }
        done(store.commit(write(0, "a", b"1")).await, "who is there goes on");
        assert!(done(store.commit(turn(0, 0, 1000, T0)).await, "who is there goes on").1);

        let login = Create { supersede: Some(token(1)), ..signed_in(most + 1, "bob") };
        created(store.create(login).await, "it takes the place of another");
        refused(&store, anonymous(most)).await;
        ended(store.end(end(2, EndReason::Logout)).await, "an end makes room");
        created(store.create(anonymous(most + 2)).await, "there is room");
        refused(&store, anonymous(most)).await;
        if stores.provides() == Needs::Admit {
            let limit = SessionLimit { most: 1, on_limit: OnLimit::EvictOldest };
            let evicted = created(store.admit(signed_in(most + 3, "alice"), limit).await, "others make room");
            assert!(!evicted.is_empty(), "hers");
            live(store.load(token(most + 3), T0).await, "it stands");
        } else {
            ended(store.end(end(0, EndReason::Logout)).await, "an end makes room");
        }
        created(store.create(anonymous(most + 4)).await, "there is room");
    });
}

async fn refused(store: &Subject, create: Create) {
    let token = create.token;
    let answer = store.create(create).await;
    assert!(matches!(answer, Created::Full), "a full store refuses new sessions: {}", Short(&answer));
    unknown(store.load(token, T0).await, "nothing was created");
    unknown(store.load(super::kit::token(99), T0).await, "nothing was stored");
}
