//! The whole suite on one store, as data.

use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{CASES, Case, Stores};

/// What the suite says about a store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// One for each of [`CASES`], in their order.
    pub outcomes: Vec<Outcome>,
}

/// How one case went.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The case.
    pub case: &'static Case,
    /// How it went.
    pub verdict: Verdict,
}

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The store does what it must.
    Passed,
    /// It does not, and this is what was seen.
    Failed(String),
    /// The store is not what the case needs.
    NotProvided,
}

impl Report {
    /// Whether nothing failed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The cases that failed, and what was seen.
    pub fn failures(&self) -> impl Iterator<Item = (&'static Case, &str)> {
        self.outcomes.iter().filter_map(|outcome| match &outcome.verdict {
            Verdict::Failed(what) => Some((outcome.case, what.as_str())),
            Verdict::Passed | Verdict::NotProvided => None,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failures = self.failures().count();
        writeln!(f, "{failures} of {} cases failed", self.outcomes.len())?;
        for (case, what) in self.failures() {
            writeln!(f, "{}: {}\n    {what}", case.name, case.about)?;
        }
        Ok(())
    }
}

/// Runs every case that the store is meant for. A case that fails does not keep the others from running; what it panics with
/// is in the report (and, by the standard panic hook, on standard error).
#[must_use]
pub fn run_all(stores: &Stores) -> Report {
    let outcome = |case: &'static Case| Outcome { case, verdict: verdict(case, stores) };
    Report { outcomes: CASES.iter().map(outcome).collect() }
}

fn verdict(case: &Case, stores: &Stores) -> Verdict {
    if case.needs > stores.provides() {
        return Verdict::NotProvided;
    }
    match catch_unwind(AssertUnwindSafe(|| case.run(stores))) {
        Ok(()) => Verdict::Passed,
        Err(panic) => Verdict::Failed(message(&*panic)),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}
