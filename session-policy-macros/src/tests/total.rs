//! Whatever is typed, nothing panics, and what comes out is Rust.

use proc_macro2::TokenStream;
use proptest::{prelude::*, sample::select};
use quote::quote;

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

fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(select(PIECES), 0..24).prop_map(|pieces| pieces.join(" ")),
        1 => "[a-z0-9_=,:.()\\[\\]{}<>\"'# -]{0,60}",
        2 => prop::collection::vec((select(PIECES), select(PIECES)), 0..8)
            .prop_map(|pairs| pairs.iter().map(|(a, b)| format!("{a} = {b},")).collect()),
    ]
}

const ITEMS: &[&str] = &[
    "async fn f(me: UserSession) {}",
    "fn f<T>(s: Session, State(t): State<T>, Path(_): Path<u32>) -> impl Future<Output = ()> { async {} }",
    "pub async fn f(s: &Session, o: Option<UserSession>, x: X) {}",
    "async fn f(&self, s: Session) {}",
    "const fn f() {}",
    "fn f(x: ",
    "mod m { fn f() {} }",
    "struct S;",
    "fn f();",
    "",
];

fn is_rust(tokens: &TokenStream) -> bool {
    syn::parse2::<syn::File>(tokens.clone()).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn session(args in typed(), item in select(ITEMS)) {
        let (Ok(args), Ok(item)) = (args.parse::<TokenStream>(), item.parse::<TokenStream>()) else { return Ok(()) };
        let input = is_rust(&item);
        let output = crate::expand::attribute("axum", args, item);
        prop_assert!(!input || is_rust(&output), "{output}");
    }

    #[test]
    fn derives(args in typed(), more in typed()) {
        let (Ok(args), Ok(more)) = (args.parse::<TokenStream>(), more.parse::<TokenStream>()) else { return Ok(()) };
        for output in [
            crate::expand::derive_policy(quote!(#[session(#args)] struct Site;)),
            crate::expand::derive_policy(quote!(#[session(#args)] enum Role { #[session(#more)] A, #[session(#args)] B })),
            crate::expand::derive_cookie(quote!(#[cookie(#args)] struct Cookie;)),
            crate::expand::derive_data(quote!(#[data(#args)] struct Data { x: u32 })),
        ] {
            prop_assert!(is_rust(&output), "{output}");
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
