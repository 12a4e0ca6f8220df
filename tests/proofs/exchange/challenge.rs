//! Two identical challenges in a row after a successful re-authentication: 403, no loop (semantics.md §8).

use session_policy::policy::{Level, Rules};

use crate::support::{Client, Faulty, World, denied, page, policy, world};

policy!(Transfer = Rules::UNSET.fresh(5 * 60));
policy!(Statements = Rules::UNSET.idle(10 * 60));
policy!(Vault = Rules::UNSET.auth(Level::Mfa));
policy!(FreshVault = Rules::UNSET.auth(Level::Mfa).fresh(5 * 60));

async fn site() -> (World, Client) {
    let site = world(Faulty::new(), |router| {
        router
            .route("/transfer", page::<Transfer>())
            .route("/statements", page::<Statements>())
            .route("/vault", page::<Vault>())
            .route("/fresh-vault", page::<FreshVault>())
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    (site, client)
}

#[tokio::test]
async fn a_re_authentication_that_does_not_help_is_not_asked_for_again() {
    let (site, mut client) = site().await;
    assert_eq!(client.get("/vault").await.denial(), denied(401, "level"));
    assert_eq!(client.get("/vault").await.denial(), denied(401, "level"), "asking twice before is no loop");
    client.post("/reauth?user=alice").await;
    let got = client.get("/vault").await;
    assert_eq!((got.denial(), got.header("www-authenticate")), (denied(403, "step_up_failed"), None));
    assert_eq!(client.get("/vault").await.denial(), denied(401, "level"), "a person may try with something better");
    assert_eq!(client.get("/me").await.status, 200, "elsewhere the session goes on");
    client.post("/reauth?user=alice&level=mfa").await;
    assert_eq!(client.get("/vault").await.body, "alice", "the right level opens it");

    // `fresh` counts at the route's level: a password does not refresh it.
    site.clock.advance("5m").unwrap();
    assert_eq!(client.get("/fresh-vault").await.denial(), denied(401, "fresh"));
    client.post("/reauth?user=alice&level=full").await;
    assert_eq!(client.get("/fresh-vault").await.denial(), denied(403, "step_up_failed"));
}

#[tokio::test]
async fn a_satisfied_challenge_may_come_again() {
    let (site, mut client) = site().await;
    for round in 0..3 {
        site.clock.advance("5m").unwrap();
        assert_eq!(client.get("/transfer").await.denial(), denied(401, "fresh"), "round {round}");
        client.post("/reauth?user=alice").await;
        assert_eq!(client.get("/transfer").await.body, "alice", "round {round}");
    }
}

/// Whoever re-authenticates and then does something else for a while is asked again, not refused.
#[tokio::test]
async fn a_challenge_is_repeated_when_its_answer_has_worn_off() {
    let (site, mut client) = site().await;
    site.clock.advance("5m").unwrap();
    assert_eq!(client.get("/transfer").await.denial(), denied(401, "fresh"));
    client.post("/reauth?user=alice").await;
    for _ in 0..3 {
        site.clock.advance("2m").unwrap();
        client.get("/me").await;
    }
    assert_eq!(client.get("/transfer").await.denial(), denied(401, "fresh"));
    client.post("/reauth?user=alice").await;
    assert_eq!(client.get("/transfer").await.body, "alice");

    site.clock.advance("12m").unwrap();
    assert_eq!(client.get("/statements").await.denial(), denied(401, "route_idle"));
    client.post("/reauth?user=alice").await;
    site.clock.advance("12m").unwrap();
    assert_eq!(client.get("/statements").await.denial(), denied(401, "route_idle"));
}

#[tokio::test]
async fn another_challenge_is_no_repetition() {
    let (site, mut client) = site().await;
    site.clock.advance("12m").unwrap();
    assert_eq!(client.get("/transfer").await.denial(), denied(401, "fresh"));
    assert_eq!(client.get("/statements").await.denial(), denied(401, "route_idle"));
    client.post("/reauth?user=alice").await;
    assert_eq!(client.get("/vault").await.denial(), denied(401, "level"), "another route");
    assert_eq!(client.get("/statements").await.body, "alice");
    assert_eq!(client.get("/transfer").await.body, "alice");
}

/// A gap that a lax route bridged still shows on the strict one (semantics.md §3), until an authentication.
#[tokio::test]
async fn idle_is_not_laundered() {
    let (site, mut client) = site().await;
    site.clock.advance("12m").unwrap();
    assert_eq!(client.get("/me").await.status, 200);
    let got = client.get("/statements").await;
    assert_eq!(got.denial(), denied(401, "route_idle"));
    assert!(got.header("www-authenticate").unwrap().contains(r#"max_age="0""#));
    assert_eq!(client.get("/me").await.status, 200, "the session lives on");
    client.post("/reauth?user=alice").await;
    assert_eq!(client.get("/statements").await.body, "alice");
}
