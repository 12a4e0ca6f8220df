use super::*;
use crate::{
    client::UserAgent,
    store::{Captured, Challenge, Expiry, Successor},
    token::TokenId,
};

const NOW: u64 = 1_767_603_600_000;
const GRACE: u64 = 30_000;
const T0: TokenId = TokenId([0; 32]);
const T1: TokenId = TokenId([1; 32]);
const T2: TokenId = TokenId([2; 32]);
const ID: RecordId = RecordId([7; 16]);

fn alice(role: Option<&str>) -> Arc<Identity> {
    Arc::new(Identity::new(Some(UserId::try_from("alice").unwrap()), role.map(Arc::from)))
}

fn session() -> Snapshot {
    let mut header = Header::new(NOW, Captured::new(UserAgent::MISSING));
    header.level = Level::Full;
    header.epoch = 1;
    let expiry = Expiry { idle_ms: 1_800_000, absolute_at: NOW + 28_800_000 };
    Snapshot::new(T0, Record { id: ID, header, identity: alice(Some("Member")), data: Arc::default(), expiry })
}

fn commit(now: u64) -> Commit {
    Commit::of(ID, now)
}

fn set(key: &str, value: Option<&[u8]>) -> DataChange {
    DataChange { key: key.into(), value: value.map(Arc::from) }
}

fn successor(from: TokenId, to: TokenId, now: u64) -> Commit {
    Commit { successor: Some(Successor { from, to, grace_until: now + GRACE }), ..commit(now) }
}

const DONE: Merged = Merged::Done { rotated: false, former: None };

fn reauthentication(session: &Snapshot, now: u64) -> Rotate {
    let mut header = session.header;
    (header.epoch, header.longest_gap, header.last_seen, header.rotated_at) = (header.epoch + 1, 0, now, now);
    (header.step_up, header.recovered, header.failed) = (false, false, 0);
    Rotate {
        record: ID,
        seen: None,
        from: T0,
        to: T2,
        generation: None,
        if_identity: None,
        header,
        identity: Arc::clone(&session.identity),
        expiry: session.expiry,
        data: Vec::new(),
        acts_at: now,
        now,
    }
}

#[test]
fn a_session_dies_by_the_deadline_that_comes_first() {
    let mut session = session();
    assert_eq!((session.deadline(), session.overdue()), (NOW + 1_800_000, EndReason::Idle));
    session.header.last_seen = session.expiry.absolute_at - 1_800_000;
    assert_eq!((session.deadline(), session.overdue()), (NOW + 28_800_000, EndReason::Absolute), "both at once");
    session.header.last_seen = u64::MAX;
    assert_eq!(session.deadline(), NOW + 28_800_000);
}

#[test]
fn stamps_merge_by_max_within_one_authentication() {
    let mut session = session();
    let stamp = |seen, gap, epoch| Commit { stamp: Some(Stamp { seen, gap, epoch }), ..commit(NOW) };
    for (commit, last_seen, longest_gap) in [
        (stamp(NOW + 10, 10, 1), NOW + 10, 10),
        (stamp(NOW + 5, 20, 1), NOW + 10, 20),
        (stamp(NOW + 20, 5, 1), NOW + 20, 20),
        // Of another authentication: as if it had never been.
        (stamp(NOW + 99, 99, 0), NOW + 20, 20),
        (stamp(NOW + 99, 99, 2), NOW + 20, 20),
    ] {
        assert_eq!(session.merge(&commit), DONE);
        assert_eq!((session.header.last_seen, session.header.longest_gap), (last_seen, longest_gap), "{commit:?}");
    }
    assert_eq!(session.version, 0, "activity is no change of the version");
}

#[test]
fn data_merges_by_key() {
    let mut session = session();
    session.merge(&Commit { data: vec![set("a", Some(b"1")), set("b", Some(b"1"))], ..commit(NOW) });
    session.merge(&Commit { data: vec![set("b", Some(b"2")), set("c", None)], ..commit(NOW) });
    assert_eq!(
        session.data.iter().map(|(key, value)| (&**key, &**value)).collect::<Vec<_>>(),
        [("a", &b"1"[..]), ("b", &b"2"[..])]
    );
    assert_eq!(session.version, 2);
    session.merge(&Commit { data: vec![set("a", Some(b"1")), set("c", None)], ..commit(NOW) });
    assert_eq!(session.version, 2, "nothing changed");
    session.merge(&Commit { data: vec![set("a", None)], ..commit(NOW) });
    assert_eq!((session.version, session.data.len()), (3, 1));
}

#[test]
fn a_conflict_changes_nothing() {
    let mut session = session();
    session.merge(&Commit { data: vec![set("a", Some(b"1"))], ..commit(NOW) });
    let before = (session.header, session.version, session.rev, session.line.clone());
    let late = Commit {
        if_version: Some(0),
        stamp: Some(Stamp { seen: NOW + 9, gap: 9, epoch: 1 }),
        data: vec![set("a", Some(b"2"))],
        mark_step_up: true,
        count_failure: true,
        ..successor(T0, T1, NOW)
    };
    assert_eq!(session.merge(&late), Merged::Conflict);
    assert_eq!((session.header, session.version, session.rev, session.line.clone()), before);
    assert_eq!(session.data["a"][..], *b"1");
    let again = Commit { if_version: Some(1), ..late };
    assert_eq!(session.merge(&again), Merged::Done { rotated: true, former: None });
    assert_eq!((session.version, session.header.failed, session.header.step_up), (2, 1, true));
}

#[test]
fn marks_failures_challenges_and_deadlines() {
    let mut session = session();
    session.merge(&Commit { mark_step_up: true, ..commit(NOW) });
    session.merge(&commit(NOW));
    assert!(session.header.step_up, "no commit takes it away");
    session.header.failed = u8::MAX;
    session.merge(&Commit { count_failure: true, ..commit(NOW) });
    assert_eq!(session.header.failed, u8::MAX);
    let challenge = Challenge { digest: 3, answered: false };
    session.merge(&Commit { challenge: Some(Some(challenge)), ..commit(NOW) });
    session.merge(&commit(NOW));
    assert_eq!(session.header.challenge, Some(challenge));
    session.merge(&Commit { challenge: Some(None), ..commit(NOW) });
    assert_eq!(session.header.challenge, None);
    let tighter = Expiry { idle_ms: 1, absolute_at: NOW + 1 };
    session.merge(&Commit { expiry: Some((tighter, 0)), ..commit(NOW) });
    assert_ne!(session.expiry, tighter, "computed from another authentication");
    session.merge(&Commit { expiry: Some((tighter, 1)), ..commit(NOW) });
    assert_eq!(session.expiry, tighter);
}

#[test]
fn a_successor_travels_with_a_commit() {
    let mut session = session();
    assert_eq!(session.merge(&successor(T0, T1, NOW + 5)), Merged::Done { rotated: true, former: None });
    assert_eq!((session.header.rotated_at, session.header.recovered), (NOW + 5, false));
    // In the grace: the rest of the commit is merged, and nothing is issued.
    let beside = Commit { data: vec![set("a", Some(b"1"))], ..successor(T0, T2, NOW + 6) };
    assert_eq!(session.merge(&beside), DONE);
    assert_eq!((session.data.len(), session.header.rotated_at), (1, NOW + 5));
    // Behind it: the answer was lost.
    let late = NOW + 5 + GRACE;
    assert_eq!(session.merge(&successor(T0, T2, late)), Merged::Done { rotated: true, former: None });
    assert_eq!((session.header.rotated_at, session.header.recovered), (late, true));
    // The next rotation, of a clock that is behind: the time never falls.
    assert_eq!(session.present(&T2, late), Presented::Confirmed(vec![T1]));
    let next = Commit { now: NOW, ..successor(T2, TokenId([3; 32]), late) };
    assert_eq!(session.merge(&next), DONE, "by that clock the parent is in its grace");
    let next = successor(T2, TokenId([3; 32]), late + GRACE);
    assert_eq!(session.merge(&next), Merged::Done { rotated: true, former: Some(T0) });
    assert_eq!(session.header.rotated_at, late + GRACE);
    assert!(session.header.recovered, "until the next authentication");
}

#[test]
fn presenting() {
    let mut session = session();
    assert_eq!(session.present(&T0, NOW), Presented::Open);
    assert_eq!(session.present(&T1, NOW), Presented::Unknown);
    session.merge(&successor(T0, T1, NOW));
    let rev = session.rev;
    for now in [NOW, NOW + GRACE, u64::MAX] {
        assert_eq!(session.present(&T0, now), Presented::Open);
    }
    assert_eq!(session.rev, rev, "a look changes nothing");
    assert_eq!(session.present(&T1, NOW), Presented::Confirmed(Vec::new()));
    assert_ne!(session.rev, rev);
    assert_eq!(session.present(&T1, NOW), Presented::Open);
    assert_eq!(session.present(&T0, NOW + GRACE - 1), Presented::Open);
    let superseded = Superseded { by: ID, at: NOW, authenticated: true, how: How::Rotated };
    assert_eq!(session.present(&T0, NOW + GRACE), Presented::Superseded(superseded));
}

#[test]
fn a_re_authentication_leaves_no_token_behind() {
    for (confirmed, now, expected) in [
        (false, NOW + 1, vec![(T0, How::Replaced), (T1, How::Replaced)]),
        (false, NOW + GRACE, vec![(T0, How::Replaced), (T1, How::Replaced)]),
        // Spent is spent: a replay of it stays one.
        (true, NOW + GRACE - 1, vec![(T1, How::Replaced), (T0, How::Replaced)]),
        (true, NOW + GRACE, vec![(T1, How::Replaced), (T0, How::Rotated)]),
    ] {
        let mut session = session();
        session.merge(&successor(T0, T1, NOW));
        if confirmed {
            session.present(&T1, NOW);
        }
        let from = if confirmed { T1 } else { T0 };
        let rotate = Rotate { from, ..reauthentication(&session, now) };
        let former = session.rotate(&rotate).unwrap();
        assert!(former.iter().all(|(_, what)| what.at == now && what.by == ID && what.authenticated));
        assert_eq!(former.iter().map(|(token, what)| (*token, what.how)).collect::<Vec<_>>(), expected);
        assert_eq!((session.line.clone(), session.version), (Line::new(T2), 1));
    }
}

#[test]
fn who_may_re_authenticate() {
    let mut session = session();
    session.merge(&successor(T0, T1, NOW));
    let refused = |session: &Snapshot, from, now| {
        let mut session = session.clone();
        let rev = session.rev;
        let rotate = Rotate { from, ..reauthentication(&session, now) };
        session.rotate(&rotate).is_none() && session.rev == rev
    };
    assert!(refused(&session, T1, NOW), "a successor that was not presented");
    assert!(refused(&session, T2, NOW));
    assert!(!refused(&session, T0, NOW + GRACE));
    session.present(&T1, NOW);
    assert!(!refused(&session, T0, NOW + GRACE - 1));
    assert!(refused(&session, T0, NOW + GRACE), "spent");
    let mut other = session.clone();
    let rotate = Rotate { from: T1, if_identity: Some(alice(Some("Admin"))), ..reauthentication(&session, NOW) };
    assert!(other.rotate(&rotate).is_none(), "the identity changed meanwhile");
}

/// An authentication begins anew; a mere change of role keeps what parallel requests wrote.
#[test]
fn what_an_authentication_takes_away() {
    for (epoch, gap, marks) in [(2, 0, false), (1, 50, true)] {
        let mut session = session();
        session.header.created = NOW - 1;
        session.header.last_seen = NOW + 70;
        (session.header.longest_gap, session.header.failed) = (50, 3);
        (session.header.step_up, session.header.recovered) = (true, true);
        let mut rotate = reauthentication(&session, NOW + 60);
        (rotate.header.epoch, rotate.header.created) = (epoch, NOW + 60);
        session.rotate(&rotate).unwrap();
        let header = session.header;
        assert_eq!((header.created, header.last_seen, header.longest_gap), (NOW - 1, NOW + 70, gap));
        assert_eq!((header.step_up, header.recovered, header.failed > 0), (marks, marks, marks));
    }
}

#[test]
fn a_role_that_is_given() {
    let mut session = session();
    let admin: Arc<str> = "Admin".into();
    assert!(session.set_role(Some(&admin)));
    assert_eq!(
        (session.identity.role.as_deref(), session.identity.granted.as_deref()),
        (Some("Member"), Some("Admin"))
    );
    let (version, rev) = (session.version, session.rev);
    assert!(!session.set_role(Some(&admin)));
    assert_eq!((session.version, session.rev), (version, rev));
    assert!(session.set_role(Some(&"Member".into())));
    assert_eq!(session.identity.granted, None);
}

#[test]
fn what_was_not_seen() {
    let session = session();
    assert!(!session.seen_since((NOW, 1)));
    assert!(!session.seen_since((NOW + 1, 2)));
    assert!(session.seen_since((NOW - 1, 1)));
    assert!(session.seen_since((NOW, 0)));
    assert!(session.seen_since((u64::MAX, 0)), "an authentication counts by itself");
}
