//! What the fault tables of the remote stores share: the sessions that everything is tried on, and the words of a row.

use session_policy::store::{Admit, Loaded, StoreError};

use crate::samples::{MINUTE, NOW, create, end, load, succeed};

/// Alice has two sessions, Bob one with a successor that nobody has presented; one that ended has a claim that is due; one
/// is dead and waits for the sweep.
pub(crate) async fn prepare(store: &impl Admit) {
    for n in [1, 2] {
        store.create(create(n, Some("alice"), NOW + n)).await.expect("an answer");
    }
    store.create(create(3, Some("bob"), NOW)).await.expect("an answer");
    store.commit(succeed(3, 3, 33, NOW)).await.expect("an answer");
    store.create(create(4, None, NOW)).await.expect("an answer");
    let mut claimed = end(4, NOW);
    claimed.lease = Some(NOW + 1);
    store.end(claimed).await.expect("an answer");
    let mut dead = create(5, None, NOW);
    dead.record.expiry.absolute_at = NOW + 5;
    store.create(dead).await.expect("an answer");
}

/// What the tokens open; not how often it was written.
pub(crate) async fn sessions(store: &impl Admit) -> String {
    let mut text = String::new();
    for n in [1, 2, 3, 5, 7, 11, 33] {
        let mut loaded = store.load(load(n, NOW + MINUTE)).await.expect("an answer");
        if let Loaded::Live(snapshot) = &mut loaded {
            snapshot.rev = 0;
        }
        text += &format!("{n}: {loaded:#?}\n");
    }
    text
}

/// One word for what the caller saw.
pub(crate) fn seen(outcome: &Result<String, StoreError>) -> &'static str {
    match outcome {
        Ok(said) if said == "Full" => "Full",
        Ok(_) => "the answer",
        Err(error) if error.to_string().contains("no answer within") => "StoreError (time)",
        Err(_) => "StoreError",
    }
}

pub(crate) fn row(operation: &str, fault: &str, saw: &str, held: &str, again: &str) {
    println!("| {operation:<19} | {fault:<38} | {saw:<17} | {held:<16} | {again:<34} |");
}
