//! What the compiler says: one file per mistake in `ui/<cause>/`, its words in the `.stderr` beside it, and programs that
//! must compile in `ui/pass/`. To write new words: `TRYBUILD=overwrite cargo test -p session-policy-tests --test ui`; then
//! read every changed `.stderr` aloud. `ui_comments.rs` holds the `//~ ERROR` comments to them.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folders of `ui/`, one per cause.
fn causes() -> Vec<PathBuf> {
    let ui = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")).unwrap();
    let mut causes: Vec<PathBuf> = ui.map(|entry| entry.unwrap().path()).collect();
    causes.retain(|path| path.is_dir() && !path.ends_with("pass"));
    causes.sort();
    causes
}

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    for cause in causes() {
        let name = cause.file_name().unwrap().to_str().unwrap();
        cases.compile_fail(format!("ui/{name}/*.rs"));
    }
}
