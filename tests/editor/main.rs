//! What an editor completes and shows while an attribute is typed: asked of rust-analyzer itself, with the real macros loaded
//! by its macro server. `|` is the cursor.
//!
//! It needs the toolchain's component `rust-analyzer` (`tests/run` installs it), or another one in `RUST_ANALYZER`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(clippy::panic, reason = "that is how a test fails")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod server;

use serde_json::Value;
use server::server;

const HANDLER: &[&str] = &[
    "absolute",
    "activity",
    "auth",
    "bind",
    "csrf",
    "deviation",
    "extends",
    "fresh",
    "idle",
    "on_denied",
    "on_mismatch",
    "on_store_error",
    "profile",
    "public",
    "role",
    "rotate_on",
];
const BASE: &[&str] = &[
    "absolute",
    "auth",
    "bind",
    "csrf",
    "deviation",
    "extends",
    "fresh",
    "grace",
    "idle",
    "max_sessions",
    "on_limit",
    "on_mismatch",
    "profile",
    "rotate_every",
    "rotate_on",
    "touch",
];
const COOKIE: &[&str] = &["domain", "name", "partitioned", "path", "purpose", "same_site"];
const DATA: &[&str] = &["carry", "key"];

fn labels(items: &[Value]) -> Vec<&str> {
    let mut labels: Vec<&str> = items.iter().map(|item| item["label"].as_str().unwrap()).collect();
    labels.sort_unstable();
    labels
}

/// Where `|` stands, exactly these are proposed, each with documentation.
#[track_caller]
fn proposes(text: &str, expected: &[&str]) {
    let items = server().complete(text);
    assert_eq!(labels(&items), expected, "{text}");
    for item in &items {
        let documentation = item["documentation"]["value"].as_str().unwrap_or_default();
        assert!(documentation.contains("**Values**"), "{text}: {item}");
    }
}

#[test]
fn id_completes_to_idle_with_its_documentation() {
    let items = server().complete("#[session(id|)]\nasync fn dashboard(me: UserSession) {}");
    let idle = items.iter().find(|item| item["label"] == "idle").unwrap();
    let documentation = idle["documentation"]["value"].as_str().unwrap();
    assert!(documentation.starts_with("The longest unattended gap"), "{documentation}");
    assert!(documentation.contains("**Default**: `\"30m\"`"), "{documentation}");
    assert!(documentation.contains("#[session(idle = \"30m\")]"), "{documentation}");
    assert!(!documentation.contains("# use"), "hidden lines are shown: {documentation}");
    assert_eq!(idle["detail"], "Duration");
    assert_eq!(labels(&items), HANDLER);
}

#[test]
fn keys_complete_wherever_they_are_typed() {
    let below = "\nasync fn dashboard(me: UserSession) {}";
    for typed in [
        "|",
        "idle = \"30m\", |",
        "idle = \"30m\", ab|",
        "id|, absolute = \"8h\"",
        "idle = \"30m\", ab|, bind = \"ua\"",
        "idle = , ab|",
        "idle, ab|",
        "idel = \"30m\", ab|",
        "idle = \"9h\", absolute = \"8h\", fr|",
        "crate = ::session_policy, id|",
    ] {
        proposes(&format!("#[session({typed})]{below}"), HANDLER);
    }
}

#[test]
fn keys_complete_above_what_is_half_typed_itself() {
    proposes("#[session(id|)]\nasync fn dashboard(me: UserSess", HANDLER);
    proposes("#[session(id|)]\nasync fn dashboard(me: UserSession) { let x = ; page.", HANDLER);
}

#[test]
fn every_place_has_its_own_keys() {
    proposes("#[derive(SessionPolicy)]\n#[session(to|)]\nstruct Site;", BASE);
    proposes("#[derive(SessionPolicy)]\n#[session(idle = \"30m\", |)]\nstruct Site;", BASE);
    let mut role = BASE.to_vec();
    role.push("id");
    role.sort_unstable();
    proposes("#[derive(Clone, Copy, SessionPolicy)]\nenum Role { Member, #[session(id|)] Admin }", &role);
    proposes("#[derive(SessionCookie)]\n#[cookie(|)]\nstruct AppCookie;", COOKIE);
    proposes("#[derive(SessionCookie)]\n#[cookie(name = \"__Host-x\", sa|)]\nstruct AppCookie;", COOKIE);
    proposes("#[derive(serde::Serialize, serde::Deserialize, SessionData)]\n#[data(ke|)]\nstruct Cart;", DATA);
    proposes("#[session(csrf = \"off\", deviation(cs|))]\nasync fn f() {}", &["absolute", "csrf", "idle"]);
    proposes("#[session(csrf = \"off\", deviation(|))]\nasync fn f() {}", &["absolute", "csrf", "idle"]);
    let module: Vec<&str> = HANDLER.iter().copied().filter(|key| *key != "public").collect();
    proposes("#[session(id|)]\nmod admin { use super::*; #[session] async fn f() {} }", &module);
    proposes("#[session(idle = \"9m\")]\nmod admin { use super::*; #[session(ab|)] async fn f() {} }", HANDLER);
    proposes("struct A;\nimpl A { #[session(id|)] async fn f(me: UserSession) -> Self { A } }", HANDLER);
}

#[test]
fn roles_and_policies_complete() {
    let declared =
        "\n#[derive(Clone, Copy, SessionPolicy)]\nenum Role { Member, Admin }\n#[derive(SessionPolicy)]\nstruct Site;";
    for typed in ["role = Role::|", "role = Role::Ad|", "idle = , role = [Role::Member, Role::|]"] {
        let items = server().complete(&format!("#[session({typed})]\nasync fn f(me: UserSession) {{}}{declared}"));
        assert!(labels(&items).contains(&"Admin"), "{typed}: {:?}", labels(&items));
    }
    for typed in ["extends = Si|", "Si|"] {
        let items = server().complete(&format!("#[session({typed})]\nasync fn f(me: UserSession) {{}}{declared}"));
        assert!(labels(&items).contains(&"Site"), "{typed}: {:?}", labels(&items));
    }
}

#[test]
fn pointing_at_a_key_shows_its_documentation() {
    let cases = [
        (
            "#[session(id|le = \"30m\", absolute = \"8h\")]\nasync fn f() {}",
            "pub const idle: Duration",
            "unattended gap",
        ),
        (
            "#[session(idle = \"30m\", abso|lute = \"8h\")]\nasync fn f() {}",
            "pub const absolute: Duration",
            "longest session",
        ),
        ("#[session(idle = , auth| = \"full\", zz)]\nasync fn f() {}", "pub const auth: Word", "must be authenticated"),
        (
            "#[session(csrf = \"off\", devi|ation(csrf = \"why\"))]\nasync fn f() {}",
            "pub const deviation",
            "documented reason",
        ),
        (
            "#[session(csrf = \"off\", deviation(cs|rf = \"why\"))]\nasync fn f() {}",
            "pub const csrf: Word",
            "cross-site",
        ),
        (
            "#[derive(SessionPolicy)]\n#[session(to|uch = \"10s\")]\nstruct Site;",
            "pub const touch: Duration",
            "written to the store",
        ),
        (
            "#[derive(SessionCookie)]\n#[cookie(same_|site = \"strict\")]\nstruct C;",
            "pub const same_site: Word",
            "other sites",
        ),
        (
            "#[derive(SessionData)]\n#[data(key = \"k\", ca|rry = \"login\")]\nstruct D;",
            "pub const carry: Word",
            "Moves over",
        ),
        (
            "#[session(idle = \"9m\")]\nmod m { use super::*; #[session(fre|sh = \"5m\")] async fn f() {} }",
            "pub const fresh: Duration",
            "step-up",
        ),
    ];
    for (text, declaration, meaning) in cases {
        let shown = server().hover(text);
        assert!(shown.contains(declaration) && shown.contains(meaning), "{text}\n{shown}");
    }
}

#[test]
fn nothing_of_it_is_seen_elsewhere() {
    let items = server().complete("fn f() { deviat| }");
    assert!(!labels(&items).iter().any(|label| label.starts_with("deviation")), "{:?}", labels(&items));
    let items = server().complete("fn f() { session_policy::| }");
    assert!(labels(&items).contains(&"Sessions") && !labels(&items).contains(&"ide"), "{:?}", labels(&items));
}

#[test]
fn it_adds_no_errors() {
    let whole = "#[session(idle = \"30m\", absolute = \"8h\", csrf = \"off\", deviation(csrf = \"why\"))]\nasync fn f() {}\n\
                 struct A;\n#[derive(SessionPolicy)]\n#[session(idle = \"20m\")]\nstruct Site;\n\
                 impl A { #[session(Site)]\nasync fn g(me: UserSession) -> Self { A } }";
    assert_eq!(server().diagnostics(whole), Vec::<String>::new());
    let half = server().diagnostics("#[session(idle = \"30m\", qqqq)]\nasync fn f() {}");
    assert!(half.len() == 1 && half[0].ends_with("[unknown-key]"), "{half:?}");
    let half = server().diagnostics("#[session(role = Role::)]\nasync fn f(me: UserSession) {}");
    assert!(half.len() == 1 && half[0].ends_with("[wrong-kind-of-value]"), "{half:?}");
}
