//! Every operation once, on sessions that were prepared for it.

use std::fmt::Debug;

use session_policy::store::{
    Admit, ClockReport, EndReason, OnLimit, Reclaim, Reset, ResetEveryone, SessionLimit, SetRole, Snapshot, StoreError,
    Sweep,
};

use crate::samples::{MINUTE, NOW, create, end, id, load, rotate, succeed, token, user, write};

pub(crate) const OPERATIONS: [&str; 20] = [
    "create",
    "create (supersedes)",
    "admit (evicts)",
    "load",
    "load (confirms)",
    "commit",
    "commit (seen)",
    "commit (rotates)",
    "rotate",
    "end",
    "end (claims)",
    "sweep",
    "reclaim",
    "settle",
    "report_clock",
    "generation",
    "of_user",
    "reset_user",
    "reset_everyone",
    "set_role",
];

/// Those that change nothing.
pub(crate) const READS: [&str; 3] = ["load", "generation", "of_user"];

/// Runs the operation; `seen` is session 1 as it was loaded before. Its outcome as text.
pub(crate) async fn run(store: &impl Admit, seen: &Snapshot, operation: &str) -> Result<String, StoreError> {
    fn text<T: Debug>(outcome: Result<T, StoreError>) -> Result<String, StoreError> {
        outcome.map(|outcome| format!("{outcome:?}"))
    }
    let now = NOW + MINUTE;
    match operation {
        "create" => text(store.create(create(7, Some("carol"), now)).await),
        "create (supersedes)" => {
            let mut login = create(7, Some("alice"), now);
            login.supersede = Some(token(3));
            login.lease = Some(now + MINUTE);
            text(store.create(login).await)
        }
        "admit (evicts)" => {
            let limit = SessionLimit { most: 2, on_limit: OnLimit::EvictOldest };
            text(store.admit(create(7, Some("alice"), now), limit).await)
        }
        "load" => text(store.load(load(1, now)).await),
        "load (confirms)" => text(store.load(load(33, now)).await),
        "commit" => text(store.commit(write(1, "cart", now)).await),
        "commit (seen)" => {
            let mut commit = write(1, "cart", now);
            commit.seen = Some(Box::new(seen.clone()));
            text(store.commit(commit).await)
        }
        "commit (rotates)" => {
            let mut commit = succeed(1, 1, 11, now);
            commit.seen = Some(Box::new(seen.clone()));
            text(store.commit(commit).await)
        }
        "rotate" => text(store.rotate(rotate(seen, 1, 11, now)).await),
        "end" => text(store.end(end(1, now)).await),
        "end (claims)" => {
            let mut claimed = end(1, now);
            claimed.lease = Some(now + MINUTE);
            text(store.end(claimed).await)
        }
        "sweep" => text(store.sweep(Sweep { due: NOW + 10, at_most: 10, lease: None, now }).await),
        "reclaim" => text(store.reclaim(Reclaim { at_most: 5, lease: now + MINUTE, now }).await),
        "settle" => text(store.settle(vec![id(4)]).await),
        "report_clock" => text(store.report_clock(ClockReport { engine: 9, now }).await),
        "generation" => text(store.generation(&user("alice")).await),
        "of_user" => text(store.of_user(&user("alice")).await),
        "reset_user" => {
            let reason = EndReason::CredentialChanged;
            text(store.reset_user(Reset { user: user("alice"), except: Some(id(2)), reason, lease: None, now }).await)
        }
        "reset_everyone" => {
            let reason = EndReason::Revoked;
            text(store.reset_everyone(ResetEveryone { reason, after: None, at_most: 10, lease: None, now }).await)
        }
        "set_role" => text(store.set_role(SetRole { user: user("alice"), role: Some("clerk".into()), now }).await),
        other => panic!("{other}"),
    }
}

/// What may be in an error: neither ids of tokens and records, nor users, nor data.
pub(crate) fn holds_no_values(error: &StoreError) {
    let mut text = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    for value in ["d7d7", "215, 215", "e3e3", "227, 227", "alice", "carol", "6461726b", "dark"] {
        assert!(!text.contains(value), "`{value}` is in {text}");
    }
}
