//! `PolicyRouter` mirrors axum's router: nest, merge, fallback, with_state, layer, chained methods, HEAD, preflights.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::Method,
    middleware::{Next, from_fn},
    response::Response,
    routing,
};
use session_policy::{
    axum::{Answer, Entry, Guard, PolicyRouter, any, get, patch, post, put, run, run_alone},
    clock::TestClock,
    policy::{Level, Rules},
    sessions::Sessions,
};

use crate::support::{Client, Faulty, Open, Page, builder, denied, guarded, page, policy, world};

policy!(Public = Rules::UNSET, public());
policy!(Strict = Rules::UNSET.idle(600));
policy!(Elsewhere = Rules::UNSET.auth(Level::Anonymous));

fn sessions() -> Sessions {
    builder(&Faulty::new(), &TestClock::new()).build().unwrap()
}

/// Says where it is, and who asks.
fn here(place: &'static str) -> session_policy::axum::GuardedRoute {
    guarded::<Page, _, _>(move |session, _| async move { format!("{place} {}", session.user().unwrap()) })
}

#[tokio::test]
async fn nested_merged_and_fallback_routes_are_guarded() {
    let (store, clock) = (Faulty::new(), TestClock::new());
    let engine = builder(&store, &clock).build().unwrap();
    let own = || PolicyRouter::new(engine.clone());
    let deep = own().route("/page", here("deep"));
    let nested = own().route("/page", here("nested")).route("/", here("index")).nest("/deep", deep);
    let merged = own().route("/merged", here("merged"));
    let site = crate::support::world_of(engine.clone(), clock, store, |router| {
        router.nest("/nested", nested).merge(merged).fallback(|entry: Entry<Page>| {
            run(entry, |session| async move { format!("fallback {}", session.user().unwrap()) })
        })
    });
    let mut client = Client::new(&site.app);
    let places = [
        ("/nested/page", "nested"),
        ("/nested", "index"),
        ("/nested/deep/page", "deep"),
        ("/merged", "merged"),
        ("/no/such/page", "fallback"),
        ("/nested/nothing", "fallback"),
    ];
    for (target, _) in places {
        let got = client.get(target).await;
        assert_eq!(got.denial(), denied(401, "no_session"), "{target}");
        assert_eq!(got.header("cache-control"), Some("no-store"), "{target}");
    }
    client.login("alice").await;
    for (target, place) in places {
        assert_eq!(client.get(target).await.body, format!("{place} alice"), "{target}");
    }
}

/// The page to come back to is the one that the client asked for, not what a nested router sees of it.
#[tokio::test]
async fn next_is_the_whole_path_of_a_nested_route() {
    let engine = sessions();
    let inner = PolicyRouter::new(engine.clone()).route("/page", page::<Page>());
    let app = PolicyRouter::new(engine).nest("/nested", inner).into_router().unwrap();
    let mut client = Client::new(&app);
    client.headers = vec![("accept", "text/html".to_owned())];
    let got = client.get("/nested/page?a=1").await;
    assert_eq!((got.status, got.header("location")), (303, Some("/login?next=/nested/page%3Fa%3D1")));
}

async fn with_state(entry: Entry<Page>, State(state): State<Arc<str>>, Path(id): Path<u32>) -> Answer {
    run(entry, |session| async move { format!("{state} {id} {}", session.user().unwrap()) }).await
}

#[tokio::test]
async fn state_and_other_extractors() {
    let (store, clock) = (Faulty::new(), TestClock::new());
    let engine = builder(&store, &clock).build().unwrap();
    let stateful =
        PolicyRouter::new(engine.clone()).route("/item/{id}", get(with_state)).with_state(Arc::from("state"));
    let site = crate::support::world_of(engine, clock, store, |router| router.merge(stateful));
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    assert_eq!(client.get("/item/7").await.body, "state 7 alice");
    let got = client.get("/item/seven").await;
    assert_eq!(
        (got.status, got.header("cache-control")),
        (400, Some("no-store")),
        "a later extractor's answer is private"
    );
}

#[tokio::test]
async fn chained_methods_each_have_their_own_policy() {
    async fn answer<P: session_policy::Policy>(entry: Entry<P>, method: Method) -> Answer {
        run_alone(entry, || async move { method.to_string() }).await
    }
    let site = world(Faulty::new(), |router| {
        router
            .route(
                "/many",
                get(answer::<Open>)
                    .post(answer::<Page>)
                    .put(answer::<Page>)
                    .patch(answer::<Page>)
                    .delete(answer::<Page>)
                    .any(answer::<Strict>),
            )
            .route("/one", put(answer::<Page>))
            .route("/two", patch(answer::<Page>).delete(answer::<Open>))
            .route("/any", any(answer::<Page>).post(answer::<Open>))
    });
    let mut client = Client::new(&site.app);
    let mut ask = async |method: Method, target: &str| {
        let request = client.request(method, target);
        client.send(request).await.status
    };
    assert_eq!(ask(Method::GET, "/many").await, 200);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE] {
        assert_eq!(ask(method, "/many").await, 401);
    }
    assert_eq!((ask(Method::PUT, "/one").await, ask(Method::POST, "/one").await), (401, 405));
    assert_eq!((ask(Method::PATCH, "/two").await, ask(Method::DELETE, "/two").await), (401, 200));
    assert_eq!((ask(Method::POST, "/any").await, ask(Method::GET, "/any").await), (200, 401));
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let site = world(Faulty::new(), |router| {
        router.route("/get", get(|entry: Entry<Page>| run_alone(entry, || async { "something" })))
    });
    let mut client = Client::new(&site.app);
    let head = client.request(Method::HEAD, "/get");
    let got = client.send(head).await;
    assert_eq!((got.status, got.body.as_str(), got.header("cache-control")), (401, "", Some("no-store")));
    client.login("alice").await;
    let head = client.request(Method::HEAD, "/get");
    let got = client.send(head).await;
    assert_eq!((got.status, got.body.as_str()), (200, ""));
}

#[tokio::test]
async fn a_preflight_is_never_judged_and_never_runs_a_handler() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let site = world(Faulty::new(), move |router| {
        router.route(
            "/api",
            guarded::<Page, _, _>(move |_, _| {
                counted.fetch_add(1, SeqCst);
                async { "ran" }
            }),
        )
    });
    let mut client = Client::new(&site.app);
    client.login("alice").await;
    let loads = site.store.calls(crate::support::Op::Load);
    client.headers =
        vec![("origin", "https://evil.example".to_owned()), ("access-control-request-method", "POST".to_owned())];
    let mut request = client.request(Method::OPTIONS, "/api");
    request.headers_mut().remove("sec-fetch-site");
    let got = client.send(request).await;
    assert_eq!((got.status, got.body.as_str(), got.header("access-control-allow-origin")), (204, "", None));
    assert_eq!((runs.load(SeqCst), site.store.calls(crate::support::Op::Load)), (0, loads));
}

#[tokio::test]
async fn layers_see_guarded_routes_and_public_ones_have_no_checks() {
    async fn mark(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        response.headers_mut().insert("x-layer", "seen".parse().unwrap());
        response
    }
    let site = world(Faulty::new(), |router| {
        router
            .route("/public", post(|entry: Entry<Public>| run_alone(entry, || async { "public" })))
            .layer(from_fn(mark))
            .route("/later", page::<Elsewhere>())
            .route_unguarded("/health", routing::get(|| async { "up" }), "the load balancer has no session")
    });
    let mut client = Client::new(&site.app);
    let got = client.get("/me").await;
    assert_eq!((got.denial(), got.header("x-layer")), (denied(401, "no_session"), Some("seen")));
    assert_eq!(client.get("/later").await.header("x-layer"), None, "a layer is around what was there before it");
    // Public: even another site may post, nothing is read, nothing is added.
    client.cookie = Some("nonsense".into());
    let mut request = client.request(Method::POST, "/public");
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    let got = client.send(request).await;
    assert_eq!((got.status, got.body.as_str(), got.header("cache-control")), (200, "public", None));
    assert_eq!(client.get("/health").await.body, "up");
}

#[test]
fn the_routes_are_listed() {
    let engine = sessions();
    let nested = PolicyRouter::new(engine.clone()).route("/", page::<Page>()).route("/x", page::<Strict>());
    let router: PolicyRouter = PolicyRouter::new(engine)
        .route("/", get(|entry: Entry<Public>| run_alone(entry, || async { Json(()) })))
        .nest("/nested", nested)
        .route_unguarded("/health", routing::get(|| async { "up" }), "no session")
        .fallback(|entry: Entry<Open>| run_alone(entry, || async {}));
    let lines: Vec<String> = router
        .routes()
        .iter()
        .map(|route| match route.guard {
            Guard::Policy(spec) => format!("{} {} {}: {spec}", route.method, route.path, spec.name),
            Guard::Unguarded(reason) => format!("{} {} unguarded: {reason}", route.method, route.path),
            _ => unreachable!("a guard of a later version"),
        })
        .collect();
    assert_eq!(
        lines,
        [
            "GET / Public: public",
            "ANY /nested Page: ",
            r#"ANY /nested/x Strict: idle = "10m""#,
            "ANY /health unguarded: no session",
            r#"ANY  Open: auth = "anonymous""#,
        ]
    );
    let _: Router = router.into_router().unwrap();
}
