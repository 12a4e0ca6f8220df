//! `--store`: where sessions are kept.

use crate::kit::{Bank, Browser, Folder, Request, refused_to_start};

fn flags(store: &str) -> [&str; 4] {
    ["--listen", "127.0.0.1:0", "--store", store]
}

#[test]
fn a_file_keeps_sessions_over_a_restart() {
    let folder = Folder::new();
    for scheme in ["file", "sqlite"] {
        let store = format!("{scheme}:{}", folder.path(scheme));
        let bank = Bank::start_with(&flags(&store));
        let mut alice = Browser::signed_in(&bank, "alice");
        alice.post("/theme", &[("theme", "dark")]).expect(303);
        let mut bob = Browser::signed_in(&bank, "bob");
        let (alices, bobs) = (alice.token(), bob.token());
        bob.post("/logout", &[]).expect(303);
        assert_eq!(bank.stop("TERM").code(), Some(0), "{store}");

        let bank = Bank::start_with(&flags(&store));
        let page = bank.api("/account", &alices).expect(200).text();
        assert!(page.contains(r#"data-theme="dark""#), "{store}: {page}");
        let gone = bank.api("/account", &bobs).expect(401);
        assert_eq!(gone.json()["reason"], "logout", "{store}: the end is remembered with its reason");
    }
}

/// What an operator reads is one line, without the password.
#[test]
fn a_database_that_cannot_be_used_is_explained() {
    let folder = Folder::new();
    let words = refused_to_start(&flags(&format!("sqlite:{}", folder.path("nowhere/sessions"))));
    assert!(words.contains("unable to open database file") && words.contains("nowhere"), "{words}");
    // Port 1: nobody listens there.
    let words = refused_to_start(&flags("postgres://bank:sesame@127.0.0.1:1/shop"));
    assert!(words.contains("postgres://127.0.0.1:1/shop: ") && words.contains("is the server running"), "{words}");
    assert!(!words.contains("sesame") && words.lines().count() == 1, "{words}");
}

#[test]
fn memory_is_the_default_and_forgets() {
    let bank = Bank::start_with(&flags("memory"));
    let token = Browser::signed_in(&bank, "alice").token();
    drop(bank);
    let bank = Bank::start_with(&["--listen", "127.0.0.1:0"]);
    bank.api("/account", &token).expect(401);
}

#[test]
fn a_file_that_cannot_be_used_is_explained() {
    let folder = Folder::new();
    let file = folder.path("sessions");
    let refused = |path: &str| refused_to_start(&flags(&format!("file:{path}")));
    let bank = Bank::start_with(&flags(&format!("file:{file}")));
    let words = refused(&file);
    assert!(words.contains("in use by another process") && words.contains(&file), "{words}");
    assert_eq!(words.lines().count(), 1, "{words}");
    bank.send(&Request::get("/")).expect(200);

    assert!(refused(&folder.path("")).contains("is a directory"));
    assert!(refused(&folder.path("nowhere/sessions")).contains("folder does not exist"));
    let letters = folder.path("letters");
    std::fs::write(&letters, "Dear Bob,\n".repeat(1000)).unwrap();
    assert!(refused(&letters).contains("is not a session file"));
    assert_eq!(std::fs::read_to_string(&letters).unwrap(), "Dear Bob,\n".repeat(1000));
    assert!(refused_to_start(&flags("disk:/sessions")).contains("file:/var/lib/bank/sessions.redb"));
}

/// The report is about rules: it opens no file.
#[test]
fn the_policy_report_leaves_the_file_alone() {
    let folder = Folder::new();
    let file = folder.path("sessions");
    let output = crate::kit::run_to_end(&["--policies", "--store", &format!("file:{file}")]);
    assert!(output.status.success());
    assert!(!std::path::Path::new(&file).exists());
}
