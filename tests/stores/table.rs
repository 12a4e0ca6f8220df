//! The cases and the stores, as a table.

use std::{fmt::Write as _, thread};

use session_policy::store::conformance::{CASES, Report, Verdict, run_all};

#[test]
fn table() {
    // Side by side: a store that keeps files mostly waits.
    let reports: Vec<(&str, Report)> = thread::scope(|scope| {
        let run = |(name, stores): &(&'static str, fn() -> super::Stores)| {
            let (name, stores) = (*name, *stores);
            let report = thread::Builder::new().name(name.to_owned());
            (name, report.spawn_scoped(scope, move || run_all(&stores())).unwrap())
        };
        let running: Vec<_> = super::STORES.iter().map(run).collect();
        running.into_iter().map(|(name, report)| (name, report.join().unwrap())).collect()
    });
    print(&reports);
    for (name, report) in &reports {
        assert_eq!(report.outcomes.len(), CASES.len());
        assert!(report.passed(), "{name}: {report}");
    }
}

#[allow(clippy::print_stdout, reason = "the table is what one runs this test for")]
fn print(reports: &[(&str, Report)]) {
    let mut text = format!("\n{:<58}", "case");
    for (name, _) in reports {
        _ = write!(text, " {name:>8}");
    }
    for (n, case) in CASES.iter().enumerate() {
        _ = write!(text, "\n{:<58}", case.name);
        for (name, report) in reports {
            let mark = match report.outcomes[n].verdict {
                Verdict::Passed => "ok",
                Verdict::NotProvided => "-",
                _ => "FAILED",
            };
            _ = write!(text, " {mark:>0$}", name.len().max(8));
        }
    }
    _ = write!(text, "\n{:<58}", "failed");
    for (name, report) in reports {
        _ = write!(text, " {:>1$}", report.failures().count(), name.len().max(8));
    }
    println!("{text}");
}
