//! A small site: base, roles, and the routes that most proofs need. Policies stand here as the attribute would emit them.

use std::{collections::HashMap, future::Future};

use axum::{
    Router,
    http::{StatusCode, Uri},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use session_policy::{
    AuthEvent, Level, Session, SessionData, SessionError, Sessions,
    axum::{Entry, GuardedRoute, PolicyRouter, any, run},
    client::Transport,
    clock::TestClock,
    policy::{Activity, Needs, Place, Policy, RoleSet, RoleSpec, RoleTable, Roles, Rules, StoreFor},
    sessions::{Builder, DataSpec},
    store::Holds,
};

use super::Faulty;

/// Declares policies: `policy!(Page = Rules::UNSET.idle(600), activity(Activity::Passive));`
macro_rules! policy {
    ($name:ident = $rules:expr $(, $method:ident($($argument:expr),*))* $(,)?) => {
        pub(crate) struct $name;
        impl session_policy::policy::Policy for $name {
            const SPEC: session_policy::policy::Spec =
                session_policy::policy::Spec::new(stringify!($name), $rules)$(.$method($($argument),*))*;
        }
        impl session_policy::policy::Needs for $name {
            type Store = session_policy::policy::StoreFor<
                { <$name as session_policy::policy::Policy>::SPEC.needs_admission() },
            >;
        }
    };
}
pub(crate) use policy;

policy!(Site = Rules::UNSET.idle(30 * 60).absolute(8 * 3600));
policy!(Open = Rules::UNSET.auth(Level::Anonymous));
policy!(Page = Rules::UNSET);
policy!(ReauthPage = Rules::UNSET);
policy!(Watching = Rules::UNSET, activity(Activity::Passive));

/// The roles; an administrator's sessions end after 15 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Member,
    Admin,
}

impl Roles for Role {
    const TABLE: RoleTable = RoleTable {
        name: "Role",
        unique: "proofs::support::Role",
        roles: &[
            RoleSpec {
                variant: "Member",
                id: "Member",
                rules: Rules::UNSET,
                place: Place::UNKNOWN,
                profiles: &[],
                deviations: &[],
            },
            RoleSpec {
                variant: "Admin",
                id: "Admin",
                rules: Rules::UNSET.idle(15 * 60),
                place: Place::UNKNOWN,
                profiles: &[],
                deviations: &[],
            },
        ],
    };
    const ALL: &'static [Self] = &[Self::Member, Self::Admin];

    fn role_set(self) -> RoleSet {
        RoleSet::one(Self::TABLE, self as usize)
    }
}

impl Needs for Role {
    type Store = StoreFor<{ Role::TABLE.needs_admission() }>;
}

/// An entry that moves over at a login.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Carried(pub(crate) String);

impl SessionData for Carried {
    const DATA: DataSpec = DataSpec::new("carried").carry_login();
}

/// An entry that stays with its session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note(pub(crate) String);

impl SessionData for Note {
    const DATA: DataSpec = DataSpec::new("note");
}

/// The query, as a handler reads it: `?user=alice&then=500`.
#[derive(Clone, Debug)]
pub(crate) struct Ask(HashMap<String, String>);

impl Ask {
    fn of(uri: &Uri) -> Self {
        let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The status that the handler is told to answer.
    pub(crate) fn then(&self) -> StatusCode {
        self.get("then").map_or(StatusCode::OK, |then| then.parse().expect("a status"))
    }

    pub(crate) fn level(&self) -> Level {
        let word = self.get("level").unwrap_or("full");
        *Level::ALL.iter().find(|level| level.as_str() == word).expect("a level")
    }

    fn role(&self) -> Role {
        if self.get("role") == Some("admin") { Role::Admin } else { Role::Member }
    }
}

/// What the handlers of this site answer.
pub(crate) type Told = Result<(StatusCode, String), SessionError>;

/// A handler under `P`, for every method.
pub(crate) fn guarded<P, F, Fut>(handler: F) -> GuardedRoute
where
    P: Policy,
    F: Fn(Session, Ask) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output: IntoResponse> + Send + 'static,
{
    any(move |entry: Entry<P>, uri: Uri| {
        let handler = handler.clone();
        run(entry, move |session| handler(session, Ask::of(&uri)))
    })
}

/// A handler under `P` that only says who is there.
pub(crate) fn page<P: Policy>() -> GuardedRoute {
    guarded::<P, _, _>(|session, ask| async move { (ask.then(), who(&session)) })
}

fn who(session: &Session) -> String {
    session.user().map_or_else(|| "nobody".to_owned(), |user| user.to_string())
}

/// A site, its clock and its store.
pub(crate) struct World {
    pub(crate) app: Router,
    pub(crate) clock: TestClock,
    pub(crate) store: Faulty,
}

/// The builder that every proof starts from.
pub(crate) fn builder(store: &Faulty, clock: &TestClock) -> Builder<Site, Role> {
    builder_of::<Site>(store, clock)
}

/// The same with another base.
pub(crate) fn builder_of<Base: Policy + Needs>(store: &Faulty, clock: &TestClock) -> Builder<Base, Role>
where
    Faulty: Holds<Base::Store>,
{
    Sessions::builder::<Base, Role>()
        .store(store.clone())
        .clock(clock.clone())
        .transport(Transport::tls())
        .origins(["https://bank.test"])
        .login("/login")
        .reauth("/reauth")
        .logout("/logout")
}

/// The site with further routes.
pub(crate) fn world(store: Faulty, more: impl FnOnce(PolicyRouter) -> PolicyRouter) -> World {
    let clock = TestClock::new();
    let sessions = builder(&store, &clock).build().expect("the engine");
    world_of(sessions, clock, store, more)
}

/// The site over these sessions.
pub(crate) fn world_of(
    sessions: Sessions,
    clock: TestClock,
    store: Faulty,
    more: impl FnOnce(PolicyRouter) -> PolicyRouter,
) -> World {
    let router = PolicyRouter::new(sessions)
        .route("/login", guarded::<Open, _, _>(login))
        .route("/logout", guarded::<Open, _, _>(logout))
        .route("/reauth", guarded::<ReauthPage, _, _>(reauth))
        .route("/me", page::<Page>())
        .route("/open", page::<Open>())
        .route("/watch", page::<Watching>())
        .route("/set", guarded::<Open, _, _>(set))
        .route("/note", guarded::<Open, _, _>(note));
    let app = more(router).into_router().expect("the router");
    World { app, clock, store }
}

async fn login(session: Session, ask: Ask) -> Told {
    if let Some(user) = ask.get("user") {
        session.login(AuthEvent::new(user).role(ask.role()).level(ask.level()))?;
    }
    Ok((ask.then(), who(&session)))
}

async fn logout(session: Session, ask: Ask) -> Told {
    session.logout().await?;
    if ask.get("then") == Some("panic") {
        panic!("told to");
    }
    if ask.get("then") == Some("hang") {
        std::future::pending::<()>().await;
    }
    Ok((ask.then(), who(&session)))
}

async fn reauth(session: Session, ask: Ask) -> Told {
    if ask.get("fail").is_some() {
        let left = session.reauth_failed().await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, left.to_string()));
    }
    if let Some(user) = ask.get("user") {
        session.reauthenticated(user, ask.level()).await?;
    }
    Ok((ask.then(), who(&session)))
}

async fn set(session: Session, ask: Ask) -> Told {
    if let Some(to) = ask.get("note") {
        session.set(Note(to.to_owned()))?;
    }
    if let Some(to) = ask.get("carried") {
        session.set(Carried(to.to_owned()))?;
    }
    if let Some(user) = ask.get("user") {
        session.login(AuthEvent::new(user).role(ask.role()))?;
    }
    Ok((ask.then(), "set".to_owned()))
}

/// Both entries, `-` for none.
async fn note(session: Session, _ask: Ask) -> Told {
    let note = session.get::<Note>()?.map_or("-".to_owned(), |note| note.0);
    let carried = session.get::<Carried>()?.map_or("-".to_owned(), |carried| carried.0);
    Ok((StatusCode::OK, format!("{note} {carried}")))
}
