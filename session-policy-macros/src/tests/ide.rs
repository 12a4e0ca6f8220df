//! What an editor is given: the keys at the user's own places, and documentation that says the same as the macros and the
//! manual. That rust-analyzer makes something of it is tested in `tests/editor`.

use std::{collections::BTreeMap, fs, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use proptest::prelude::*;
use quote::quote;
use syn::{Attribute, Ident, Item, Token, UseTree, parse::ParseStream, parse::Parser as _};

use super::{pretty, spans::Source, total::typed};
use crate::expand::ide;

/// All bytes of `word`'s tokens in an expansion.
fn places(tokens: TokenStream, word: &str) -> Vec<std::ops::Range<usize>> {
    let mut all = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => all.extend(places(group.stream(), word)),
            TokenTree::Ident(ident) if ident == word => all.push(ident.span().byte_range()),
            _ => {}
        }
    }
    all
}

#[test]
fn a_half_typed_key_is_a_path_at_its_own_place() {
    let text = "#[session(idle = \"30m\", ab, csrf = , deviation(cs))] async fn f(s: Session) {}";
    let source = Source::new(text).unwrap();
    let hints = ide::of_attribute(source.args.clone(), source.item.clone());
    expect_test::expect![[r#"
        #[cfg(rust_analyzer)]
        const _: () = {
            let _ = ::session_policy::ide::handler::idle;
            let _ = ::session_policy::ide::handler::ab;
            let _ = ::session_policy::ide::handler::csrf;
            let _ = ::session_policy::ide::handler::deviation;
            let _ = ::session_policy::ide::deviation::cs;
            let _ = ::session_policy::ide::deviation::next;
            let _ = ::session_policy::ide::handler::next;
        };
    "#]]
    .assert_eq(&pretty(&hints));
    for word in ["idle", "ab", "csrf", "cs"] {
        assert_eq!(places(hints.clone(), word), places(source.args.clone(), word), "{word}");
    }
}

#[test]
fn every_attribute_has_its_place() {
    let derived = |name, item| pretty(&ide::of_derive(name, item));
    let role = derived(
        "session",
        quote!(
            #[session(crate = sp)]
            enum Role {
                Member,
                #[session(id)]
                Admin,
            }
        ),
    );
    assert!(role.contains("sp::ide::roles::next") && role.contains("sp::ide::role::id;"), "{role}");
    let base = derived(
        "session",
        quote!(
            #[session(to)]
            struct Site;
        ),
    );
    assert!(base.contains("::session_policy::ide::base::to;"), "{base}");
    let cookie = derived(
        "cookie",
        quote!(
            #[cookie(na)]
            struct AppCookie;
        ),
    );
    assert!(cookie.contains("::session_policy::ide::cookie::na;"), "{cookie}");
    let data = derived(
        "data",
        quote!(
            #[data(ke)]
            enum Cart {}
        ),
    );
    assert!(data.contains("::session_policy::ide::data::ke;"), "{data}");
    let module = pretty(&ide::of_attribute(
        quote!(ab),
        quote!(
            mod admin {}
        ),
    ));
    assert!(module.contains("::session_policy::ide::module::ab;"), "{module}");
}

#[test]
fn roles_and_policies_are_paths_too() {
    let code = |args| {
        pretty(&ide::of_attribute(
            args,
            quote!(
                async fn f() {}
            ),
        ))
    };
    assert!(code(quote!(role = [Role::A, Role::])).contains("let _ = Role::A;\n    let _ = Role;\n"));
    assert!(code(quote!(extends = Si)).contains("let _ = Si;"));
    assert!(code(quote!(crate::policies::Si)).contains("let _ = crate::policies::Si;"));
}

#[test]
fn a_compiler_is_given_nothing_of_it() {
    let args = quote!(idle = "30m", ab);
    let item = quote!(
        async fn f(me: UserSession) {}
    );
    let expand = |args, item| crate::expand::attribute("axum", args, item);
    let around = ide::around_attribute(args.clone(), item.clone(), expand);
    assert_eq!(around.to_string(), expand(args, item).to_string());
    let item = quote!(
        #[cookie(na)]
        struct AppCookie;
    );
    let around = ide::around_derive("cookie", item.clone(), crate::expand::derive_cookie);
    assert_eq!(around.to_string(), crate::expand::derive_cookie(item).to_string());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// rust-analyzer calls a syntax error in an expansion an error of the user's.
    #[test]
    fn whatever_is_typed_it_is_rust(args in typed()) {
        let source = Source::new(&format!("#[session({args})] fn f() {{}}")).unwrap();
        let hints = ide::of_attribute(source.args.clone(), source.item.clone());
        prop_assert!(syn::parse2::<syn::File>(hints.clone()).is_ok(), "{hints}");
        let derived: TokenStream = format!("enum Role {{ #[session({args})] A, #[session({args})] B }}").parse().unwrap();
        let hints = ide::of_derive("session", derived);
        prop_assert!(syn::parse2::<syn::File>(hints.clone()).is_ok(), "{hints}");
    }
}

/// The documentation of one key.
struct Doc {
    kind: String,
    lines: Vec<String>,
}

impl Doc {
    /// What stands behind `- **Values**: `.
    fn says(&self, what: &str) -> Option<&str> {
        let prefix = format!("- **{what}**: ");
        self.lines.iter().find_map(|line| line.strip_prefix(&prefix))
    }
}

fn runtime(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../session-policy").join(path)).unwrap()
}

/// The constants of `keys! { … }`.
fn documented(file: &str) -> BTreeMap<String, Doc> {
    let items = syn::parse_file(&runtime(&format!("src/ide/{file}.rs"))).unwrap().items;
    let keys = |input: ParseStream<'_>| {
        let mut all = BTreeMap::new();
        while !input.is_empty() {
            let docs = input.call(Attribute::parse_outer)?;
            let key: Ident = input.parse()?;
            let _: Token![:] = input.parse()?;
            let kind: Ident = input.parse()?;
            let _: Token![;] = input.parse()?;
            let lines = docs.iter().map(|doc| match &doc.meta.require_name_value()?.value {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Ok(text.value().trim().to_owned()),
                other => Err(syn::Error::new_spanned(other, "expected a doc comment")),
            });
            all.insert(key.to_string(), Doc { kind: kind.to_string(), lines: lines.collect::<Result<_, _>>()? });
        }
        Ok(all)
    };
    let found = items.iter().find_map(|item| match item {
        Item::Macro(item) if item.mac.path.is_ident("keys") => Some(keys.parse2(item.mac.tokens.clone()).unwrap()),
        _ => None,
    });
    found.unwrap()
}

/// What the module of a place offers, without `next`.
fn offered(place: &str) -> Vec<String> {
    fn names(tree: &UseTree, all: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => names(&path.tree, all),
            UseTree::Group(group) => group.items.iter().for_each(|tree| names(tree, all)),
            UseTree::Name(name) if name.ident != "next" => all.push(name.ident.to_string()),
            _ => {}
        }
    }
    let items = syn::parse_file(&runtime("src/ide/mod.rs")).unwrap().items;
    let module = items.into_iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == place => module.content.map(|(_, items)| items),
        _ => None,
    });
    let mut all = Vec::new();
    for item in module.unwrap() {
        if let Item::Use(item) = item {
            names(&item.tree, &mut all);
        }
    }
    all.sort();
    all
}

/// What the macro says may be written here, without `crate`, a keyword.
fn taken(output: &TokenStream) -> Vec<String> {
    let output = output.to_string();
    let (_, list) = output.split_once(" takes ").unwrap();
    let (list, _) = list.split_once(" [unknown-key]").unwrap();
    let mut all: Vec<String> = list.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    all.retain(|key| key != "crate");
    all.sort();
    all
}

#[test]
fn every_place_offers_what_the_macro_takes_there() {
    let attribute = |item| taken(&crate::expand::attribute("axum", quote!(qqqq), item));
    let policy = |item| taken(&crate::expand::derive_policy(item));
    assert_eq!(
        offered("handler"),
        attribute(quote!(
            async fn f() {}
        ))
    );
    assert_eq!(
        offered("module"),
        attribute(quote!(
            mod m {
                #[session]
                async fn f() {}
            }
        ))
    );
    assert_eq!(
        offered("base"),
        policy(quote!(
            #[session(qqqq)]
            struct Site;
        ))
    );
    assert_eq!(
        offered("role"),
        policy(quote!(
            enum Role {
                #[session(qqqq)]
                Admin,
            }
        ))
    );
    assert_eq!(
        offered("roles"),
        policy(quote!(
            #[session(qqqq)]
            enum Role {
                Admin,
            }
        ))
    );
    let cookie = taken(&crate::expand::derive_cookie(quote!(
        #[cookie(qqqq)]
        struct AppCookie;
    )));
    assert_eq!(documented("cookie").into_keys().collect::<Vec<_>>(), cookie);
    let data = taken(&crate::expand::derive_data(quote!(
        #[data(qqqq)]
        struct Cart;
    )));
    assert_eq!(documented("data").into_keys().collect::<Vec<_>>(), data);
}

#[test]
fn every_key_says_what_it_means_takes_and_defaults_to() {
    for file in ["session", "cookie", "data"] {
        for (key, doc) in documented(file) {
            let meaning = doc.lines.first().unwrap();
            assert!(meaning.ends_with('.') && !meaning.starts_with('-'), "{key}: {meaning}");
            assert!(doc.says("Values").is_some() && doc.says("Default").is_some(), "{key}");
            assert_eq!(doc.says("Meets").is_some(), file == "session", "{key}");
            let fences = doc.lines.iter().filter(|line| line.starts_with("```")).count();
            let shown = doc.lines.iter().any(|line| line.starts_with(&format!("#[{file}(")) && line.contains(&key));
            assert!(fences == 2 && shown, "{key} has no example");
        }
    }
}

/// The rows of the manual's table: key → cells.
fn manual(file: &str) -> BTreeMap<String, Vec<String>> {
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let text = runtime(&format!("docs/{file}.md"));
    let rows = text.lines().filter(|line| line.starts_with("| `") || line.starts_with("| [`")).map(cells);
    rows.map(|cells| {
        let key = cells[1].trim_matches(['[', '`']).split(['(', '`']).next().unwrap().to_owned();
        (key, cells[2..].to_vec())
    })
    .collect()
}

#[test]
fn the_manual_says_the_same() {
    for (file, page) in [("session", "session_policy"), ("cookie", "session_cookie"), ("data", "session_data")] {
        let manual = manual(page);
        for (key, doc) in documented(file) {
            if key == "public" {
                continue; // A policy of its own; the manual shows it apart.
            }
            let Some(cells) = manual.get(&key) else { panic!("the manual has no `{key}`") };
            let now = cells[0].split("; later").next().unwrap();
            for word in now.split('`').skip(1).step_by(2).filter(|word| word.starts_with('"')) {
                assert!(doc.says("Values").unwrap().contains(word), "{key}: {word} is missing");
            }
            let same = |what, cell: &str| {
                let (ours, first) = (doc.says(what).unwrap(), cell.split(", ").next().unwrap());
                assert!(ours.starts_with(first), "{key}, {what}: {ours}, but {cell}");
            };
            same("Default", &cells[1]);
            if file == "session" {
                same("Meets", &cells[3]);
            }
        }
    }
}

/// What a reason can be asked for, and an attribute that asks for it.
const DEVIATIONS: &[(&str, &str)] = &[
    ("absolute", "profile = \"owasp-low\", absolute = \"10h\""),
    ("csrf", "csrf = \"off\""),
    ("idle", "profile = \"owasp-low\", idle = \"1h\""),
];

#[test]
fn a_deviation_offers_what_can_deviate() {
    assert_eq!(offered("deviation"), DEVIATIONS.iter().map(|(key, _)| *key).collect::<Vec<_>>());
    for (key, attribute) in DEVIATIONS {
        let reasoned = output(&format!("#[session({attribute}, deviation({key} = \"why\"))]"));
        assert!(!reasoned.contains("compile_error"), "{reasoned}");
        assert!(output(&format!("#[session({attribute})]")).contains("compile_error"), "{attribute}");
    }
}

/// The keys of the documentation whose values are words, and an attribute that shows one of them off.
const WORDS: &[(&str, &str)] = &[
    ("auth", "#[session(auth = WORD)]"),
    ("bind", "#[session(bind = WORD)]"),
    ("on_mismatch", "#[session(bind = \"ua\", on_mismatch = WORD)]"),
    ("profile", "#[session(profile = WORD)]"),
    ("on_limit", "#[session(max_sessions = 3, on_limit = WORD)]"),
    ("rotate_on", "#[session(rotate_on = WORD)]"),
    ("csrf", "#[session(csrf = WORD, deviation(csrf = \"why\"))]"),
    ("activity", "#[session(activity = WORD)]"),
    ("on_denied", "#[session(on_denied = WORD)]"),
    ("on_store_error", "#[session(auth = \"anonymous\", on_store_error = WORD)]"),
    ("same_site", "#[cookie(same_site = WORD, purpose = \"why\")]"),
    ("carry", "#[data(key = \"k\", carry = WORD)]"),
];

fn output(attribute: &str) -> String {
    let source = Source::new(&format!("{attribute} struct Site;")).unwrap();
    let derive = match attribute {
        _ if attribute.starts_with("#[cookie") => crate::expand::derive_cookie,
        _ if attribute.starts_with("#[data") => crate::expand::derive_data,
        // A key that no handler takes.
        _ if attribute.contains("on_limit") => crate::expand::derive_policy,
        _ => {
            return crate::expand::attribute(
                "axum",
                source.args,
                quote!(
                    async fn f(s: Session) {}
                ),
            )
            .to_string();
        }
    };
    derive(source.all).to_string()
}

#[test]
fn the_words_are_those_that_the_macro_takes() {
    let mut documented = documented("session");
    documented.extend(self::documented("cookie"));
    documented.extend(self::documented("data"));
    let words: Vec<&str> =
        documented.iter().filter(|(_, doc)| doc.kind.starts_with("Word")).map(|(key, _)| key.as_str()).collect();
    let mut checked: Vec<&str> = WORDS.iter().map(|(key, _)| *key).collect();
    checked.sort_unstable();
    assert_eq!(words, checked);
    for (key, attribute) in WORDS {
        let shown = |word: &str| documented[*key].says("Values").unwrap().contains(&format!("\"{word}\""));
        // It lists them between back quotes, and names the key.
        let refused = output(&attribute.replace("WORD", "\"qqqq\"")).replace("\\\"", "\"");
        let (listed, _) = refused.split_once(" [unknown-value]").unwrap();
        let mut words: Vec<&str> = listed.split('`').skip(1).step_by(2).map(|word| word.trim_matches('"')).collect();
        words.retain(|word| word != key && *word != "qqqq");
        assert!(!words.is_empty(), "{key}: {refused}");
        for word in words {
            let supported = !output(&attribute.replace("WORD", &format!("\"{word}\""))).contains("[not-supported]");
            assert_eq!(shown(word), supported, "{key} = {word}");
        }
    }
}
