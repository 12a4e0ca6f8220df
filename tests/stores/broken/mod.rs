//! Stores with one fault each. Each is the model behind a wrapper that spoils something on the way; the suite must catch
//! every one of them, or it proves nothing about those that it passes.

mod ends;
mod logins;
mod rotations;
mod times;
mod wrapper;
mod writes;

use std::{
    fmt::Write as _,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
};

use session_policy::store::conformance::{CASES, Case, Stores};

use wrapper::{Broken, Fault};

/// It would catch almost all of them: only those that nothing else catches are left to it.
const RANDOM: &str = "random_operations_agree_with_the_model";

/// What is wrong with it, and the stores.
type Row = (&'static str, Stores);

fn broken<F: Fault + Default>(what: &'static str) -> Row {
    (what, Stores::full(|| async { Broken::<F>::default() }))
}

/// All of them, in the order of the suite.
fn all() -> Vec<Row> {
    let parts = [logins::all(), writes::all(), rotations::all(), ends::all(), times::all()];
    parts.into_iter().flatten().collect()
}

#[test]
fn every_broken_store_is_caught() {
    quietly();
    let mut table = String::new();
    let mut passed = Vec::new();
    for (what, stores) in all() {
        let caught = |case: &&Case| catch_unwind(AssertUnwindSafe(|| case.run(&stores))).is_err();
        let (random, rest): (Vec<_>, Vec<_>) = CASES.iter().partition(|case| case.name == RANDOM);
        match rest.into_iter().chain(random).find(caught) {
            Some(case) => _ = writeln!(table, "{what:<72} {}", case.name),
            None => passed.push(what),
        }
    }
    print(&table);
    assert!(passed.is_empty(), "the suite does not see what is wrong with these: {passed:#?}");
}

/// A wrapper that spoils nothing passes: what is caught above is the fault, not the wrapper.
#[test]
fn the_wrapper_alone_passes() {
    #[derive(Debug, Default)]
    struct Nothing;
    impl Fault for Nothing {}

    let report = session_policy::store::conformance::run_all(&broken::<Nothing>("nothing").1);
    assert!(report.passed(), "{report}");
}

/// The cases of this test fail hundreds of times on purpose. Their threads bear the test's name.
fn quietly() {
    let usual = take_hook();
    set_hook(Box::new(move |panic| {
        let thread = std::thread::current();
        if !thread.name().is_some_and(|name| name.ends_with("every_broken_store_is_caught")) {
            usual(panic);
        }
    }));
}

#[allow(clippy::print_stdout, reason = "the table is what one runs this test for")]
fn print(table: &str) {
    println!("\n{:<72} caught by\n{table}", "what is wrong");
}
