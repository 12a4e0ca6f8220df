//! The headline of the design card, and every form around it, with all warnings denied.
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, missing_debug_implementations)]

use axum::{
    Router,
    extract::{Path, Query, State},
    response::{Html, IntoResponse},
    routing::get,
};
use session_policy::{Policy, Session, SessionCookie, SessionData, SessionPolicy, UserSession, axum::session};

/// The base.
#[derive(Debug, SessionPolicy)]
#[session(idle = "30m", absolute = "8h", touch = "1m")]
pub struct Site;

/// Who people are.
#[derive(Clone, Copy, Debug, SessionPolicy)]
pub enum Role {
    /// Adds nothing.
    Member,
    /// Stricter.
    #[session(idle = "15m", id = "adm")]
    Admin,
    /// Stricter still.
    #[session(idle = "10m", extends = Site)]
    Auditor,
}

/// The cookie.
#[derive(Debug, SessionCookie)]
#[cookie(name = "__Host-bank", same_site = "strict")]
pub struct AppCookie;

/// A cookie that is shared.
#[derive(Debug, SessionCookie)]
#[cookie(name = "__Secure-bank", domain = "example.com", path = "/app", purpose = "one login for all hosts")]
pub struct Shared;

/// The default cookie.
#[derive(Debug, SessionCookie)]
pub struct Plain;

/// Bought so far.
#[derive(Debug, serde::Serialize, serde::Deserialize, SessionData)]
#[data(key = "bank.cart-1", carry = "login")]
pub struct Cart {
    /// What.
    pub items: Vec<u32>,
}

#[session(idle = "30m", absolute = "8h", bind = "ua", rotate_on = "login")]
async fn dashboard(me: UserSession) -> Html<String> {
    let _: &Session = &me;
    Html(String::new())
}

/// Everything at once.
#[session(
    idle = "10m",
    absolute = "1h",
    fresh = "5m",
    auth = "mfa",
    role = [Role::Admin, Role::Auditor],
    bind = ["ua"],
    on_mismatch = "step_up",
    rotate_on = ["login", "reauth", "privilege"],
    csrf = "off",
    activity = "active",
    on_denied = "status",
    on_store_error = "deny",
    extends = Site,
    deviation(csrf = "checked by a signature in the body"),
)]
pub async fn everything(
    State(seen): State<u32>,
    me: UserSession,
    Path(id): Path<u32>,
    q: Query<Vec<(String, String)>>,
    _unused: axum::http::Method,
) -> impl IntoResponse {
    let _ = (seen, id, q.0, &*me);
    "ok"
}

#[session]
async fn defaults(_s: Session) -> &'static str {
    ""
}

#[session(public)]
fn home(home: axum::http::Method) -> &'static str {
    drop(home);
    ""
}

#[session(Site)]
async fn named(mut me: UserSession) -> Result<String, String> {
    me = me.clone();
    let _ = me;
    Ok(String::new())
}

#[session(auth = "anonymous", on_store_error = "anonymous")]
fn boxed(s: Session) -> std::pin::Pin<Box<dyn Future<Output = String> + Send>> {
    drop(s);
    Box::pin(async { String::new() })
}

#[session(activity = "passive")]
async fn generic<T: Send + Default + 'static, const N: usize>(s: Session, _: Query<Vec<(String, String)>>) -> String
where
    T: std::fmt::Display,
{
    drop(s);
    format!("{}{N}", T::default())
}

/// Methods under a named policy.
#[derive(Debug)]
pub struct Api;

impl Api {
    /// A route.
    #[session(Site)]
    pub async fn route(s: Session) -> String {
        drop(s);
        String::new()
    }

    /// A route that knows its type.
    #[session(Site)]
    pub async fn myself(State(_): State<u32>, me: UserSession) -> String {
        struct Other;
        impl Other {
            fn name(&self) -> &'static str {
                let Self = self;
                "other"
            }
        }
        drop(me);
        Self::text(Other.name())
    }

    fn text(of: &str) -> String {
        of.to_owned()
    }
}

#[session(idle = "1m")]
#[cfg(any())]
async fn not_here() -> Nothing {}

fn main() {
    let _: Router<()> = Router::new()
        .route("/", get(home))
        .route("/a", get(dashboard))
        .route("/c", get(defaults))
        .route("/d", get(named))
        .route("/e", get(boxed))
        .route("/f", get(generic::<u8, 3>))
        .route("/g", get(Api::route))
        .merge(Router::new().route("/b/{id}", get(everything)).route("/h", get(Api::myself)).with_state(7));
    assert_eq!(DashboardPolicy::SPEC.to_string(), r#"idle = "30m", absolute = "8h", bind = "ua", rotate_on = "login""#);
    assert_eq!(DashboardPolicy::SPEC.place.line, 52);
    assert_eq!(<Role as session_policy::Roles>::TABLE.roles[1].id, "adm");
    assert_eq!(Shared::COOKIE.domain, Some("example.com"));
    assert_eq!((AppCookie::COOKIE.name, Plain::COOKIE.name), ("__Host-bank", "__Host-id"));
    assert!(Cart::DATA.carry_login);
    assert!(HomePolicy::SPEC.public);
    assert_eq!(
        EverythingPolicy::SPEC.to_string(),
        r#"idle = "10m", absolute = "1h", fresh = "5m", auth = "mfa", role = [Role::Admin, Role::Auditor], bind = "ua", on_mismatch = "step_up", rotate_on = ["login", "reauth", "privilege"], touch = "1m", csrf = "off", activity = "active", on_denied = "status", on_store_error = "deny", deviation(csrf = "checked by a signature in the body")"#,
    );
}
