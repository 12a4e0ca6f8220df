//! Roles: who may see `/admin`.

use crate::kit::{Bank, Browser};

#[test]
fn admin_is_for_admins() {
    let bank = Bank::start();
    let mut carol = Browser::signed_in(&bank, "carol");
    let page = carol.visit("/admin").expect(200);
    assert!(page.is_private(), "{page}");
    for user in ["alice", "bob"] {
        let mut member = Browser::signed_in(&bank, user);
        let answer = member.fetch("/admin").expect_denial(403, "role").expect_no_cookie();
        assert!(answer.all("www-authenticate").is_empty(), "another password would not help: {answer}");
        // A person is not sent to a page that cannot help either.
        let answer = member.visit("/admin").expect(403).expect_no_cookie();
        assert!(answer.is_private() && answer.location().is_empty(), "{answer}");
        member.visit("/account").expect(200);
    }
}

/// The role is the session's, from its login; another login is another role.
#[test]
fn a_login_as_somebody_else_is_another_role() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    browser.fetch("/admin").expect(403);
    browser.login("carol");
    browser.fetch("/admin").expect(200);
    let carol = browser.token();
    browser.login("alice");
    browser.fetch("/admin").expect(403);
    bank.api("/admin", &carol).expect_denial(401, "superseded");
}

/// The order of the judgement: what ends the session comes before what the route forbids.
#[test]
fn an_end_is_found_before_a_role() {
    let bank = Bank::start();
    let mut member = Browser::signed_in(&bank, "alice");
    bank.advance("30m");
    member.fetch("/admin").expect_denial(401, "idle").expect_removal();
}
