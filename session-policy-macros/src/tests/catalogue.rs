//! The catalogue is true: every example breaks its rule, every neighbour does not, and the reference pages say the same.

use std::fmt::Write as _;

use expect_test::expect_file;
use proc_macro2::{TokenStream, TokenTree};

use crate::{
    args::Word as _,
    args::{SessionArgs, Where, entries},
    ctxt::Ctxt,
    duration::show,
    profiles::{Known, PROFILES, What},
    rules::ids::{self, By, Grade, Row},
};

/// Rules that cannot be broken alone, because the figures of two others leave no room.
const IN_COMPANY: &[&str] = &["grace-not-below-rotate-every"];

/// An example with the item that it stands above.
fn whole(example: &str) -> String {
    let alone = example.ends_with(']') && !example.contains("] ");
    match example {
        _ if !alone => example.to_owned(),
        _ if example.starts_with("#[cookie") => format!("{example} struct AppCookie;"),
        _ if example.starts_with("#[data") => format!("{example} struct Cart;"),
        _ => format!("{example} async fn page() {{}}"),
    }
}

/// What the macros make of it.
fn expand(example: &str) -> String {
    let text = whole(example);
    let tokens: TokenStream = text.parse().unwrap();
    let declares = tokens
        .clone()
        .into_iter()
        .any(|token| matches!(&token, TokenTree::Ident(word) if word == "struct" || word == "enum"));
    let output = if text.starts_with("#[cookie") {
        crate::expand::derive_cookie(tokens)
    } else if text.starts_with("#[data") {
        crate::expand::derive_data(tokens)
    } else if declares {
        crate::expand::derive_policy(tokens)
    } else {
        let mut tokens = tokens.into_iter();
        let (_, attribute) = (tokens.next(), tokens.next().unwrap());
        let TokenTree::Group(attribute) = attribute else { panic!("{text}") };
        let args = match attribute.stream().into_iter().nth(1) {
            Some(TokenTree::Group(args)) => args.stream(),
            _ => TokenStream::new(),
        };
        crate::expand::attribute("axum", args, tokens.collect())
    };
    output.to_string()
}

/// Whether its warning cannot be seen, because what it is about is not supported.
pub(super) fn is_hidden(row: &Row) -> bool {
    row.grade == Grade::Warning && expand(row.fails).contains("[not-supported]")
}

/// The warnings of an attribute, also where it has errors.
fn warnings(example: &str) -> String {
    let tokens: TokenStream = example.parse().unwrap();
    let Some(TokenTree::Group(attribute)) = tokens.into_iter().nth(1) else { panic!("{example}") };
    let Some(TokenTree::Group(args)) = attribute.stream().into_iter().nth(1) else { panic!("{example}") };
    let cx = Ctxt::new();
    let args = SessionArgs::read(&cx, Where::Base, entries(&cx, args.stream()));
    crate::expand::judged(&cx, args, None);
    let texts: Vec<String> = cx.warnings().into_iter().map(|warning| warning.text).collect();
    drop(cx.finish());
    texts.join("\n")
}

fn says(output: &str, row: &Row) -> bool {
    output.contains(&format!("[{}]", row.id))
        && output.contains(if row.grade == Grade::Warning { "deprecated" } else { "compile_error" })
}

#[test]
fn examples_break_their_rule_and_neighbours_do_not() {
    for row in ids::ALL {
        if !row.fails.is_empty() {
            let output = expand(row.fails);
            match row.by {
                By::Macro => {
                    if is_hidden(row) {
                        assert!(warnings(row.fails).contains(&format!("[{}]", row.id)), "{}", row.id);
                        continue;
                    }
                    assert!(says(&output, row), "{}: {output}", row.id);
                    // One error, and perhaps that a key beside it is not supported.
                    let errors = output.matches("compile_error !").count();
                    let later = output.matches("[not-supported]").count();
                    let expected = usize::from(row.grade != Grade::Warning) + usize::from(IN_COMPANY.contains(&row.id));
                    assert!(errors == expected || errors - later == expected, "{}: {output}", row.id);
                }
                By::Const => {
                    let checked = output.contains("check") || output.contains("any_of") || output.contains("__module");
                    assert!(checked && !output.contains("compile_error"), "{}: {output}", row.id);
                }
            }
        }
        if !row.passes.is_empty() {
            let output = expand(row.passes);
            assert!(!output.contains("compile_error") && !output.contains("deprecated"), "{}: {output}", row.id);
        }
    }
}

#[test]
fn names_are_unique() {
    for (i, row) in ids::ALL.iter().enumerate() {
        assert!(ids::ALL.iter().skip(i + 1).all(|other| other.id != row.id), "{}", row.id);
    }
}

#[test]
fn rules_page() {
    let mut page = String::from(
        "Every rule, by the name at the end of its message. *error*: does not compile. *deviation*: does not compile without\n\
         `deviation(key = \"why\")` for the key. *warning*: the compiler warns, unless the item has `#[allow(deprecated)]`.\n\n\
         | rule | grade | forbids | source | example | neighbour that passes |\n|---|---|---|---|---|---|\n",
    );
    let code = |text: &str| {
        let text = text.split(" __module").next().unwrap();
        if text.is_empty() || text.contains("__module") { String::new() } else { format!("`{text}`") }
    };
    for row in ids::ALL {
        let grade = match row.grade {
            Grade::Error => "error",
            Grade::Deviation => "deviation",
            Grade::Warning => "warning",
        };
        let Row { id, forbids, source, fails, passes, .. } = row;
        writeln!(page, "| `{id}` | {grade} | {forbids} | {source} | {} | {} |", code(fails), code(passes)).unwrap();
    }
    expect_file!["../../../session-policy/docs/rules.md"].assert_eq(&page);
}

#[test]
fn profiles_page() {
    let mut page = String::from(
        "What the key `profile` demands. A profile fills what is unset and caps what is written; past a SHALL nothing goes,\n\
         past a SHOULD only with `deviation(key = \"why\")`. A list takes the strictest of each.\n\n\
         | profile | key | limit | verb | source | known |\n|---|---|---|---|---|---|\n",
    );
    for profile in PROFILES {
        for demand in profile.demands {
            let (key, limit) = match demand.what {
                What::Idle(seconds) => ("idle", format!("at most {}", show(seconds))),
                What::Absolute(seconds) => ("absolute", format!("at most {}", show(seconds))),
                What::Auth(level) => ("auth", format!("at least `\"{}\"`", level.word())),
                What::Csrf(csrf) => ("csrf", format!("at least `\"{}\"`", csrf.word())),
                What::Lifetime(lifetime) => ("lifetime", format!("`\"{}\"`", lifetime.word())),
            };
            let known = match demand.known {
                Known::Read => "read in the standard",
                Known::Secondary => "from a secondary source only",
            };
            let (name, verb, source) = (profile.name, demand.verb.word(), demand.source);
            writeln!(page, "| `{name}` | `{key}` | {limit} | {verb} | {source} | {known} |").unwrap();
        }
    }
    page.push_str(
        "\nEvery NIST profile demands `csrf = \"token\"`, which this version does not support: such a profile does not compile,\n\
         rather than hold less than its name says.\n",
    );
    expect_file!["../../../session-policy/docs/profiles.md"].assert_eq(&page);
}
