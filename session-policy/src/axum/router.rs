//! A router on which every route has a policy.

use std::{any::Any, convert::Infallible, fmt};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    response::IntoResponse,
    routing::{MethodRouter, Route},
};
use tower_layer::Layer;
use tower_service::Service;

use super::{GuardedArgs, GuardedRoute, mounted::Mounted};
use crate::{
    policy::{Guard, MountedRoute, Spec},
    sessions::{BuildError, Sessions},
};

/// axum's [`Router`], for guarded handlers only. [`into_router`](Self::into_router) runs the start-up checks.
///
/// It mirrors axum's methods; the ways around a policy are named, take a reason, and are listed by [`routes`](Self::routes).
pub struct PolicyRouter<S = ()> {
    sessions: Sessions,
    router: Router<S>,
    routes: Vec<MountedRoute>,
    faults: Vec<String>,
}

impl<S> fmt::Debug for PolicyRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyRouter")
            .field("sessions", &self.sessions)
            .field("routes", &self.routes)
            .finish_non_exhaustive()
    }
}

impl<S: Clone + Send + Sync + 'static> PolicyRouter<S> {
    /// An empty router whose handlers are guarded by `sessions`.
    #[must_use]
    pub fn new(sessions: Sessions) -> Self {
        Self { sessions, router: Router::new(), routes: Vec::new(), faults: Vec::new() }
    }

    /// Adds the handlers of a path.
    ///
    /// # Panics
    /// As axum does, on a path that it cannot read.
    #[must_use]
    pub fn route(mut self, path: &str, route: GuardedRoute<S>) -> Self {
        if let Some(method) = route.taken_twice() {
            self.faults.push(format!("{method} {path} has two handlers"));
            return self;
        }
        for (method, spec, handler) in route.policies() {
            if self.routes.iter().any(|mounted| mounted.path == path && mounted.method == method) {
                self.faults.push(format!("{method} {path} is routed twice"));
                return self;
            }
            self.note(method, path.to_owned(), spec, handler);
        }
        self.router = self.router.route(path, route.mount(&self.sessions));
        self
    }

    /// Adds the routes of another router under a path.
    #[must_use]
    pub fn nest(mut self, path: &str, inner: Self) -> Self {
        let prefix = path.trim_end_matches('/');
        self.routes.extend(inner.routes.into_iter().map(|mut mounted| {
            mounted.path = if mounted.path == "/" { prefix.to_owned() } else { format!("{prefix}{}", mounted.path) };
            mounted
        }));
        self.faults.extend(inner.faults);
        self.router = self.router.nest(path, inner.router);
        self
    }

    /// Adds the routes of another router.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.routes.extend(other.routes);
        self.faults.extend(other.faults);
        self.router = self.router.merge(other.router);
        self
    }

    /// Puts a layer around the routes added so far. A layer that answers early answers without a policy.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.router = self.router.layer(layer);
        self
    }

    /// The guarded handler for every request that no route takes.
    #[must_use]
    pub fn fallback<H, T>(mut self, handler: H) -> Self
    where
        T: GuardedArgs + 'static,
        H: Handler<T, S>,
    {
        let spec = Spec::of::<T::Policy>();
        self.note("ANY", String::new(), spec, std::any::type_name::<H>());
        self.router = if spec.public {
            self.router.fallback(handler)
        } else {
            self.router.fallback(Mounted { handler, sessions: self.sessions.clone() })
        };
        self
    }

    /// Adds a path without a policy, for this reason; the report shows it.
    #[must_use]
    pub fn route_unguarded(mut self, path: &str, route: MethodRouter<S>, reason: &'static str) -> Self {
        if reason.trim().is_empty() {
            self.faults.push(format!("{path} is unguarded and gives no reason"));
        }
        self.routes.push(MountedRoute::new("ANY", path, Guard::Unguarded(reason)));
        self.router = self.router.route(path, route);
        self
    }

    /// Gives the handlers their state.
    #[must_use]
    pub fn with_state<S2>(self, state: S) -> PolicyRouter<S2> {
        PolicyRouter {
            sessions: self.sessions,
            router: self.router.with_state(state),
            routes: self.routes,
            faults: self.faults,
        }
    }

    /// The mounted routes, in the order in which they were added.
    #[must_use]
    pub fn routes(&self) -> &[MountedRoute] {
        &self.routes
    }

    /// The policy report of these routes; see [`Report`](crate::report::Report). What the start-up checks would refuse is
    /// among its findings.
    ///
    /// ```
    /// # use session_policy::{SessionPolicy, Sessions, axum::{PolicyRouter, get, session}, client::Transport, store::MemoryStore};
    /// # #[derive(SessionPolicy)]
    /// # #[session(idle = "30m", absolute = "8h")]
    /// # struct Site;
    /// #[session(idle = "10m")]
    /// async fn statements() {}
    ///
    /// # let sessions = Sessions::builder::<Site, ()>()
    /// #     .store(MemoryStore::new()).transport(Transport::loopback()).build()?;
    /// let router: PolicyRouter = PolicyRouter::new(sessions).route("/statements", get(statements));
    /// assert!(router.report().to_markdown().contains("| GET | `/statements` | `idle = \"10m\"` |"));
    /// # Ok::<(), session_policy::BuildError>(())
    /// ```
    #[cfg(feature = "report")]
    #[must_use]
    pub fn report(&self) -> crate::report::Report {
        crate::report::Report::new(&self.sessions, &self.routes).with_faults(&self.faults)
    }

    /// axum's router, after the start-up checks.
    ///
    /// # Errors
    /// If a mounted policy cannot be held by these sessions, or a method of a path is taken twice.
    pub fn into_router(self) -> Result<Router<S>, BuildError> {
        match self.faults.as_slice() {
            [] => Ok(settled(self.router)),
            faults => Err(BuildError::new(faults.join("\n"))),
        }
    }

    fn note(&mut self, method: &'static str, path: String, spec: &'static Spec, handler: &'static str) {
        if let Some(misfit) = self.sessions.misfit(spec) {
            self.faults.push(format!("{method} {path} (`{}`, {}): {misfit}", spec.name, spec.place));
        }
        self.routes.push(MountedRoute::new(method, path, Guard::Policy(spec)).handled_by(handler));
    }
}

/// A router that asks for no state is given it at once: until then, axum makes a service of the handler with every request,
/// which costs an allocation. (`axum::serve` does the same.)
fn settled<S: 'static>(mut router: Router<S>) -> Router<S> {
    if let Some(router) = (&mut router as &mut dyn Any).downcast_mut::<Router<()>>() {
        *router = std::mem::take(router).with_state(());
    }
    router
}
