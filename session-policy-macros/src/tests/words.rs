//! Every rule has a UI test, and every message its style.

use std::{fs, path::Path};

use crate::rules::ids;

/// All `.stderr` of `tests/ui`.
fn stderr(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            stderr(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "stderr") {
            all.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_rule_is_seen_in_the_ui_tests() {
    let mut all = String::new();
    stderr(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui"), &mut all);
    let missing: Vec<_> = ids::ALL
        .iter()
        .filter(|row| !super::catalogue::is_hidden(row))
        .map(|row| row.id)
        .filter(|id| !all.contains(&format!("[{id}]")))
        .collect();
    assert!(missing.is_empty(), "no UI test shows {missing:?}");
}

#[test]
fn every_message_has_the_style_of_the_compiler() {
    let mut all = String::new();
    stderr(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui"), &mut all);
    for line in all.lines().filter(|line| line.starts_with("error") && line.ends_with(']')) {
        let text = line.trim_start_matches("error: ").trim_start_matches("error[E0080]: evaluation panicked: ");
        let (text, id) = text.rsplit_once(" [").unwrap();
        assert!(!text.starts_with(|c: char| c.is_uppercase()), "{line}");
        assert!(!text.ends_with('.'), "{line}");
        let id = id.trim_end_matches(']');
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{line}");
    }
}
