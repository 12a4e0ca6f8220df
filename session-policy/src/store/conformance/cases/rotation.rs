//! Periodic rotation: siblings, confirmation at load, grace, lost answers (semantics §4).

use super::super::{Stores, Subject, kit::*};
use crate::store::{Commit, Create, EndReason, How, Load, Loaded, RECOVER_WITHIN_MS, TokenStanding};

/// A store with session 1, whose token 1 was rotated to 2 at T0.
async fn rotated_once(stores: &Stores) -> Subject {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    assert!(done(store.commit(turn(1, 1, 2, T0)).await, "a rotation").1, "the successor is issued");
    store
}

pub(in super::super) async fn rotation_serves_the_parent_within_its_grace(stores: &Stores) {
    let store = rotated_once(stores).await;
    // Before the successor was presented, and after.
    for presented in [false, true] {
        if presented {
            let session = live(store.load(token(2), T0 + SECOND).await, "the successor");
            stands(&session, 2, T0 + SECOND, TokenStanding::Current, "the successor, once presented");
        }
        for now in [T0, T0 + GRACE - 1] {
            let session = live(store.load(token(1), now).await, "the parent within its grace");
            assert_eq!(session.id, record(1), "a rotation keeps the record");
            stands(&session, 1, now, TokenStanding::Parent, "the parent within its grace");
        }
    }
    let what = superseded(store.load(token(1), T0 + GRACE).await, "the parent when its grace is over");
    is_rotated(what, 1, "the parent when its grace is over");
    assert_eq!((what.at, what.authenticated), (T0, true), "when it was rotated, and what it opened");
    live(store.load(token(2), T0 + HOUR).await, "the successor, for good");
    // A clock that stands behind sees the grace again; it is a question of time alone.
    live(store.load(token(1), T0 + GRACE - 1).await, "the parent, by a clock that stands behind");
}

pub(in super::super) async fn rotation_confirms_the_first_sibling_presented(stores: &Stores) {
    let store = rotated_once(stores).await;
    for sibling in [3, 4] {
        let recovery = done(store.commit(turn(1, 1, sibling, T0 + MINUTE * u64::from(sibling))).await, "a lost answer");
        assert!(recovery.1, "a lost answer is made up for");
    }
    let now = T0 + 5 * MINUTE;
    let confirmed = live(store.load(token(3), now).await, "the first sibling presented");
    stands(&confirmed, 3, now, TokenStanding::Current, "it is the session's token");
    for other in [2, 4] {
        is_rotated(superseded(store.load(token(other), now).await, "any other sibling"), 1, "any other sibling");
    }
    unchanged(&confirmed, &live(store.load(token(3), now).await, "again"), "a replay changes nothing in the store");
    // The grace of the last successor began at minute 4, and is over.
    is_rotated(superseded(store.load(token(1), now).await, "the parent"), 1, "the parent");
    assert!(confirmed.header.recovered, "such a session is not fresh");
}

pub(in super::super) async fn rotation_makes_up_for_lost_answers_twice(stores: &Stores) {
    let store = rotated_once(stores).await;
    let now = T0 + GRACE;
    let session = live(store.load(token(1), now).await, "the parent whose successor nobody presented");
    let unanswered = |recoveries| TokenStanding::Unanswered { since: T0, recoveries };
    stands(&session, 1, now, unanswered(2), "the answer was lost");
    assert!(!session.header.recovered, "a load recovers nothing");
    assert!(done(store.commit(turn(1, 1, 3, now)).await, "the first recovery").1);
    let session = live(store.load(token(1), now).await, "the parent, in its new grace");
    stands(&session, 1, now, TokenStanding::Parent, "a recovery begins a new grace");
    assert!(session.header.recovered);
    assert!(done(store.commit(turn(1, 1, 4, now + GRACE)).await, "the second recovery").1);
    assert!(!done(store.commit(turn(1, 1, 5, now + 2 * GRACE)).await, "a third one").1, "two are enough");
    unknown(store.load(token(5), now + 2 * GRACE).await, "what was not issued");
    let session = live(store.load(token(1), now + 2 * GRACE).await, "it is still served: the caller judges");
    stands(&session, 1, now + 2 * GRACE, unanswered(0), "no more");
}

pub(in super::super) async fn rotation_makes_up_for_lost_answers_within_ten_minutes(stores: &Stores) {
    for (now, issued) in [(T0 + RECOVER_WITHIN_MS - 1, true), (T0 + RECOVER_WITHIN_MS, false)] {
        let store = rotated_once(stores).await;
        let outcome = done(store.commit(turn(1, 1, 3, now)).await, "a recovery");
        assert_eq!(outcome.1, issued, "{} ms after the rotation", now - T0);
    }
}

pub(in super::super) async fn rotation_issues_for_the_current_token_only(stores: &Stores) {
    let store = rotated_once(stores).await;
    created(store.create(signed_in(10, "bob")).await, "another session");
    let with_data = |commit: Commit, value: &[u8]| Commit { data: vec![put("a", value)], ..commit };
    let now = T0 + GRACE;
    let refused = [
        (turn(1, 1, 9, now - 1), "within its grace"),
        (turn(1, 2, 9, now), "from a successor that nobody presented"),
        (turn(1, 10, 9, now), "from another session's token"),
        (turn(1, 99, 9, now), "from a token of nobody's"),
    ];
    for (n, (commit, why)) in (0_u8..).zip(refused) {
        assert!(!done(store.commit(with_data(commit, &[n])).await, why).1, "{why}");
        unknown(store.load(token(9), now).await, why);
        has(&live(store.load(token(1), T0).await, "it"), "a", &[n], "the rest of the commit is merged");
    }
    live(store.load(token(2), now).await, "the successor is presented");
    assert!(!done(store.commit(turn(1, 1, 9, now - 1)).await, "from the parent").1, "the parent is not current");
    assert!(done(store.commit(turn(1, 2, 9, now)).await, "from the successor").1, "now it is current");
}

pub(in super::super) async fn rotation_never_issues_a_known_token(stores: &Stores) {
    let store = rotated_once(stores).await;
    live(store.load(token(2), T0).await, "the successor is presented");
    created(store.create(signed_in(10, "bob")).await, "another session");
    created(store.create(Create { supersede: Some(token(10)), ..signed_in(11, "bob") }).await, "a login");
    created(store.create(signed_in(12, "bob")).await, "another session");
    ended(store.end(end(12, EndReason::Logout)).await, "a logout");
    let before = live(store.load(token(2), T0).await, "the session");
    for (known, why) in [(1, "its parent"), (2, "itself"), (11, "a live one"), (10, "superseded"), (12, "a tombstone")]
    {
        assert!(!done(store.commit(turn(1, 2, known, T0 + HOUR)).await, why).1, "{why}");
        let after = live(store.load(token(2), T0).await, "the session");
        unchanged(&before, &after, why);
    }
    assert_eq!(live(store.load(token(11), T0).await, "the other session").id, record(11));
    assert_eq!(dead(store.load(token(12), T0).await, "the tombstone"), EndReason::Logout);
    superseded(store.load(token(10), T0).await, "the superseded one");
}

pub(in super::super) async fn rotation_leaves_old_parents_behind(stores: &Stores) {
    let store = rotated_once(stores).await;
    live(store.load(token(2), T0 + 1).await, "the successor is presented");
    live(store.load(token(1), T0 + 2).await, "the parent within its grace");
    assert!(!done(store.commit(turn(1, 2, 3, T0 + GRACE - 1)).await, "its grace runs").1, "one grace at a time");
    unknown(store.load(token(3), T0 + GRACE - 1).await, "nothing was issued");
    let now = T0 + GRACE;
    assert!(done(store.commit(turn(1, 2, 3, now)).await, "the next rotation").1);
    let what = superseded(store.load(token(1), now).await, "the parent of the one that is now replaced");
    is_rotated(what, 1, "the parent of the one that is now replaced");
    // By a clock that stands behind, too.
    is_rotated(superseded(store.load(token(1), T0 + 2).await, "its grace is taken back"), 1, "the old parent");
    for (n, why) in [(2, "the new parent"), (3, "the new successor"), (2, "the parent, still in its grace")] {
        live(store.load(token(n), now + 1).await, why);
    }
    for (from, to) in [(3, 4), (4, 5), (5, 6)] {
        let now = T0 + MINUTE * u64::from(from);
        assert!(done(store.commit(turn(1, from, to, now)).await, "and so on").1);
        live(store.load(token(to), now + 1).await, "the next successor is presented");
    }
    for old in 1..=5 {
        let what = superseded(store.load(token(old), T0 + HOUR).await, "a token of long ago");
        is_rotated(what, 1, "a token of long ago");
    }
    assert_eq!(live(store.load(token(6), T0 + HOUR).await, "the last one").id, record(1), "the record is the same");
}

pub(in super::super) async fn rotation_is_confirmed_for_good(stores: &Stores) {
    let store = rotated_once(stores).await;
    let confirmed = live(store.load(token(2), T0 + 1).await, "the successor");
    stands(&confirmed, 2, T0 + 1, TokenStanding::Current, "what is returned is confirmed already");
    for now in [T0 + 1, T0 + GRACE, T0 + HOUR, T0] {
        unchanged(&confirmed, &live(store.load(token(2), now).await, "again"), "a load changes nothing else");
    }
    let written = done(store.commit(write(1, "a", b"1")).await, "a write");
    assert_eq!(written, (0, false));
    // The parent within its grace does not take its place back.
    live(store.load(token(1), T0 + 2).await, "the parent within its grace");
    is_rotated(superseded(store.load(token(1), T0 + GRACE).await, "the parent"), 1, "the parent");
}

pub(in super::super) async fn rotation_of_a_session_that_ended_is_told_so(stores: &Stores) {
    let store = rotated_once(stores).await;
    live(store.load(token(2), T0 + 1).await, "the successor is presented");
    done(store.commit(turn(1, 2, 3, T0 + MINUTE)).await, "the next rotation");
    ended(store.end(end(1, EndReason::BindingMismatch)).await, "it ends");
    for (n, why) in [(2, "the token"), (3, "a successor that nobody presented")] {
        let reason = dead(store.load(token(n), T0 + MINUTE).await, why);
        assert_eq!(reason, EndReason::BindingMismatch, "{why}: all its tokens are tombstones");
    }
    is_rotated(superseded(store.load(token(1), T0 + MINUTE).await, "the old parent"), 1, "superseded before");

    // A parent in its grace is one of its tokens.
    let store = rotated_once(stores).await;
    live(store.load(token(2), T0 + 1).await, "the successor is presented");
    ended(store.end(end(1, EndReason::Logout)).await, "it ends");
    for n in [1, 2] {
        assert_eq!(dead(store.load(token(n), T0 + 2).await, "its tokens"), EndReason::Logout, "token {n}");
    }
}

pub(in super::super) async fn loads_change_nothing(stores: &Stores) {
    let store = stores.fresh().await;
    created(store.create(signed_in(1, "alice")).await, "a session");
    let first = live(store.load(token(1), T0).await, "it");
    for now in [T0 + SECOND, T0 + IDLE, T0 + ABSOLUTE, T0 + 100 * DAY, T0 - DAY, T0] {
        let again = live(store.load(token(1), now).await, "past its deadline, too: the caller judges");
        unchanged(&first, &again, "a load");
        assert_eq!(again.rev, first.rev, "nothing changed");
        unknown(store.load(token(2), now).await, "a token of nobody's");
    }
}

/// Races, too: many present two siblings at once.
pub(in super::super) async fn race_siblings_one_is_confirmed(stores: &Stores) {
    for round in 0..12 {
        let store = rotated_once(stores).await;
        done(store.commit(turn(1, 1, 3, T0 + GRACE)).await, "a recovery");
        let now = T0 + GRACE + 1;
        let answers = race(8, |n| {
            let store = store.clone();
            async move { (2 + n % 2, store.load(token(2 + n % 2), now).await) }
        })
        .await;
        let mut winners: Vec<_> = Vec::new();
        for (n, answer) in answers {
            match answer {
                Loaded::Live(session) => {
                    stands(&session, n, now, TokenStanding::Current, "whoever is served is confirmed");
                    winners.push(n);
                }
                Loaded::Superseded(what) => assert_eq!(what.how, How::Rotated, "the other sibling"),
                other => panic!("round {round}: {}", Short(&other)),
            }
        }
        winners.dedup_by(|a, b| a == b);
        winners.sort_unstable();
        winners.dedup();
        assert_eq!(winners.len(), 1, "round {round}: exactly one of two siblings is confirmed, not {winners:?}");
        let loser = 5 - winners[0];
        live(store.load(token(winners[0]), now).await, "the one that was confirmed stays so");
        is_rotated(superseded(store.load(token(loser), now).await, "the other"), 1, "the other sibling");
    }
}

/// A token is looked up whole.
pub(in super::super) async fn tokens_are_compared_whole(stores: &Stores) {
    let store = stores.fresh().await;
    let create = signed_in(1, "alice");
    created(store.create(create.clone()).await, "a session");
    for byte in [0, 1, 7, 8, 15, 16, 30, 31] {
        let mut other = create.token;
        other.0[byte] ^= 0x01;
        unknown(store.load(other, T0).await, "a token that differs in one bit");
        let mut low = signed_in(2 + u32::try_from(byte).unwrap(), "alice");
        low.token = other;
        created(store.create(low).await, "a token that differs in one bit is another token");
    }
    let load = Load { token: create.token, now: T0 };
    assert_eq!(live(store.load(load.token, load.now).await, "the first").id, record(1));
}
