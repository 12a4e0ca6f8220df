//! What the compiler says: one file per mistake in `ui/<cause>/`, its words in the `.stderr` beside it, and programs that
//! must compile in `ui/pass/`. To write new words: `TRYBUILD=overwrite cargo test -p session-policy-tests --test ui`; then
//! read every changed `.stderr` aloud.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folders of `ui/`, one per cause; what must compile stands in `pass`.
fn causes() -> Vec<PathBuf> {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let folders = fs::read_dir(ui).unwrap().map(|entry| entry.unwrap().path());
    let mut causes: Vec<PathBuf> = folders.filter(|folder| folder.is_dir() && !folder.ends_with("pass")).collect();
    causes.sort();
    causes
}

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    for cause in causes() {
        // Relative, because the compiler's words contain the path.
        let cause = cause.file_name().unwrap().to_str().unwrap().to_owned();
        cases.compile_fail(format!("ui/{cause}/*.rs"));
    }
}

/// The `//~ ERROR` comments let a case be read alone; they say what the compiler says.
#[test]
fn comments_are_true() {
    for folder in causes() {
        for case in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if case.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&case).unwrap();
                let words = fs::read_to_string(case.with_extension("stderr")).unwrap();
                let comments = source.lines().filter_map(|line| line.split_once("//~")?.1.split_once(" ERROR"));
                let comments: Vec<&str> = comments.map(|(_, comment)| comment.trim()).collect();
                assert!(!comments.is_empty(), "{}: no comment says what is wrong", case.display());
                for comment in comments {
                    assert!(words.contains(comment), "{}: the compiler does not say {comment:?}", case.display());
                }
            }
        }
    }
}
