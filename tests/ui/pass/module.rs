//! Modules: nested, with named policies, in `impl` blocks, and functions that nobody guards.
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications)]

use axum::{Router, routing::get};
use session_policy::{
    Policy, Session, SessionPolicy, UserSession,
    axum::session,
    policy::{Activity, OnDenied},
};

/// The base.
#[derive(Debug, SessionPolicy)]
#[session(idle = "30m", absolute = "8h", bind = "ua")]
pub struct Site;

/// Stricter.
#[derive(Debug, SessionPolicy)]
#[session(idle = "5m")]
pub struct Tight;

/// Who people are.
#[derive(Clone, Copy, Debug, SessionPolicy)]
pub enum Role {
    /// Runs it.
    Admin,
    /// Looks at it.
    Auditor,
}

/// For those who run it.
//~ NEXT TO looser-than-module module-not-inline module-without-handlers
#[session(extends = Site, idle = "15m", role = [Role::Admin, Role::Auditor], csrf = "origin", on_denied = "status")]
pub mod admin {
    use super::*;

    /// The defaults of the module.
    #[session]
    pub async fn bare(me: UserSession) {
        drop(me);
    }

    /// Tighter.
    #[session_policy::axum::session(fresh = "5m", role = Role::Admin, on_denied = "redirect")]
    pub async fn keys(me: UserSession) {
        drop(me);
    }

    /// A named policy, and the module's.
    #[session(Tight)]
    pub async fn named(me: UserSession) -> String {
        drop(me);
        untouched()
    }

    #[cfg_attr(all(), session(idle = "1m"))]
    pub(crate) async fn conditional() {}

    fn untouched() -> String {
        String::new()
    }

    /// Nested.
    pub mod deep {
        pub(super) use super::super::session;
        use super::super::{Session, UserSession};

        /// Nested once more.
        #[session(activity = "passive", idle = "14m")]
        pub mod deeper {
            use super::*;

            /// Polled.
            #[session(idle = "13m")]
            pub async fn polled(s: Session) {
                drop(s);
            }

            /// Polled, too.
            #[session(super::super::super::Tight)]
            pub async fn named(me: UserSession) {
                drop(me);
            }
        }
    }

    /// Handlers that belong together.
    #[derive(Debug)]
    pub struct Api;

    impl Api {
        /// A list.
        #[session(Tight)]
        pub async fn list(me: UserSession) {
            drop(me);
        }
    }

    /// Not a handler.
    #[derive(Debug, SessionPolicy)]
    #[session(idle = "2h")]
    pub struct Other;
}

/// Under a named policy as a whole.
#[session(Tight)]
mod short {
    use super::*;

    #[session]
    pub(super) async fn page(s: Session) {
        drop(s);
    }
}

fn main() {
    let _: Router = Router::new()
        .route("/a", get(admin::bare))
        .route("/b", get(admin::keys))
        .route("/c", get(admin::named))
        .route("/d", get(admin::conditional))
        .route("/e", get(admin::deep::deeper::polled))
        .route("/f", get(admin::Api::list))
        .route("/g", get(admin::deep::deeper::named))
        .route("/h", get(short::page));
    let all = r#"absolute = "8h", role = [Role::Admin, Role::Auditor], bind = "ua", csrf = "origin""#;
    assert_eq!(admin::BarePolicy::SPEC.to_string(), format!(r#"idle = "15m", {all}, on_denied = "status""#));
    assert_eq!(
        admin::KeysPolicy::SPEC.to_string(),
        r#"idle = "15m", absolute = "8h", fresh = "5m", role = Role::Admin, bind = "ua", csrf = "origin", on_denied = "redirect""#
    );
    assert_eq!(admin::ConditionalPolicy::SPEC.rules().idle, Some(60));
    let deep = admin::deep::deeper::PolledPolicy::SPEC;
    assert_eq!((deep.nearest.activity, deep.nearest.on_denied), (Some(Activity::Passive), Some(OnDenied::Status)));
    assert_eq!((deep.rules().idle, deep.rules().absolute), (Some(13 * 60), Some(8 * 3600)));
    assert!(!deep.csrf_on_every_method && deep.rules().csrf.is_some());
    assert_eq!(admin::Other::SPEC.rules().idle, Some(7200));
    assert_eq!(short::PagePolicy::SPEC.rules().idle, Some(300));
    assert_eq!(AdminModulePolicy::SPEC.name, "mod admin");
}
