//! Bindings (semantics.md §6): what a mismatch does, and that a step-up is sticky.

use std::sync::{Arc, Mutex};

use session_policy::{
    clock::TestClock,
    policy::{OnMismatch, Rules},
    sessions::Event,
};

use crate::support::{Client, FIREFOX, Faulty, World, builder, denied, page, policy, world_of};

const NEWER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const OLDER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0";
const OTHER_SYSTEM: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0";
const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

policy!(Logs = Rules::UNSET.bind_ua(Some(OnMismatch::Log)));
policy!(StepsUp = Rules::UNSET.bind_ua(Some(OnMismatch::StepUp)));
policy!(Ends = Rules::UNSET.bind_ua(None));

/// The site with a route on each rung, and the mismatches that it reported.
async fn site() -> (World, Client, Arc<Mutex<Vec<Event>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let (clock, store) = (TestClock::new(), Faulty::new());
    let sessions =
        builder(&store, &clock).on_event(move |event| heard.lock().unwrap().push(event.clone())).build().unwrap();
    let site = world_of(sessions, clock, store, |router| {
        router.route("/log", page::<Logs>()).route("/step-up", page::<StepsUp>()).route("/end", page::<Ends>())
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    (site, client, events)
}

fn as_browser(client: &Client, ua: Option<&str>) -> Client {
    let mut other = client.clone();
    other.ua = ua.map(str::to_owned);
    other
}

fn mismatches(events: &Mutex<Vec<Event>>) -> usize {
    events.lock().unwrap().iter().filter(|event| matches!(event, Event::BindingMismatch { .. })).count()
}

#[tokio::test]
async fn the_same_device_passes_every_rung() {
    let (_site, client, events) = site().await;
    for ua in [FIREFOX, NEWER] {
        for target in ["/log", "/step-up", "/end"] {
            assert_eq!(as_browser(&client, Some(ua)).get(target).await.body, "alice", "{ua} at {target}");
        }
    }
    assert_eq!(mismatches(&events), 0);
}

#[tokio::test]
async fn log_goes_on_and_says_so() {
    let (_site, client, events) = site().await;
    for (count, ua) in [Some(CHROME), Some(OLDER), Some(OTHER_SYSTEM), None].into_iter().enumerate() {
        assert_eq!(as_browser(&client, ua).get("/log").await.body, "alice", "{ua:?}");
        assert_eq!(mismatches(&events), count + 1, "{ua:?}");
    }
    assert_eq!(client.clone().get("/step-up").await.body, "alice", "and no mark is left");
}

#[tokio::test]
async fn step_up_is_sticky_for_every_holder_and_every_route() {
    let (_site, client, _) = site().await;
    let got = as_browser(&client, Some(CHROME)).get("/step-up").await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "step_up"), None));
    let challenge = got.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="insufficient_user_authentication""#) && challenge.contains(r#"max_age="0""#));
    assert!(!got.body.contains("user-agent") && !challenge.contains("ua"), "which kind it was stays here");
    for (ua, target) in [(FIREFOX, "/step-up"), (FIREFOX, "/me"), (FIREFOX, "/log"), (CHROME, "/me")] {
        let got = as_browser(&client, Some(ua)).get(target).await;
        assert_eq!(got.denial(), denied(401, "step_up"), "a corrected header does not help: {target}");
    }
    assert_eq!(as_browser(&client, Some(FIREFOX)).get("/open").await.body, "nobody", "not even for anyone's pages");
    // Re-authentication takes the mark away, and captures the client anew.
    let mut chrome = as_browser(&client, Some(CHROME));
    assert_eq!(chrome.get("/reauth").await.status, 200);
    assert_eq!(chrome.post("/reauth?user=alice").await.status, 200);
    assert_eq!(chrome.get("/step-up").await.body, "alice");
    assert_eq!(as_browser(&chrome, Some(FIREFOX)).get("/step-up").await.denial(), denied(401, "step_up"));
}

/// A thief who starts at the re-authentication page, is turned down, and then corrects the header, is still marked.
#[tokio::test]
async fn the_re_authentication_page_is_no_way_around_the_mark() {
    let (clock, store) = (TestClock::new(), Faulty::new());
    policy!(Bound = Rules::UNSET.bind_ua(Some(OnMismatch::StepUp)));
    let sessions = crate::support::builder_of::<Bound>(&store, &clock).build().unwrap();
    let site = world_of(sessions, clock, store, |router| router);
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let thief = as_browser(&client, Some(CHROME)).get("/reauth").await;
    assert_eq!(thief.status, 200, "whoever must re-authenticate reaches the page");
    assert_eq!(client.get("/me").await.denial(), denied(401, "step_up"));
}

#[tokio::test]
async fn end_ends_for_another_family_and_steps_up_within_one() {
    for ua in [Some(CHROME), Some("curl/8.5.0"), None] {
        let (_site, mut client, _) = site().await;
        let got = as_browser(&client, ua).get("/end").await;
        assert_eq!((got.denial(), got.removes()), (denied(401, "binding"), true), "{ua:?}");
        assert_eq!(client.get("/me").await.denial(), denied(401, "binding"), "it is over for its owner, too");
    }
    for ua in [OLDER, OTHER_SYSTEM] {
        let (_site, mut client, _) = site().await;
        let got = as_browser(&client, Some(ua)).get("/end").await;
        assert_eq!((got.denial(), got.cookie()), (denied(401, "step_up"), None), "{ua}");
        assert_eq!(client.get("/me").await.denial(), denied(401, "step_up"));
        client.post("/reauth?user=alice").await;
        assert_eq!(client.get("/end").await.body, "alice");
    }
}
