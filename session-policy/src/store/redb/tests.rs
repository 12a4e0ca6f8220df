//! What the conformance suite cannot see: the file, its lock, failing disks, what waits in memory.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use ::redb::{StorageBackend, backends::FileBackend};
use tokio::task::JoinSet;

use super::*;
use crate::{
    client::UserAgent,
    policy::{Level, OnLimit},
    store::{Captured, DataChange, EndReason, Expiry, Header, Identity, Record, Stamp, Successor, TOMBSTONE_KEPT_MS},
    token::TokenId,
};

/// A folder of its own, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("session-policy-redb-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("sessions.redb")
    }

    fn open(&self) -> RedbStore {
        RedbStore::open(self.file()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn token(number: u32) -> TokenId {
    let mut id = [0; 32];
    id[..4].copy_from_slice(&number.to_be_bytes());
    TokenId(id)
}

fn id(number: u32) -> RecordId {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    RecordId(id)
}

fn user(name: &str) -> UserId {
    UserId::try_from(name).unwrap()
}

fn record(number: u32, name: &str) -> Record {
    let mut header = Header::new(1_000, Captured::new(UserAgent::MISSING));
    header.level = Level::Full;
    let identity = Arc::new(Identity::new(Some(user(name)), Some("Member".into())));
    let expiry = Expiry { idle_ms: 1_000, absolute_at: 100_000 };
    Record { id: id(number), header, identity, data: Arc::default(), expiry }
}

fn login(number: u32, name: &str) -> Create {
    Create {
        token: token(number),
        record: record(number, name),
        generation: None,
        supersede: None,
        lease: None,
        now: 1_000,
    }
}

fn stamp(number: u32, seen: u64) -> Commit {
    let stamp = Stamp { seen, gap: seen - 1_000, epoch: 0 };
    Commit { stamp: Some(stamp), ..Commit::of(id(number), seen) }
}

fn entry(number: u32, key: &str) -> Commit {
    let change = DataChange { key: key.into(), value: Some(vec![7; 9].into()) };
    Commit { data: vec![change], ..Commit::of(id(number), 1_000) }
}

async fn live(store: &impl Store, number: u32) -> Option<Snapshot> {
    match store.load(Load { token: token(number), now: 1_000 }).await.unwrap() {
        Loaded::Live(session) => Some(session),
        _ => None,
    }
}

fn is_done(created: &Created) -> bool {
    matches!(created, Created::Done(_))
}

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let folder = Folder::new();
    let store = folder.open();
    assert!(is_done(&store.create(login(1, "alice")).await.unwrap()));
    assert!(is_done(&store.create(login(2, "alice")).await.unwrap()));
    store.commit(entry(1, "cart")).await.unwrap();
    store.commit(stamp(1, 1_500)).await.unwrap();
    let end = End { record: id(2), reason: EndReason::Logout, if_unseen_since: None, lease: Some(5_000), now: 1_600 };
    assert!(matches!(store.end(end).await.unwrap(), Ended::Done(_)));
    let generation = store.generation(&user("alice")).await.unwrap();
    let role = SetRole { user: user("alice"), role: Some("Admin".into()), now: 1_600 };
    assert_eq!(store.set_role(role).await.unwrap(), 1);
    drop(store);

    let store = folder.open();
    let session = live(&store, 1).await.unwrap();
    assert_eq!((session.header.last_seen, session.header.longest_gap), (1_500, 500));
    assert_eq!((session.data["cart"].len(), session.identity.granted.as_deref()), (9, Some("Admin")));
    let dead = store.load(Load { token: token(2), now: 1_000 }).await.unwrap();
    assert!(matches!(dead, Loaded::Ended(EndReason::Logout)), "{dead:?}");
    assert_ne!(store.generation(&user("alice")).await.unwrap(), generation);
    let claims = store.reclaim(Reclaim { at_most: 9, lease: 9_000, now: 5_000 }).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!((claims[0].session.id, claims[0].reason, claims[0].at), (id(2), EndReason::Logout, 1_600));
}

/// Nothing of the file's bytes is changed by a refusal, and each says what to do.
#[test]
fn what_is_no_session_file_is_refused_in_words() {
    let folder = Folder::new();
    let words = |path: &Path| {
        let text = RedbStore::open(path).unwrap_err().to_string();
        assert!(text.contains(&*path.to_string_lossy()) && !text.contains('\n'), "{text}");
        text
    };
    let store = folder.open();
    let second = RedbStore::open(folder.file()).unwrap_err();
    assert!(second.is_in_use() && second.to_string().contains("in use by another process"), "{second}");
    drop(store);

    assert!(words(&folder.0).contains("is a directory"));
    assert!(words(&folder.0.join("nowhere/sessions")).contains("folder does not exist"));
    for (name, content) in [("text", "not a database, but somebody's letters\n".repeat(400)), ("short", "?".to_owned())]
    {
        let file = folder.0.join(name);
        std::fs::write(&file, &content).unwrap();
        assert!(words(&file).contains("is not a session file"), "{name}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), content);
    }

    // Another program's database, and one of a later version.
    let foreign = folder.0.join("foreign");
    let numbers: ::redb::TableDefinition<'_, u64, u64> = ::redb::TableDefinition::new("numbers");
    let write_into = |path: &Path, what: &dyn Fn(&::redb::WriteTransaction)| {
        let database = ::redb::Database::create(path).unwrap();
        let write = database.begin_write().unwrap();
        what(&write);
        write.commit().unwrap();
    };
    write_into(&foreign, &|write| drop(write.open_table(numbers).unwrap()));
    assert!(words(&foreign).contains("is not a session file"));
    write_into(&folder.file(), &|write| {
        write.open_table(META).unwrap().insert(tables::FORMAT_KEY, 2).unwrap();
    });
    let newer = words(&folder.file());
    assert!(newer.contains("has format 2") && newer.contains("up to 1"), "{newer}");
}

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owners() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let _store = folder.open();
    let mode = std::fs::metadata(folder.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Counts what reaches the disk, and fails when told to, as a full disk does.
#[derive(Debug)]
struct Disk {
    file: FileBackend,
    is_full: Arc<AtomicBool>,
    syncs: Arc<AtomicU32>,
}

impl Disk {
    fn room(&self) -> io::Result<()> {
        if self.is_full.load(Ordering::SeqCst) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.room()?;
        self.file.set_len(len)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.room()?;
        self.syncs.fetch_add(1, Ordering::SeqCst);
        self.file.sync_data()
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.room()?;
        self.file.write(offset, data)
    }
    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

fn on_disk(folder: &Folder) -> (RedbStore, Arc<AtomicBool>, Arc<AtomicU32>) {
    let file = std::fs::File::options().read(true).write(true).create(true).truncate(false).open(folder.file());
    let (is_full, syncs) = (Arc::default(), Arc::default());
    let file = FileBackend::new(file.unwrap()).unwrap();
    let disk = Disk { file, is_full: Arc::clone(&is_full), syncs: Arc::clone(&syncs) };
    let database = ::redb::Database::builder().create_with_backend(disk).unwrap();
    open::prepare(&database).unwrap();
    (RedbStore::with(database).unwrap(), is_full, syncs)
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_acknowledged_and_acknowledges_nothing_else() {
    let folder = Folder::new();
    let (store, is_full, _) = on_disk(&folder);
    assert!(is_done(&store.create(login(1, "alice")).await.unwrap()));
    is_full.store(true, Ordering::SeqCst);
    let error = store.create(login(2, "bob")).await.unwrap_err().to_string();
    assert!(error.contains("the session file failed"), "{error}");
    let end = End::of(id(1), EndReason::Logout, 1_600);
    store.end(end).await.unwrap_err();
    store.commit(entry(1, "cart")).await.unwrap_err();
    // Activity would wait for ever.
    store.commit(stamp(1, 1_500)).await.unwrap_err();
    // Room alone does not help: what the database has in memory may not be what is in the file.
    is_full.store(false, Ordering::SeqCst);
    let error = store.create(login(3, "bob")).await.unwrap_err().to_string();
    assert!(error.contains("until the program is restarted"), "{error}");
    drop(store);

    let store = folder.open();
    let session = live(&store, 1).await.unwrap();
    assert!(session.data.is_empty());
    assert!(live(&store, 2).await.is_none() && live(&store, 3).await.is_none());
    assert!(is_done(&store.create(login(2, "bob")).await.unwrap()));
}

/// Many operations at once cost few `fsync`s, and each of them its caller's.
#[tokio::test]
async fn operations_share_transactions() {
    let folder = Folder::new();
    let (store, _, syncs) = on_disk(&folder);
    let store = Arc::new(store);
    assert!(is_done(&store.create(login(0, "alice")).await.unwrap()));
    let before = syncs.load(Ordering::SeqCst);
    let mut logins = JoinSet::new();
    for number in 1..=200 {
        let store = Arc::clone(&store);
        // Every tenth wants a token that is taken: it fails alone.
        let create =
            if number % 10 == 0 { Create { token: token(0), ..login(number, "bob") } } else { login(number, "bob") };
        logins.spawn(async move { is_done(&store.create(create).await.unwrap()) });
    }
    let done = logins.join_all().await.into_iter().filter(|done| *done).count();
    assert_eq!(done, 180);
    let syncs = syncs.load(Ordering::SeqCst) - before;
    assert!(syncs < 100, "{syncs} fsyncs for 180 logins at once");
    assert_eq!(store.of_user(&user("bob")).await.unwrap().len(), 180);
}

/// An operation that cannot be carried out is undone alone: half of what it wrote would be worse than nothing.
#[tokio::test]
async fn one_that_fails_takes_no_other_with_it() {
    let folder = Folder::new();
    let store = Arc::new(folder.open());
    assert!(is_done(&store.create(login(1, "alice")).await.unwrap()));
    // A record that cannot be read, in the middle of the user's sessions.
    assert!(is_done(&store.create(login(2, "alice")).await.unwrap()));
    let spoil = move |state: &mut state::State<'_>| {
        state.records.insert(&id(2).0, &b"?"[..]).map_err(Fault::from)?;
        state.touch();
        Ok(())
    };
    store.writer.carry_out(spoil).await.unwrap();
    let mut all = JoinSet::new();
    for number in 10..30 {
        let (one, other) = (Arc::clone(&store), Arc::clone(&store));
        all.spawn(async move { one.create(login(number, "bob")).await.map(|_| ()) });
        let reset = Reset { user: user("alice"), except: None, reason: EndReason::Revoked, lease: None, now: 1_700 };
        all.spawn(async move { other.reset_user(reset).await.map(|_| ()) });
    }
    let failed = all.join_all().await.into_iter().filter(Result::is_err).count();
    assert_eq!(failed, 20);
    assert_eq!(store.of_user(&user("bob")).await.unwrap().len(), 20);
    assert!(live(&store, 1).await.is_some(), "the reset ended one session and then failed at the other");
}

/// If the database panics, nothing is acknowledged any more.
#[tokio::test]
async fn without_the_writing_thread_nothing_is_taken_for_written() {
    let folder = Folder::new();
    let store = folder.open();
    assert!(is_done(&store.create(login(1, "alice")).await.unwrap()));
    let fail = |_: &mut state::State<'_>| -> Result<(), Fault> { panic!("as a database might") };
    assert!(store.writer.carry_out(fail).await.unwrap_err().to_string().contains("has ended"));
    store.create(login(2, "bob")).await.unwrap_err();
    store.commit(stamp(1, 1_500)).await.unwrap_err();
    drop(store);
    assert_eq!(live(&folder.open(), 1).await.unwrap().header.last_seen, 1_000);
}

/// A dropped caller: the operation happens as a whole or not at all.
#[tokio::test]
async fn a_dropped_future_leaves_nothing_half_done() {
    let folder = Folder::new();
    let store = folder.open();
    for number in 0..200 {
        let future = store.create(login(number, "alice"));
        // Polled once, it is in the queue.
        let _unfinished = tokio::time::timeout(std::time::Duration::ZERO, future).await;
    }
    let sessions = store.of_user(&user("alice")).await.unwrap();
    for number in 0..200 {
        let is_listed = sessions.iter().any(|session| session.id == id(number));
        assert_eq!(live(&store, number).await.is_some(), is_listed, "{number}");
    }
    assert!(!sessions.is_empty());
}

/// Activity costs no write, and is seen by everybody: loads, ends, limits, the sweep.
#[tokio::test]
async fn activity_waits_in_memory_and_counts_at_once() {
    let folder = Folder::new();
    let (store, _, syncs) = on_disk(&folder);
    for number in 1..=3 {
        assert!(is_done(&store.create(login(number, "alice")).await.unwrap()));
    }
    let before = syncs.load(Ordering::SeqCst);
    for seen in 1_001..1_100 {
        assert_eq!(store.commit(stamp(1, seen)).await.unwrap(), Committed::Done { failed: 0, rotated: false });
    }
    let first = live(&store, 1).await.unwrap();
    assert_eq!((first.header.last_seen, first.header.longest_gap, first.rev), (1_099, 99, 99));
    assert_eq!(syncs.load(Ordering::SeqCst), before);
    assert_eq!(store.commit(stamp(9, 1_100)).await.unwrap(), Committed::Gone);

    let idle =
        End { record: id(1), reason: EndReason::Idle, if_unseen_since: Some((1_000, 0)), lease: None, now: 3_000 };
    assert!(matches!(store.end(idle).await.unwrap(), Ended::Alive));
    let limit = SessionLimit { most: 3, on_limit: OnLimit::EvictIdle };
    let Created::Done(claims) = store.admit(login(4, "alice"), limit).await.unwrap() else { panic!("it is admitted") };
    assert_ne!(claims[0].session.id, id(1));
    // Its deadline is 2 099 now; the index still says 2 000.
    let sweep = Sweep { due: 2_098, at_most: 99, lease: None, now: 2_098 };
    assert_eq!(store.sweep(sweep).await.unwrap().ended, 2);
    assert!(live(&store, 1).await.is_some());
    assert_eq!(store.sweep(Sweep { due: 2_099, ..sweep }).await.unwrap().ended, 1);
    assert!(store.shared.pending.is_empty());
}

#[tokio::test]
async fn activity_is_written_at_the_end_or_when_asked() {
    let folder = Folder::new();
    let store = folder.open();
    assert!(is_done(&store.create(login(1, "alice")).await.unwrap()));
    store.commit(stamp(1, 1_500)).await.unwrap();
    let in_file = |store: &RedbStore| {
        let read = store.shared.database.begin_read().unwrap();
        read::record(&read.open_table(RECORDS).unwrap(), &id(1)).unwrap().unwrap().header.last_seen
    };
    assert_eq!(in_file(&store), 1_000);
    store.flush().await.unwrap();
    assert_eq!(in_file(&store), 1_500);
    assert!(store.shared.pending.is_empty());
    store.commit(stamp(1, 1_600)).await.unwrap();
    drop(store);
    assert_eq!(in_file(&folder.open()), 1_600);
}

/// A stamp of before an authentication does not undo what that reset.
#[tokio::test]
async fn an_authentication_outlives_activity_that_waits() {
    let folder = Folder::new();
    let store = folder.open();
    assert!(is_done(&store.create(login(1, "alice")).await.unwrap()));
    store.commit(stamp(1, 1_900)).await.unwrap();
    let mut record = record(1, "alice");
    (record.header.epoch, record.header.last_seen) = (1, 1_950);
    let rotate = Rotate {
        record: id(1),
        seen: None,
        from: token(1),
        to: token(2),
        generation: None,
        if_identity: None,
        header: record.header,
        identity: record.identity,
        expiry: record.expiry,
        data: Vec::new(),
        acts_at: 1_950,
        now: 1_950,
    };
    assert_eq!(store.rotate(rotate).await.unwrap(), Rotated::Done);
    store.commit(stamp(1, 1_960)).await.unwrap();
    let session = live(&store, 2).await.unwrap();
    assert_eq!((session.header.last_seen, session.header.longest_gap), (1_950, 0));
}

/// What a newer version of the program wrote is neither changed nor taken for something else.
#[tokio::test]
async fn a_record_of_a_later_version_is_left_alone() {
    let folder = Folder::new();
    let store = folder.open();
    assert!(is_done(&store.create(login(1, "alice")).await.unwrap()));
    let later = rmp_serde::to_vec(&(9_u16, id(1).0, "who knows")).unwrap();
    let bytes = later.clone();
    let replace = move |state: &mut state::State<'_>| {
        state.records.insert(&id(1).0, bytes.as_slice()).map_err(Fault::from)?;
        state.touch();
        Ok(())
    };
    store.writer.carry_out(replace).await.unwrap();
    assert_eq!(live(&store, 1).await.unwrap().header.version, 9);
    for error in [
        store.commit(stamp(1, 1_500)).await.unwrap_err(),
        store.commit(entry(1, "cart")).await.unwrap_err(),
        store.set_role(SetRole { user: user("alice"), role: None, now: 1_500 }).await.unwrap_err(),
    ] {
        assert!(error.to_string().contains("format 9"), "{error}");
    }
    let sweep = Sweep { due: 1 << 50, at_most: 9, lease: None, now: 1 << 50 };
    assert_eq!(store.sweep(sweep).await.unwrap().ended, 0);
    let read = store.shared.database.begin_read().unwrap();
    assert_eq!(read.open_table(RECORDS).unwrap().get(&id(1).0).unwrap().unwrap().value(), later);
    drop(read);
    // But whoever resets a user's sessions resets all of them.
    let reset = Reset { user: user("alice"), except: None, reason: EndReason::Revoked, lease: None, now: 1_700 };
    assert_eq!(store.reset_user(reset).await.unwrap().ended, 1);
    let dead = store.load(Load { token: token(1), now: 1_800 }).await.unwrap();
    assert!(matches!(dead, Loaded::Ended(EndReason::Revoked)), "{dead:?}");
    assert!(store.of_user(&user("alice")).await.unwrap().is_empty());
}

/// Nothing is kept for ever: when all is over and its time is up, the tables are empty.
#[tokio::test]
async fn what_is_over_is_forgotten() {
    let folder = Folder::new();
    let store = folder.open();
    for number in 0..50_u32 {
        let supersede = (number % 3 == 0).then(|| token(number.saturating_sub(1)));
        assert!(is_done(&store.create(Create { supersede, ..login(number, "alice") }).await.unwrap()));
        let successor = Successor { from: token(number), to: token(1_000 + number), grace_until: 1_010 };
        store.commit(Commit { successor: Some(successor), ..Commit::of(id(number), 1_000) }).await.unwrap();
        live(&store, 1_000 + number).await.unwrap();
    }
    let reset = Reset { user: user("alice"), except: None, reason: EndReason::Revoked, lease: Some(9_000), now: 1_700 };
    store.reset_user(reset).await.unwrap();
    for now in [200_000, 9 * TOMBSTONE_KEPT_MS] {
        while store.sweep(Sweep { due: now, at_most: 10, lease: None, now }).await.unwrap().next.is_some() {}
    }
    let left = |state: &mut state::State<'_>| {
        use ::redb::ReadableTableMetadata;
        let tables = [
            state.records.len(),
            state.tokens.len(),
            state.users.len(),
            state.deadlines.len(),
            state.gone.len(),
            state.claims.len(),
            state.leases.len(),
            state.generations.len(),
            state.due.len(),
        ];
        tables.into_iter().map(|length| length.map_err(Fault::from)).collect::<Result<Vec<_>, _>>()
    };
    assert_eq!(store.writer.carry_out(left).await.unwrap(), [0; 9]);
}

#[cfg(feature = "conformance")]
mod against_the_model;

/// A claim of an end that this version knows nothing of: the others are handed out, and it is not asked for in every round.
#[tokio::test]
async fn a_claim_that_cannot_be_read_keeps_no_other_waiting() {
    let folder = Folder::new();
    let store = folder.open();
    for number in [1, 2] {
        store.create(login(number, "alice")).await.unwrap();
        let end = End {
            record: id(number),
            reason: EndReason::Logout,
            if_unseen_since: None,
            lease: Some(2_000),
            now: 1_500,
        };
        assert!(matches!(store.end(end).await.unwrap(), Ended::Done(_)));
    }
    store.writer.carry_out(|state| state.lease_again(&id(1).0, b"of a later version", 1_000)).await.unwrap();
    for (now, lease) in [(5_000, 9_000), (9_000, 12_000)] {
        let claims = store.reclaim(Reclaim { at_most: 9, lease, now }).await.unwrap();
        assert_eq!(claims.iter().map(|claim| claim.session.id).collect::<Vec<_>>(), [id(2)]);
        assert!(store.reclaim(Reclaim { at_most: 9, lease, now }).await.unwrap().is_empty());
    }
    store.settle(vec![id(1), id(2)]).await.unwrap();
    assert!(store.reclaim(Reclaim { at_most: 9, lease: 99_000, now: 50_000 }).await.unwrap().is_empty());
}
