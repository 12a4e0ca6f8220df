//! Handlers that a macro of the user's writes: literals, types, paths and bodies arrive in invisible groups.
#![deny(warnings)]

use axum::{Router, extract::Path, routing::get};
use session_policy::{Policy, SessionPolicy, UserSession, axum::session};

#[derive(SessionPolicy)]
#[session(idle = "30m")]
struct Site;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Admin,
}

macro_rules! handler {
    ($(#[$attr:meta])* $vis:vis $name:ident, $idle:literal, $base:path, $role:expr, $me:ident: $ty:ty, $id:pat => $of:ty, $body:block) => {
        $(#[$attr])*
        #[session(idle = $idle, extends = $base, role = Role::Admin)]
        $vis async fn $name($me: $ty, $id: $of) -> String $body
    };
}

handler!(
    #[allow(clippy::unused_async)]
    pub(crate) page, "10m", crate::Site, Role::Admin, me: UserSession, Path(id) => Path<u32>, {
    drop(me);
    id.to_string()
});

macro_rules! named {
    ($policy:path) => {
        #[session($policy)]
        async fn named() {}
    };
}

named!(crate::Site);

fn main() {
    let _: Router = Router::new().route("/{id}", get(page)).route("/", get(named));
    assert_eq!(PagePolicy::SPEC.to_string(), r#"idle = "10m", role = Role::Admin"#);
}
