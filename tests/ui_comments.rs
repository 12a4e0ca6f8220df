//! The `//~ ERROR` comments let a case of `ui/` be read alone. Here they are held to what the compiler said, error by
//! error and line by line, and the cases are counted.
//!
//! | comment | the error is on |
//! |---|---|
//! | `//~ ERROR …` | its own line |
//! | `//~^ ERROR …` | the line above; `^^` two above |
//! | `//~v ERROR …` | the line below |
//! | `//~\| ERROR …` | the line of the comment before it |
//!
//! In `ui/pass/`, `//~ NEXT TO rule` stands above what comes close to breaking a rule and does not.
//!
//! `…` is how the message begins. An error that is not ours, that is, whose message does not end with the id of a rule in
//! brackets, is announced by `RUSTC ERROR`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What must be there at least: attributes that fail, and rules that they show.
const FEWEST: (usize, usize) = (150, 40);

/// Rules whose keys this version refuses in every form: what would be right is not supported. Their neighbours are
/// among the random attributes of `session-policy-macros/src/tests/oracle/`.
const NO_NEIGHBOUR: &[&str] =
    &["end-on-ip-mismatch", "header-name", "ip-prefix", "user-agent-exact", "warn-not-below-idle", "warn-too-short"];

/// What rustc puts before a message of ours that a constant or a lint carries.
const CARRIERS: &[&str] = &["evaluation panicked: ", "use of deprecated constant `"];

/// An attribute of ours begins so, or the item that our derive is on.
const ATTRIBUTES: &[&str] = &["#[session", "#[cookie", "#[data", "#[derive", "#[sp::"];

/// One error, as it is announced in the source or as the compiler printed it.
#[derive(Debug, PartialEq, Eq)]
struct Error {
    line: usize,
    ours: bool,
    text: String,
}

/// The announcements of a source.
fn announced(source: &str) -> Vec<Error> {
    let mut all: Vec<Error> = Vec::new();
    for (number, text) in source.lines().enumerate().map(|(i, text)| (i + 1, text)) {
        let Some((_, comment)) = text.split_once("//~") else { continue };
        let words = comment.trim_start_matches(['^', 'v', '|']);
        let marks = comment.strip_suffix(words).unwrap();
        let line = match marks.chars().next() {
            None => number,
            Some('|') => all.last().unwrap_or_else(|| panic!("line {number}: `|` without a comment before it")).line,
            Some('v') => number + marks.len(),
            Some(_) => number - marks.len(),
        };
        let (ours, text) = match words.trim_start().strip_prefix("RUSTC ") {
            Some(rest) => (false, rest),
            None => (true, words.trim_start()),
        };
        let text = text.strip_prefix("ERROR").unwrap_or_else(|| panic!("line {number}: neither ERROR nor RUSTC ERROR"));
        let text = text.trim().to_owned();
        assert!(!text.is_empty(), "line {number}: says nothing");
        all.push(Error { line, ours, text });
    }
    all
}

/// The errors of a `.stderr`.
fn printed(words: &str) -> Vec<Error> {
    let mut all = Vec::new();
    let mut lines = words.lines();
    while let Some(line) = lines.next() {
        let Some((head, mut text)) = line.split_once(": ").filter(|(head, _)| is_error(head)) else { continue };
        for carrier in CARRIERS {
            if let Some(rest) = text.strip_prefix(carrier) {
                text =
                    if carrier.ends_with('`') { rest.split_once("`: ").map_or(text, |(_, text)| text) } else { rest };
            }
        }
        let place = lines.by_ref().find_map(|line| line.trim_start().strip_prefix("--> "));
        let mut place = place.unwrap_or_else(|| panic!("{head} without a place")).rsplit(':').skip(1);
        let line = place.next().unwrap().parse().unwrap();
        all.push(Error { line, ours: rule(text).is_some(), text: text.to_owned() });
    }
    all
}

fn is_error(head: &str) -> bool {
    head == "error" || head.starts_with("error[") && head.ends_with(']')
}

/// `idle-not-below-absolute` of `… [idle-not-below-absolute]`.
fn rule(text: &str) -> Option<&str> {
    let (_, id) = text.strip_suffix(']')?.rsplit_once(" [")?;
    (!id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')).then_some(id)
}

/// Where the two differ; nothing if every announcement is an error and every error is announced.
fn differences(announced: &[Error], printed: &[Error]) -> Vec<String> {
    let mut left: Vec<&Error> = printed.iter().collect();
    let mut wrong = Vec::new();
    // The longest first, so that a short beginning does not take another's error.
    let mut announced: Vec<&Error> = announced.iter().collect();
    announced.sort_by_key(|error| std::cmp::Reverse(error.text.len()));
    for error in announced {
        let same = |other: &&Error| {
            other.line == error.line && other.ours == error.ours && other.text.starts_with(&error.text)
        };
        match left.iter().position(same) {
            Some(found) => drop(left.remove(found)),
            None => wrong.push(format!("line {}: the compiler does not say {:?}", error.line, error.text)),
        }
    }
    wrong.extend(left.iter().map(|error| format!("line {}: no comment says {:?}", error.line, error.text)));
    wrong
}

/// The lines at which the attributes begin that have these errors: the cases of a file.
fn cases(source: &str, errors: &[Error]) -> BTreeSet<usize> {
    let lines: Vec<&str> = source.lines().collect();
    let attribute = |error: &Error| {
        let above = lines.iter().take(error.line).rposition(|line| {
            let line = line.trim_start();
            ATTRIBUTES.iter().any(|name| line.starts_with(name))
        });
        above.map(|i| i + 1)
    };
    errors.iter().filter_map(attribute).collect()
}

/// Every source in the folders of `ui/`, but those that must compile.
fn sources() -> Vec<PathBuf> {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let folders = fs::read_dir(ui).unwrap().map(|entry| entry.unwrap().path());
    let folders = folders.filter(|path| path.is_dir() && !path.ends_with("pass"));
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let mut sources: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ext| ext == "rs")).collect();
    sources.sort();
    sources
}

#[test]
fn every_error_is_announced_and_every_announcement_is_an_error() {
    let mut wrong = Vec::new();
    for path in sources() {
        let source = fs::read_to_string(&path).unwrap();
        let words = fs::read_to_string(path.with_extension("stderr")).unwrap_or_default();
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display();
        let announced = announced(&source);
        if announced.is_empty() {
            wrong.push(format!("{name}: no comment says what is wrong"));
        }
        wrong.extend(differences(&announced, &printed(&words)).iter().map(|text| format!("{name}: {text}")));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn there_are_enough_cases_and_rules() {
    let (mut attributes, mut messages, mut rustc, mut rules) = (0, 0, 0, BTreeSet::new());
    for path in sources() {
        let source = fs::read_to_string(&path).unwrap();
        let errors = printed(&fs::read_to_string(path.with_extension("stderr")).unwrap_or_default());
        attributes += cases(&source, &errors).len();
        messages += errors.len();
        rustc += errors.iter().filter(|error| !error.ours).count();
        rules.extend(errors.iter().filter_map(|error| rule(&error.text)).map(str::to_owned));
    }
    println!("{attributes} attributes fail, with {messages} errors ({rustc} of them rustc's) of {} rules", rules.len());
    assert!(FEWEST.0 <= attributes, "{attributes} attributes fail, {} are wanted", FEWEST.0);
    assert!(FEWEST.1 <= rules.len(), "{} rules are shown, {} are wanted", rules.len(), FEWEST.1);
}

/// The rules that a file of `ui/pass/` has a neighbour for: `//~ NEXT TO rule another-rule`.
fn neighbours(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| line.trim().strip_prefix("//~ NEXT TO ")).flat_map(str::split_whitespace)
}

#[test]
fn every_rule_has_a_neighbour_that_passes() {
    let shown: BTreeSet<String> = sources()
        .iter()
        .flat_map(|path| printed(&fs::read_to_string(path.with_extension("stderr")).unwrap_or_default()))
        .filter_map(|error| rule(&error.text).map(str::to_owned))
        .collect();
    let pass = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/pass")).unwrap();
    let pass: String = pass.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let beside: BTreeSet<&str> = neighbours(&pass).collect();
    let alone: Vec<&String> =
        shown.iter().filter(|rule| !beside.contains(rule.as_str()) && !NO_NEIGHBOUR.contains(&rule.as_str())).collect();
    assert!(alone.is_empty(), "no policy of ui/pass/ is next to {alone:?}");
    let unknown: Vec<&&str> = beside.iter().filter(|rule| !shown.contains(**rule)).collect();
    assert!(unknown.is_empty(), "no case of ui/ shows {unknown:?}");
}

/// What the pages say that the compiler says: `// error: how the message begins …`.
#[test]
fn the_pages_quote_the_compiler() {
    let texts: Vec<String> = sources()
        .iter()
        .flat_map(|path| printed(&fs::read_to_string(path.with_extension("stderr")).unwrap_or_default()))
        .map(|error| error.text)
        .collect();
    let docs = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../session-policy/docs")).unwrap();
    let pages: String = docs.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let quotes: Vec<&str> = pages.lines().filter_map(|line| line.trim().strip_prefix("// error: ")).collect();
    assert!(quotes.len() >= 8, "the pages show {} errors", quotes.len());
    for quote in quotes {
        let (begins, ends) = quote.split_once(" …").unwrap_or((quote, ""));
        let ends = ends.trim_end_matches([' ', '…']);
        let said = texts.iter().any(|text| text.starts_with(begins.trim_end_matches(';')) && text.contains(ends));
        assert!(said, "the compiler does not say {quote:?}");
    }
}

/// This checker tells right from wrong.
#[test]
fn differences_are_found() {
    let source = "#[session(idel = \"1\")]\n//~^ ERROR unknown key `idel`\n//~| ERROR\tthe unit\nfn f() {} //~ RUSTC ERROR mis\n";
    let says = announced(source);
    let words = "error: unknown key `idel` [unknown-key]\n --> ui/x.rs:1:1\n  |\n\n\
                 error[E0080]: evaluation panicked: the unit is missing [duration]\n --> ui/x.rs:1:9\n\n\
                 error[E0308]: mismatched types\n --> ui/x.rs:4:1\n";
    assert_eq!(
        says.iter().map(|error| (error.line, error.ours)).collect::<Vec<_>>(),
        [(1, true), (1, true), (4, false)]
    );
    assert_eq!(differences(&says, &printed(words)), Vec::<String>::new());
    assert_eq!(cases(source, &printed(words)), BTreeSet::from([1]));

    for (from, to) in [
        (":1:9", ":2:9"),
        ("[duration]", ""),
        ("mismatched types", "mismatched types [duration]"),
        ("unknown key", "Unknown key"),
        ("error[E0308]: mismatched types\n --> ui/x.rs:4:1\n", ""),
        ("error[E0308]", "error: surplus [syntax]\n --> ui/x.rs:1:1\nerror[E0308]"),
    ] {
        let changed = words.replace(from, to);
        assert_ne!(changed, words, "{from}");
        assert!(!differences(&says, &printed(&changed)).is_empty(), "{from} to {to}");
    }
}
