//! [`Session::is_fresh`](session_policy::Session::is_fresh) says beforehand what a route with that `fresh` will say.

use std::time::Duration;

use session_policy::{
    Level,
    policy::{Activity, Rules},
};

use super::{EVERY_MS, GRACE_MS, MINUTE_MS, due, lost, rotated, rotating_with};
use crate::support::{Client, Faulty, World, guarded, policy};

policy!(Looking = Rules::UNSET.auth(Level::Anonymous), activity(Activity::Passive));

fn site() -> World {
    let is_fresh =
        guarded::<Looking, _, _>(|session, _| async move { session.is_fresh(Duration::from_secs(3600)).to_string() });
    rotating_with(Faulty::new(), |router| router.route("/is-fresh", is_fresh)).0
}

/// Asks, then tries.
#[track_caller]
fn agree((asked, served): (String, u16), expected: bool) {
    assert_eq!((asked.as_str(), served == 200), (if expected { "true" } else { "false" }, expected), "{served}");
}

async fn both(client: &mut Client) -> (String, u16) {
    (client.get("/is-fresh").await.body, client.get("/fresh").await.status)
}

#[tokio::test]
async fn to_the_millisecond() {
    let site = site();
    let mut client = Client::new(&site.app);
    agree(both(&mut client).await, false);
    client.login("alice").await;
    for (later, expected) in
        [(0, true), (20 * MINUTE_MS, true), (20 * MINUTE_MS, true), (20 * MINUTE_MS - 1, true), (1, false)]
    {
        site.clock.advance_ms(later);
        agree(both(&mut client).await, expected);
    }
    client.post("/reauth?user=alice").await;
    agree(both(&mut client).await, true);
    client.post("/logout").await;
    agree(both(&mut client).await, false);
}

#[tokio::test]
async fn not_in_place_of_a_lost_answer() {
    let site = site();
    let mut client = due(&site).await;
    lost(&mut client).await;
    agree(both(&mut client).await, true);
    site.clock.advance_ms(GRACE_MS);
    agree(both(&mut client).await, false);
    rotated(&mut client).await;
    agree(both(&mut client).await, false);
    site.clock.advance_ms(EVERY_MS);
    rotated(&mut client).await;
    agree(both(&mut client).await, false);
    client.post("/reauth?user=alice").await;
    agree(both(&mut client).await, true);
}
