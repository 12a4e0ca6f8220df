//! The session's own limits, to the millisecond (semantics.md §3).

use session_policy::policy::Rules;

use crate::support::{Client, Faulty, World, denied, page, policy, world};

const HOUR: u64 = 3_600_000;

policy!(Short = Rules::UNSET.absolute(3600));

async fn signed_in(query: &str) -> (World, Client) {
    let site = world(Faulty::new(), |router| router.route("/short", page::<Short>()));
    let mut client = Client::new(&site.app);
    assert_eq!(client.post(&format!("/login?user=alice{query}")).await.status, 200);
    (site, client)
}

/// Steady use up to `ms` after the sign-in, a request every ten minutes.
async fn use_until(site: &World, client: &mut Client, ms: u64) {
    let start = session_policy::clock::TestClock::START_MS;
    while site.clock.now_ms() + 600_000 < start + ms {
        site.clock.advance_ms(600_000);
        assert_eq!(client.get("/me").await.status, 200);
    }
    site.clock.set_ms(start + ms);
}

#[tokio::test]
async fn idle_to_the_millisecond() {
    for (role, idle) in [("", 1_800_000), ("&role=admin", 900_000)] {
        for (later, alive) in [(idle - 1, true), (idle, false)] {
            for target in ["/me", "/short", "/watch"] {
                let (site, mut client) = signed_in(role).await;
                site.clock.advance_ms(later);
                let got = client.get(target).await;
                if alive {
                    assert_eq!(got.status, 200, "{target} {later} ms later");
                } else {
                    assert_eq!((got.denial(), got.removes()), (denied(401, "idle"), true), "{target}");
                }
            }
        }
    }
}

#[tokio::test]
async fn absolute_to_the_millisecond() {
    for (later, alive) in [(8 * HOUR - 1, true), (8 * HOUR, false)] {
        let (site, mut client) = signed_in("").await;
        use_until(&site, &mut client, later).await;
        let got = client.get("/me").await;
        if alive {
            assert_eq!(got.status, 200);
        } else {
            assert_eq!((got.denial(), got.removes()), (denied(401, "absolute"), true));
        }
    }
}

#[tokio::test]
async fn a_route_s_absolute_denies_the_route_only() {
    let (site, mut client) = signed_in("").await;
    use_until(&site, &mut client, HOUR).await;
    let got = client.get("/short").await;
    assert_eq!((got.denial(), got.cookie()), (denied(401, "route_absolute"), None));
    assert!(got.header("www-authenticate").unwrap().contains(r#"max_age="3600""#));
    assert_eq!(client.get("/me").await.status, 200);
}

/// The absolute end moves with an authentication at the session's own level or higher, and with no other.
#[tokio::test]
async fn what_moves_the_absolute_end() {
    for (login, again, moves) in
        [("full", "full", true), ("full", "mfa", true), ("mfa", "full", false), ("mfa", "mfa", true)]
    {
        let (site, mut client) = signed_in(&format!("&level={login}")).await;
        use_until(&site, &mut client, 7 * HOUR).await;
        assert_eq!(client.post(&format!("/reauth?user=alice&level={again}")).await.status, 200);
        use_until(&site, &mut client, 8 * HOUR).await;
        let alive = client.get("/me").await.status == 200;
        assert_eq!(alive, moves, "{login}, then {again}");
        if moves {
            use_until(&site, &mut client, 15 * HOUR - 1).await;
            assert_eq!(client.get("/me").await.status, 200);
            site.clock.advance_ms(1);
            assert_eq!(client.get("/me").await.denial(), denied(401, "absolute"));
        }
    }
}

/// An anonymous session lives by the same clock, from its creation.
#[tokio::test]
async fn an_anonymous_session_ends_too() {
    let site = world(Faulty::new(), |router| router);
    let mut client = Client::new(&site.app);
    client.post("/set?note=x").await;
    site.clock.advance_ms(1_799_999);
    assert_eq!(client.get("/note").await.body, "x -");
    site.clock.advance_ms(1_800_000);
    let got = client.get("/note").await;
    assert_eq!(
        (got.status, got.body.as_str(), got.removes()),
        (200, "- -", true),
        "the page is for anyone; the data is gone"
    );
    assert_eq!(site.store.inner().live_sessions(), 0);
}
