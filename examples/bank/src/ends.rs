//! The sessions that ended, for whoever watches a bank with a test clock, and a hook that hangs if they say so.

use std::{
    collections::VecDeque,
    future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::json;
use session_policy::{sessions::EndedSession, store::UserId};

/// Older ends are forgotten, so that nobody can fill the memory.
const MOST: usize = 10_000;

/// One line of JSON for each end, oldest first; and whether hooks hang.
#[derive(Clone, Default)]
pub(crate) struct Ends(Arc<Shared>);

#[derive(Default)]
struct Shared {
    lines: Mutex<VecDeque<String>>,
    hang: AtomicBool,
}

impl Ends {
    /// Adds an end.
    pub(crate) fn keep(&self, end: &EndedSession) {
        let user = end.user().map(UserId::as_str);
        let line = json!({ "end": end.id(), "reason": end.reason().as_str(), "user": user }).to_string();
        let mut lines = self.lines();
        if lines.len() >= MOST {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// Whether hooks that are called from now on never return by themselves.
    pub(crate) fn hang(&self, hang: bool) {
        self.0.hang.store(hang, Ordering::SeqCst);
    }

    /// Where the hook waits, after its end was added: not at all, or for ever.
    pub(crate) async fn wait(&self) {
        if self.0.hang.load(Ordering::SeqCst) {
            future::pending::<()>().await;
        }
    }

    /// All of them, each with a line break behind it.
    pub(crate) fn text(&self) -> String {
        self.lines().iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }

    /// Whole lines, also after a panic.
    fn lines(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
