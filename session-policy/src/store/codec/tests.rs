//! Whatever a session is, its bytes are read as the same; bytes that are no session's are refused, never guessed at.

use proptest::{collection, option, prelude::*};

use super::*;
use crate::store::Entries;

/// A record without a body would be a session without an end.
#[test]
fn this_version_has_a_body() {
    let bytes = |version| rmp_serde::to_vec(&Envelope(version, [7; 16], None)).unwrap();
    assert!(Snapshot::from_bytes(&bytes(Header::VERSION)).is_err());
    let later = Snapshot::from_bytes(&bytes(Header::VERSION + 1)).unwrap();
    assert_eq!((later.id, later.header.version), (RecordId([7; 16]), Header::VERSION + 1));
}

fn token() -> impl Strategy<Value = TokenId> {
    any::<[u8; 32]>().prop_map(TokenId)
}

fn header() -> impl Strategy<Value = Header> {
    let marks = (any::<bool>(), any::<bool>(), any::<u8>(), option::of((any::<u32>(), any::<bool>())));
    let ua =
        any::<[u8; UserAgent::BYTES]>().prop_map(|bytes| UserAgent::from_bytes(bytes).unwrap_or(UserAgent::MISSING));
    let times = (any::<[u64; 4]>(), any::<[Option<u64>; 4]>(), any::<u32>());
    (times, prop::sample::select(Level::ALL.to_vec()), ua, marks).prop_map(|(times, level, ua, marks)| {
        let ([created, last_seen, longest_gap, rotated_at], authenticated, epoch) = times;
        let mut header = Header::new(created, Captured::new(ua));
        header.authenticated = authenticated;
        (header.epoch, header.last_seen) = (epoch, last_seen);
        (header.longest_gap, header.rotated_at) = (longest_gap, rotated_at);
        header.level = level;
        (header.step_up, header.recovered, header.failed) = (marks.0, marks.1, marks.2);
        header.challenge = marks.3.map(|(digest, answered)| Challenge { digest, answered });
        header
    })
}

fn line() -> impl Strategy<Value = Line> {
    let siblings = collection::vec(token(), 1..4);
    let rotation = (any::<u64>(), any::<u64>(), siblings).prop_map(|(at, grace_until, siblings)| Rotation {
        at,
        grace_until,
        siblings,
    });
    let turn = (option::of((token(), any::<u64>())), option::of(rotation));
    (token(), turn).prop_map(|(current, (parent, rotation))| {
        let turn = (parent.is_some() || rotation.is_some()).then(|| Box::new(Turn { parent, rotation }));
        Line { current, turn }
    })
}

fn session() -> impl Strategy<Value = Snapshot> {
    let name = || option::of("\\PC{1,20}");
    let identity = (name(), name(), name()).prop_map(|(user, role, granted)| Identity {
        user: user.and_then(|user| UserId::try_from(user).ok()),
        role: role.map(Arc::from),
        granted: granted.map(Arc::from),
    });
    let data = collection::btree_map("\\PC{0,12}", collection::vec(any::<u8>(), 0..400), 0..6);
    let numbers = (any::<[u8; 16]>(), any::<[u64; 4]>());
    (numbers, header(), identity, data, line()).prop_map(|((id, numbers), header, identity, data, line)| {
        let [version, rev, idle_ms, absolute_at] = numbers;
        let data: Entries = data.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        let expiry = Expiry { idle_ms, absolute_at };
        Snapshot { id: RecordId(id), version, rev, header, identity: identity.into(), data: data.into(), expiry, line }
    })
}

#[track_caller]
fn same(found: &Snapshot, expected: &Snapshot) {
    let Snapshot { id, version, rev, header, identity, data, expiry, line } = expected;
    assert_eq!((&found.id, &found.version, &found.rev), (id, version, rev));
    assert_eq!((&found.header, &found.identity, &found.data), (header, identity, data));
    assert_eq!((&found.expiry, &found.line), (expiry, line));
}

proptest! {
    #[test]
    fn a_session_comes_back_as_it_was(session in session()) {
        same(&Snapshot::from_bytes(&session.to_bytes().unwrap()).unwrap(), &session);
    }

    #[test]
    fn a_claim_comes_back_as_it_was(session in session(), at in any::<u64>(), reason in prop::sample::select(EndReason::ALL.to_vec())) {
        let claim = Claim { session, reason, at };
        let again = Claim::from_bytes(&claim.to_bytes().unwrap()).unwrap();
        same(&again.session, &claim.session);
        assert_eq!((again.reason, again.at), (reason, at));
    }

    #[test]
    fn a_superseded_token_comes_back_as_it_was(id in any::<[u8; 16]>(), at in any::<u64>(), authenticated in any::<bool>(), rotated in any::<bool>()) {
        let how = if rotated { How::Rotated } else { How::Replaced };
        let superseded = Superseded { by: RecordId(id), at, authenticated, how };
        assert_eq!(Superseded::from_bytes(&superseded.to_bytes()), Some(superseded));
    }

    /// Whatever a later version puts behind its number and the id: it is that version's, opens nothing and never dies.
    #[test]
    fn another_version_is_known_by_its_number(session in session(), version in any::<u16>(), id in any::<[u8; 16]>(), body in any::<(bool, String, Vec<u32>)>()) {
        prop_assume!(version != Header::VERSION);
        let mut later = session.clone();
        later.header.version = version;
        let foreign = [
            later.to_bytes().unwrap(),
            rmp_serde::to_vec(&(version, session.id.0, &body)).unwrap(),
            rmp_serde::to_vec(&(version, session.id.0, "text")).unwrap(),
            rmp_serde::to_vec(&(version, session.id.0, Option::<u8>::None)).unwrap(),
        ];
        for bytes in foreign {
            let found = Snapshot::from_bytes(&bytes).unwrap();
            assert_eq!((found.header.version, found.id), (version, session.id));
            assert_eq!((found.deadline(), found.signed_in(), found.data.len()), (u64::MAX, false, 0));
        }
        // Our own number with another body is no session.
        assert!(Snapshot::from_bytes(&rmp_serde::to_vec(&(Header::VERSION, id, &body)).unwrap()).is_err());
    }

    #[test]
    fn a_part_of_a_session_is_none(session in session(), part in 0.0..1.0_f64) {
        let bytes = session.to_bytes().unwrap();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "some length")]
        let length = (bytes.len() as f64 * part) as usize;
        assert!(Snapshot::from_bytes(&bytes[..length]).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in collection::vec(any::<u8>(), 0..300)) {
        let _read_or_refused = (Snapshot::from_bytes(&bytes), Claim::from_bytes(&bytes), Superseded::from_bytes(&bytes));
    }
}
