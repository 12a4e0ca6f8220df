//! The report agrees with what is enforced: at the reported limit of a route the runtime denies, a second before it does not.

use axum::{Router, body::Body, http::StatusCode};
use session_policy::{duration, report::Report, test::TestSession};
use tower::ServiceExt;

use crate::site::{Role, router, sessions};

fn limit(report: &Report, title: &str, key: &str, role: &str) -> u64 {
    let route = report.routes.iter().find(|route| route.title() == title).unwrap();
    let row = route.effective.iter().find(|row| row.key == key).unwrap();
    let held = row.values.iter().find(|held| held.roles.is_empty() || held.roles.iter().any(|name| name == role));
    duration::parse(&held.unwrap().value).unwrap().as_secs()
}

/// The answer to a session of this role that was idle so long.
async fn after(seconds: u64, role: Role, path: &str) -> StatusCode {
    let (sessions, clock) = sessions();
    let app: Router = router(&sessions).into_router().unwrap();
    let session = TestSession::of(&sessions).user("alice").role(role).start().await.unwrap();
    clock.advance(&format!("{seconds}s")).unwrap();
    let request = session.request("GET", path).body(Body::empty()).unwrap();
    app.oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn at_every_reported_limit() {
    let (own, _clock) = sessions();
    let report = router(&own).report();
    let roles = [(Role::Member, "Role::Member"), (Role::Admin, "Role::Admin"), (Role::Clerk, "Role::Clerk")];
    for (title, path, keys) in
        [("GET /bare", "/bare", &["idle"][..]), ("GET /sensitive/{id}", "/sensitive/1", &["idle", "fresh"])]
    {
        for (role, name) in roles {
            let least = keys.iter().map(|key| limit(&report, title, key, name)).min().unwrap();
            assert_eq!(after(least - 1, role, path).await, StatusCode::OK, "{title} for {name}, {least}s - 1s");
            assert_eq!(after(least, role, path).await, StatusCode::UNAUTHORIZED, "{title} for {name}, {least}s");
        }
    }
}
