//! Whatever is typed (right, broken, half typed), nothing panics, what comes out is Rust, and every error points at
//! something that was typed.

use proc_macro2::TokenStream;
use proptest::{prelude::*, sample::select};
use quote::quote;

use super::spans::{Source, errors};

const PIECES: &[&str] = &[
    "idle",
    "absolute",
    "fresh",
    "auth",
    "role",
    "bind",
    "on_mismatch",
    "rotate_on",
    "touch",
    "csrf",
    "activity",
    "on_denied",
    "rotate_every",
    "grace",
    "lifetime",
    "remember",
    "max_sessions",
    "on_limit",
    "profile",
    "\"owasp-low\"",
    "\"ip/24/64\"",
    "\"header:X\"",
    "__module",
    "on_store_error",
    "extends",
    "deviation",
    "public",
    "id",
    "crate",
    "idel",
    "timeout",
    "warn",
    "name",
    "domain",
    "path",
    "same_site",
    "partitioned",
    "purpose",
    "key",
    "carry",
    "ttl",
    "=",
    "=",
    "=",
    "=",
    ",",
    ",",
    ",",
    "::",
    ":",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "&",
    "#",
    "'a",
    "\"30m\"",
    "\"8h\"",
    "\"30\"",
    "\"1.5h\"",
    "\"\"",
    "\"é\"",
    "30",
    "1.5h",
    "8h",
    "-1",
    "true",
    "\"full\"",
    "\"anonymous\"",
    "\"ua\"",
    "\"off\"",
    "\"never\"",
    "\"ip/24\"",
    "\"__Host-x\"",
    "\"none\"",
    "\"login\"",
    "Role::Admin",
    "Site",
    "crate::Site",
    "Self",
    "r#type",
    "_",
    "b\"x\"",
    "'c'",
];

/// Attributes that hold, with every kind of value in them; what is typed is taken from these, too.
const WHOLE: &[&str] = &[
    "idle = \"30m\", absolute = \"8h\", bind = \"ua\", rotate_on = \"login\"",
    "idle = \"10m\", fresh = \"5m\", auth = \"mfa\", role = [Role::Admin, crate::Role::Auditor], extends = Site",
    "bind = [\"ua\"], on_mismatch = \"step_up\", csrf = \"off\", deviation(csrf = \"checked by a signature\")",
    "rotate_on = [\"login\", \"reauth\", \"privilege\"], activity = \"passive\", on_denied = \"status\"",
    "auth = \"anonymous\", on_store_error = \"anonymous\", crate = ::session_policy",
    "public",
    "crate::policies::Site",
    "idle = \"15m\", touch = \"30s\", id = \"admin\"",
    "rotate_every = \"10m\", grace = \"30s\", warn = \"2m\", lifetime = \"browser\", remember = \"30d\"",
    "max_sessions = 3, on_limit = \"reject\", profile = [\"nist-800-63b-4-aal2\", \"owasp-low\"]",
    "bind = [\"ip/24/64\", \"header:X-Device\", \"dbsc\"], on_mismatch = \"log\", csrf = \"token\"",
    "name = \"__Secure-x\", domain = \"example.com\", path = \"/app\", same_site = \"none\", purpose = \"one login\"",
    "key = \"shop.cart\", carry = \"login\", ttl = \"30d\", until = \"browser_close\", once",
];

/// What lexes; the rest, as far as it does. The compiler hands nothing else to a macro.
fn lexed(mut text: String) -> String {
    while text.parse::<TokenStream>().is_err() {
        text.pop();
    }
    text
}

fn broken() -> impl Strategy<Value = String> {
    (select(WHOLE), 0.0..1.0_f64, 0.0..1.0_f64, select(PIECES)).prop_map(|(whole, from, to, piece)| {
        // ASCII, so every index is a character's.
        let at = |part: f64| (part * whole.len() as f64) as usize;
        let (from, to) = (at(from.min(to)), at(from.max(to)));
        format!("{}{piece}{}", &whole[..from], &whole[to..])
    })
}

fn half_typed() -> impl Strategy<Value = String> {
    (select(WHOLE), 0.0..1.0_f64, select(WHOLE)).prop_map(|(whole, part, next)| {
        let half = lexed(whole[..(part * whole.len() as f64) as usize].to_owned());
        if part < 0.5 { half } else { format!("{half}, {next}") }
    })
}

pub(super) fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::collection::vec(select(PIECES), 0..24).prop_map(|pieces| pieces.join(" ")),
        1 => "[a-z0-9_=,:.()\\[\\]{}<>\"'# -]{0,60}",
        2 => prop::collection::vec((select(PIECES), select(PIECES)), 0..8)
            .prop_map(|pairs| pairs.iter().map(|(a, b)| format!("{a} = {b},")).collect()),
        1 => select(WHOLE).prop_map(str::to_owned),
        2 => broken(),
        2 => half_typed(),
    ]
    .prop_map(lexed)
}

const ITEMS: &[&str] = &[
    "async fn f(me: UserSession) {}",
    "fn f<T>(s: Session, State(t): State<T>, Path(_): Path<u32>) -> impl Future<Output = ()> { async {} }",
    "pub async fn f(s: &Session, o: Option<UserSession>, x: X) {}",
    "async fn f(&self, s: Session) {}",
    "#[session(idle = \"1m\")] async fn f() {}",
    "const fn f() {}",
    "fn f(x: )",
    "mod m { #[session] fn f() {} #[session(idle = \"5m\")] async fn g(s: UserSession) {} fn h() {} mod n { #[session] fn i() {} } }",
    "pub mod m { #[session(idle = \"5m\")] async fn f() {} mod n; x!(); mod o { #[a::session] pub fn g() { Self::x() } } }",
    "#[cfg_attr(x, session(idle = \"5m\"))] mod m { #[session] #[cfg_attr(y, b, session)] async fn f() {} }",
    "async fn f(s: Session) { Self::g(s) }",
    "struct S;",
    "fn f();",
    "",
];

/// Rules about the item under the attribute; every other error points into the attribute.
const OF_THE_ITEM: &[&str] = &[
    "cookie-shape",
    "data-key-missing",
    "data-shape",
    "duplicate-role-id",
    "handler-shape",
    "keys-in-impl",
    "macro-in-module",
    "module-not-inline",
    "module-without-handlers",
    "not-a-handler",
    "number-of-roles",
    "policy-shape",
    "role-with-fields",
    "session-in-public-handler",
    "session-not-by-value",
    "two-attributes",
    "two-sessions",
    "user-of-nobody",
];

type Derive = fn(TokenStream) -> TokenStream;

fn is_rust(tokens: &TokenStream) -> bool {
    syn::parse2::<syn::File>(tokens.clone()).is_ok()
}

/// Every error of ours points into an attribute, or, for a rule about the item, into the item.
fn points_at_it(source: &Source, output: &TokenStream) -> Result<(), TestCaseError> {
    for error in errors(output) {
        let Some(rule) = &error.rule else {
            // The Rust parser's word about an item that is no Rust.
            prop_assert!(syn::parse2::<syn::Item>(source.item.clone()).is_err(), "{}", error.text);
            continue;
        };
        let of_the_item = OF_THE_ITEM.contains(&rule.as_str()) || error.text.starts_with("`#[session]` on a ");
        let right = if of_the_item { source.contains(&error.bytes) } else { source.in_attribute(&error.bytes) };
        prop_assert!(right, "{:?}: {error:?}", source.all.to_string());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn session(args in typed(), item in select(ITEMS)) {
        let source = Source::new(&format!("#[session({args})] {item}")).unwrap();
        let input = is_rust(&source.item);
        let output = crate::expand::attribute("axum", source.args.clone(), source.item.clone());
        prop_assert!(!input || is_rust(&output), "{output}");
        points_at_it(&source, &output)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn derives(args in typed(), more in typed()) {
        let derives: [(Derive, String); 4] = [
            (crate::expand::derive_policy, format!("#[session({args})] struct Site;")),
            (
                crate::expand::derive_policy,
                format!("#[session({args})] enum Role {{ #[session({more})] A, #[session({args})] B }}"),
            ),
            (crate::expand::derive_cookie, format!("#[cookie({args})] struct Cookie;")),
            (crate::expand::derive_data, format!("#[data({args})] struct Data {{ x: u32 }}")),
        ];
        for (derive, text) in derives {
            let source = Source::new(&text).unwrap();
            let output = derive(source.all.clone());
            prop_assert!(is_rust(&output), "{output}");
            points_at_it(&source, &output)?;
        }
    }

    #[test]
    fn durations(text in "\\PC{0,12}|[0-9.wdhmsMHx -]{0,12}") {
        if let Ok(seconds) = crate::duration::parse(&text) {
            prop_assert_eq!(crate::duration::parse(&crate::duration::show(seconds)), Ok(seconds));
        }
    }
}

/// A minute count as an entry, or nothing.
fn minutes(key: &str, n: Option<u32>) -> String {
    n.map(|n| format!("{key} = \"{n}m\",")).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The arithmetic of one attribute, against arithmetic that is written out here.
    #[test]
    fn limits(
        idle in prop::option::of(1_u32..40),
        absolute in prop::option::of(1_u32..40),
        fresh in prop::option::of(1_u32..40),
        touch in prop::option::of(1_u32..5),
        anonymous: bool,
    ) {
        let auth = if anonymous { "auth = \"anonymous\"" } else { "" };
        let limits = [("idle", idle), ("absolute", absolute), ("fresh", fresh), ("touch", touch)];
        let text: String = limits.iter().map(|(key, n)| minutes(key, *n)).chain([auth.to_owned()]).collect();
        let args: TokenStream = text.parse().unwrap();
        let output = crate::expand::derive_policy(quote!(#[session(#args)] struct Site;)).to_string();

        let both = |a: Option<u32>, b: Option<u32>, wrong: fn(u32, u32) -> bool| matches!((a, b), (Some(a), Some(b)) if wrong(a, b));
        let expected = [
            ("idle-not-below-absolute", both(idle, absolute, |idle, absolute| absolute <= idle)),
            ("fresh-above-absolute", both(fresh, absolute, |fresh, absolute| absolute < fresh)),
            ("touch-above-tenth-of-idle", both(touch, idle, |touch, idle| 10 * touch > idle)),
            ("fresh-of-nobody", anonymous && fresh.is_some()),
        ];
        for (rule, breached) in expected {
            prop_assert_eq!(output.contains(&format!("[{rule}]")), breached, "{}: {}", rule, text);
        }
        let any = expected.iter().any(|(_, breached)| *breached);
        prop_assert_eq!(output.contains("compile_error"), any, "{}", text);
    }
}
