//! `next` and `reason` (semantics.md §8): made from the request, validated again on use, rendered by us only.

use axum::http::Method;
use session_policy::policy::{Activity, OnDenied, Rules};

use crate::support::{Client, Faulty, Open, World, guarded, page, policy, world};

policy!(Fresh = Rules::UNSET.fresh(5 * 60));
policy!(StatusOnly = Rules::UNSET, on_denied(OnDenied::Status));
policy!(RedirectAlways = Rules::UNSET, on_denied(OnDenied::Redirect));
policy!(Polled = Rules::UNSET, activity(Activity::Passive), on_denied(OnDenied::Redirect));

fn site() -> (World, Client) {
    let site = world(Faulty::new(), |router| {
        router
            .route("/fresh", page::<Fresh>())
            .route("/status", page::<StatusOnly>())
            .route("/redirect", page::<RedirectAlways>())
            .route("/polled", page::<Polled>())
            .route(
                "/asked",
                guarded::<Open, _, _>(|session, ask| async move {
                    let form = ask.get("form").map(|form| session.checked_next_or(form, "/home"));
                    format!(
                        "{:?} {} {form:?}",
                        session.reason().map(session_policy::Reason::as_str),
                        session.next_or("/home")
                    )
                }),
            )
    });
    let client = Client::new(&site.app);
    (site, client)
}

async fn navigate(client: &mut Client, method: Method, target: &str) -> (u16, Option<String>) {
    let mut request = client.request(method, target);
    request.headers_mut().insert("sec-fetch-mode", "navigate".parse().unwrap());
    let got = client.send(request).await;
    (got.status, got.header("location").map(str::to_owned))
}

fn to(location: &str) -> (u16, Option<String>) {
    (303, Some(location.to_owned()))
}

#[tokio::test]
async fn a_navigation_is_sent_to_the_page_that_helps() {
    let (site, mut client) = site();
    assert_eq!(navigate(&mut client, Method::GET, "/me?tab=2").await, to("/login?next=/me%3Ftab%3D2"));
    assert_eq!(navigate(&mut client, Method::POST, "/me").await, to("/login"), "a POST cannot be repeated");
    client.login("alice").await;
    site.clock.advance("5m").unwrap();
    assert_eq!(navigate(&mut client, Method::GET, "/fresh").await, to("/reauth?reason=fresh&next=/fresh"));
    site.clock.advance("30m").unwrap();
    assert_eq!(navigate(&mut client, Method::GET, "/me").await, to("/login?reason=idle&next=/me"));
    assert_eq!(client.cookie, None, "and the dead cookie goes");
    assert_eq!(navigate(&mut client, Method::GET, "/reauth").await, to("/login"), "never back to re-authentication");
}

#[tokio::test]
async fn accept_decides_where_fetch_metadata_is_missing() {
    let (_site, mut client) = site();
    for (accept, status) in
        [("text/html", 303), ("application/xhtml+xml;q=0.9, */*", 303), ("application/json", 401), ("*/*", 401)]
    {
        client.headers = vec![("accept", accept.to_owned())];
        assert_eq!(client.get("/me").await.status, status, "{accept}");
        assert_eq!(client.post("/me").await.status, 401, "{accept}, POST");
    }
    client.headers = vec![("accept", "text/html".to_owned()), ("sec-fetch-mode", "cors".to_owned())];
    assert_eq!(client.get("/me").await.status, 401, "a fetch says that it is none");
}

#[tokio::test]
async fn on_denied_decides_the_form() {
    let (_site, mut client) = site();
    assert_eq!(navigate(&mut client, Method::GET, "/status").await, (401, None));
    let got = client.get("/redirect").await;
    assert_eq!((got.status, got.header("location")), (303, Some("/login?next=/redirect")));
    assert_eq!(navigate(&mut client, Method::GET, "/polled").await, to("/login"), "nobody wants to arrive at a poll");
}

#[tokio::test]
async fn only_paths_of_this_site_are_followed() {
    let (_site, mut client) = site();
    for (next, expected) in [
        ("/account%3Ftab%3D2", "/account?tab=2"),
        ("/a%20b", "/home"),
        ("//evil.example", "/home"),
        ("%2F%2Fevil.example", "/home"),
        ("/%5Cevil.example", "/home"),
        ("/%2F/evil.example", "/home"),
        ("/%252Fevil.example", "/home"),
        ("https://evil.example", "/home"),
        ("javascript:alert(1)", "/home"),
        ("/a%0d%0aSet-Cookie:x", "/home"),
        ("/a%00", "/home"),
        ("", "/home"),
        ("/login", "/home"),
        ("/login?x=1", "/home"),
        ("/login%23x", "/home"),
        ("/reauth", "/home"),
        ("/logout", "/home"),
    ] {
        let got = client.get(&format!("/asked?next={next}")).await;
        assert_eq!(got.body, format!("None {expected} None"), "{next}");
    }
    let long = "a".repeat(2_048);
    assert_eq!(client.get(&format!("/asked?next=/{long}")).await.body, "None /home None");
    for (form, expected) in [("/ok", "/ok"), ("//evil.example", "/home"), ("/logout", "/home"), ("/\\evil", "/home")] {
        let target = format!("/asked?form={form}").replace('\\', "%5C");
        let expected = if form.contains('\\') { "/home" } else { expected };
        assert_eq!(client.get(&target).await.body, format!("None /home Some({expected:?})"), "{form}");
    }
}

#[tokio::test]
async fn a_reason_is_one_of_ours_or_nothing() {
    let (_site, mut client) = site();
    for (reason, expected) in [
        ("idle", "Some(\"idle\")"),
        ("route_idle", "Some(\"route_idle\")"),
        ("no_session", "Some(\"no_session\")"),
        ("%3Cb%3Eyou%20won%3C/b%3E", "None"),
        ("IDLE", "None"),
        ("", "None"),
    ] {
        assert_eq!(
            client.get(&format!("/asked?reason={reason}")).await.body,
            format!("{expected} /home None"),
            "{reason}"
        );
    }
}
