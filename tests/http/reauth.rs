//! From a challenge to the re-authentication page and back, as a person goes.

use crate::kit::{Bank, Browser, Form, PASSWORD, forms};

/// The form of a page that asks for a password.
#[track_caller]
fn password_form(page: &str) -> Form {
    let asks = |form: &Form| form.inputs.iter().any(|(name, _, _)| name == "password");
    forms(page).into_iter().find(asks).unwrap_or_else(|| panic!("a form asks for the password: {page}"))
}

/// Submits a form as a browser does: to its action, or to the page's own address.
fn submit(browser: &mut Browser<'_>, page: &str, form: &Form, typed: &[(&str, &str)]) -> crate::kit::Answer {
    assert_eq!(form.method, "post");
    let target = if form.action.is_empty() { page } else { &form.action };
    browser.post(target, &form.filled(typed))
}

#[test]
fn a_person_comes_back_to_the_page_that_asked() {
    let bank = Bank::start();
    let mut browser = Browser::new(&bank);

    let page = browser.visit("/statements").expect(303).location().to_owned();
    let form = password_form(&browser.visit(&page).expect(200).text());
    let answer = submit(&mut browser, &page, &form, &[("user", "alice"), ("password", PASSWORD)]);
    answer.expect_redirect("/statements");
    browser.visit("/statements").expect(200);

    bank.advance("12m");
    let page = browser.visit("/statements?year=2025&q=%26").expect(303).location().to_owned();
    assert!(page.starts_with("/reauth"), "{page}");
    let form = password_form(&browser.visit(&page).expect(200).text());
    let answer = submit(&mut browser, &page, &form, &[("password", PASSWORD)]);
    answer.expect_redirect("/statements?year=2025&q=%26");
    browser.visit("/statements?year=2025&q=%26").expect(200);
}

/// A mistyped password costs nobody the way back.
#[test]
fn a_wrong_password_keeps_the_place_to_come_back_to() {
    let bank = Bank::start();
    let mut browser = Browser::new(&bank);
    let page = browser.visit("/statements").expect(303).location().to_owned();
    let form = password_form(&browser.visit(&page).expect(200).text());
    let again = submit(&mut browser, &page, &form, &[("user", "alice"), ("password", "wrong")]);
    let (page, text) = match again.status {
        303 => (again.location().to_owned(), browser.visit(again.location()).text()),
        _ => (page, again.text()),
    };
    let form = password_form(&text);
    submit(&mut browser, &page, &form, &[("user", "alice"), ("password", PASSWORD)]).expect_redirect("/statements");
}

#[test]
fn both_pages_say_in_words_why_one_is_there() {
    let bank = Bank::start();
    let mut browser = Browser::signed_in(&bank, "alice");
    let plain = browser.visit("/reauth").expect(200).text();
    for reason in ["route_idle", "fresh"] {
        let page = browser.visit(&format!("/reauth?reason={reason}")).expect(200).text();
        assert!(page.len() > plain.len(), "{reason} is explained: {page}");
    }
    let mut stranger = Browser::new(&bank);
    let plain = stranger.visit("/login").expect(200).text();
    let mut said = Vec::new();
    for reason in ["idle", "absolute", "logout", "replayed", "binding", "too_many_attempts"] {
        let page = stranger.visit(&format!("/login?reason={reason}")).expect(200).text();
        assert!(page.len() > plain.len(), "{reason} is explained: {page}");
        said.push(page);
    }
    said.sort();
    said.dedup();
    assert_eq!(said.len(), 6, "each reason has words of its own");
}

#[test]
fn only_words_of_ours_are_rendered() {
    let bank = Bank::start();
    let plain = Browser::new(&bank).visit("/login").expect(200).text();
    for reason in ["Call+0900-555", "%3Cscript%3Ealert(1)%3C/script%3E", "IDLE", "idle%00", "", "no_session_at_all"] {
        let page = Browser::new(&bank).visit(&format!("/login?reason={reason}")).expect(200).text();
        assert_eq!(page, plain, "{reason} is nobody's reason");
    }
}
