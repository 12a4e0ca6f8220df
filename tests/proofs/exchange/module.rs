//! A module's policy at run time (dsl.md, where a policy is written): it holds on the handlers inside, the nearest keys fall
//! back to it, and `csrf` on every method is only what the handler itself writes (semantics.md §9).

use axum::http::Method;
use session_policy::policy::{Csrf, OnDenied, Policy, Rules, Spec};

use crate::support::{Client, Faulty, page, policy, world};

policy!(Admin = Rules::UNSET.idle(5 * 60).csrf(Csrf::Origin), on_denied(OnDenied::Redirect));
policy!(Inside = Rules::UNSET, within(&Admin::SPEC));
policy!(InsideWithStatus = Rules::UNSET, within(&Admin::SPEC), on_denied(OnDenied::Status));
policy!(Named = Rules::UNSET.csrf(Csrf::Origin));

struct EveryMethod;
impl Policy for EveryMethod {
    const SPEC: Spec = Spec::new("EveryMethod", Rules::UNSET.csrf(Csrf::Origin)).csrf_on_every_method();
}

#[tokio::test]
async fn the_modules_limit_denies_the_route_and_the_session_lives_on() {
    let site = world(Faulty::new(), |router| {
        router.route("/inside", page::<Inside>()).route("/status", page::<InsideWithStatus>())
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    site.clock.advance("299s").unwrap();
    assert_eq!(client.get("/inside").await.status, 200);
    site.clock.advance("5m").unwrap();
    let denied = client.get("/inside").await;
    assert_eq!((denied.status, denied.header("location")), (303, Some("/reauth?reason=route_idle&next=/inside")));
    assert_eq!(client.get("/status").await.status, 401, "the handler's own word is nearer");
    assert_eq!(client.get("/me").await.status, 200);
}

#[tokio::test]
async fn csrf_on_every_method_is_what_the_handler_writes() {
    let site = world(Faulty::new(), |router| {
        router
            .route("/inside", page::<Inside>())
            .route("/named", page::<Named>())
            .route("/every", page::<EveryMethod>())
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    client.headers.push(("sec-fetch-site", "cross-site".to_owned()));
    for (target, get) in [("/inside", 200), ("/named", 200), ("/every", 403)] {
        assert_eq!(client.get(target).await.status, get, "GET {target}");
        let mut request = client.request(Method::POST, target);
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert_eq!(client.send(request).await.status, 403, "POST {target}");
    }
}
