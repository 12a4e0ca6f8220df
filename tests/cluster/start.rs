//! `--store redis://…`: what is wrong is said in one line, with what to do, and never with a password.

use crate::{
    kit::{Bank, refused_to_start, run_to_end},
    server::Server,
};

#[track_caller]
fn refused(url: &str) -> String {
    let words = refused_to_start(&["--listen", "127.0.0.1:0", "--store", url]);
    assert_eq!(words.lines().count(), 1, "{words}");
    assert!(!words.contains("sesame"), "{words}");
    words
}

#[test]
fn a_server_that_cannot_be_used_is_explained() {
    // Nobody listens on port 1.
    let words = refused("redis://bank:sesame@127.0.0.1:1/3");
    assert!(words.contains("redis://127.0.0.1:1/3: Connection refused"), "{words}");
    assert!(words.contains("is the server running"), "{words}");
    assert!(refused("redis://:sesame@127.0.0.1:port").contains("did not parse"));

    let locked = Server::start();
    let () = locked.run("CONFIG SET requirepass secret");
    let here = format!("127.0.0.1:{}", locked.port);
    let words = refused(&format!("redis://{here}"));
    assert!(words.contains("wants a password") && words.contains("redis://user:password@host:port"), "{words}");
    assert!(refused(&format!("redis://:sesame@{here}")).contains("WRONGPASS"));
    assert!(refused(&format!("redis://:secret@{here}/4711")).contains("out of range"));
    let bank = Bank::start_with(&["--listen", "127.0.0.1:0", "--store", &format!("redis://:secret@{here}/3")]);
    assert_eq!(bank.stop("TERM").code(), Some(0));

    let server = Server::start();
    let () = server.run("ACL SETUSER weak on >sesame ~* -@all +hello +info");
    let words = refused(&format!("redis://weak:sesame@127.0.0.1:{}", server.port));
    assert!(words.contains("no permissions to run the 'script|load' command"), "{words}");
    assert!(words.contains("session_policy::store::redis"), "{words}");
    let () = server.run("CONFIG SET maxmemory-policy allkeys-lru");
    let words = refused(&server.url());
    assert!(words.contains("maxmemory-policy allkeys-lru") && words.contains("noeviction"), "{words}");
}

/// The report is about rules: it asks no server.
#[test]
fn the_policy_report_needs_no_server() {
    let report = run_to_end(&["--policies", "--store", "redis://127.0.0.1:1"]);
    assert!(report.status.success(), "{}", String::from_utf8_lossy(&report.stderr));
    assert!(String::from_utf8_lossy(&report.stdout).contains("/account"));
}
