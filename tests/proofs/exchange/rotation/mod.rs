//! Periodic rotation (semantics.md §4): when a successor is issued, how long its parent is served, what a replay ends.

mod beside;
mod due;
mod fresh;
mod logout;
mod lost;
mod replay;

use std::sync::{Arc, Mutex};

use crate::support::{Client, Faulty, World, builder_of, page, policy, world_of};
use session_policy::{
    axum::PolicyRouter,
    clock::TestClock,
    policy::Rules,
    sessions::Event,
    store::{ByUser, Snapshot, UserId},
    token::{Token, TokenId, TokenKind},
};

policy!(Rotating = Rules::UNSET.idle(30 * 60).absolute(8 * 3600).rotate_every(15 * 60).grace(30));
policy!(Fresh = Rules::UNSET.fresh(3600));

/// A quarter of an hour: as often as [`Rotating`] rotates.
const EVERY_MS: u64 = 15 * 60_000;
const GRACE_MS: u64 = 30_000;
const MINUTE_MS: u64 = 60_000;

/// What was reported.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Event>>>);

impl Heard {
    /// The reasons of all ends, in order.
    fn ends(&self) -> Vec<&'static str> {
        let events = self.0.lock().unwrap();
        events
            .iter()
            .filter_map(|event| if let Event::Ended { reason, .. } = event { Some(reason.as_str()) } else { None })
            .collect()
    }
}

/// The site with a base that rotates, `/fresh`, and what else is asked for.
fn rotating_with(store: Faulty, more: impl FnOnce(PolicyRouter) -> PolicyRouter) -> (World, Heard) {
    let (clock, heard) = (TestClock::new(), Heard::default());
    let events = Arc::clone(&heard.0);
    let sessions = builder_of::<Rotating>(&store, &clock)
        .on_event(move |event| events.lock().unwrap().push(event.clone()))
        .build()
        .expect("the engine");
    let site = world_of(sessions, clock, store, |router| more(router.route("/fresh", page::<Fresh>())));
    (site, heard)
}

fn rotating() -> (World, Heard) {
    rotating_with(Faulty::new(), |router| router)
}

/// Somebody who is signed in, and whose token is due.
async fn due(site: &World) -> Client {
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.clock.advance_ms(EVERY_MS);
    client
}

fn id(token: &str) -> TokenId {
    Token::parse(token.as_bytes()).expect("a token").id(TokenKind::Session)
}

/// alice's session that this token leads to. Nothing is presented: a look must not confirm a successor.
async fn kept(site: &World, token: &str) -> Snapshot {
    let alice = UserId::try_from("alice").expect("an id");
    let sessions = site.store.inner().of_user(&alice).await.expect("a store");
    sessions.into_iter().find(|session| session.line.tokens().any(|own| own == id(token))).expect("her session")
}

/// Rotates the token of a client whose token is due: (parent, successor), the client holding the successor.
async fn rotated(client: &mut Client) -> (String, String) {
    let parent = client.token();
    let got = client.get("/me").await;
    let successor = got.token().expect("a successor");
    assert_eq!((got.status, client.token()), (200, successor.clone()));
    assert_ne!(parent, successor);
    (parent, successor)
}

/// Rotates the token, and the answer is lost: the client still holds the parent. The successor that nobody has.
async fn lost(client: &mut Client) -> String {
    let (parent, successor) = rotated(client).await;
    client.cookie = Some(parent);
    successor
}
