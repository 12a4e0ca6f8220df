//! One case, and how it is run.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use super::{CASES, Stores};

/// One case of the suite.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Case {
    /// Its name, which is also the name of its test.
    pub name: &'static str,
    /// What must hold, in a sentence.
    pub about: &'static str,
    /// What a store must be for it.
    pub needs: Needs,
    /// Runs it on fresh stores.
    pub(super) run: fn(&Stores) -> Pin<Box<dyn Future<Output = ()> + '_>>,
}

/// What a store must be for a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// A [`Store`](crate::store::Store).
    Store,
    /// A [`ByUser`](crate::store::ByUser).
    ByUser,
    /// An [`Admit`](crate::store::Admit).
    Admit,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("name", &self.name).field("needs", &self.needs).finish()
    }
}

/// How long a case may take. Each takes milliseconds in memory; one that waits for ever must not hang a build.
const AT_MOST: Duration = Duration::from_secs(300);

impl Case {
    /// Runs the case in a runtime of its own.
    ///
    /// # Panics
    /// If the store does not keep the contract: this is a test.
    pub fn run(&self, stores: &Stores) {
        run(self.name, (self.run)(stores));
    }
}

/// Runs a case to its end, in a runtime of its own.
pub(super) fn run(name: &str, case: impl Future<Output = ()>) {
    // A panic on one of its threads tells whose it is.
    let name = std::thread::current().name().unwrap_or(name).to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .thread_name(name)
        .enable_all()
        .build()
        .expect("a runtime for the test");
    runtime.block_on(async {
        let in_time = tokio::time::timeout(AT_MOST, case).await;
        assert!(in_time.is_ok(), "it did not come to an end within {AT_MOST:?}");
    });
    // Whatever a cancelled operation left behind need not be waited for.
    runtime.shutdown_background();
}

/// Runs the case of this name.
///
/// # Panics
/// If the store does not keep the contract, or there is no such case: this is a test.
///
/// ```
/// use session_policy::store::conformance::{ModelStore, Stores, check};
/// check("create_is_exclusive", &Stores::full(|| async { ModelStore::new() }));
/// ```
pub fn check(name: &str, stores: &Stores) {
    let case = CASES.iter().find(|case| case.name == name);
    case.unwrap_or_else(|| panic!("there is no case {name}")).run(stores);
}
