//! `get`, `post` and their kin, for guarded handlers only.

use std::fmt;

use axum::{
    handler::Handler,
    routing::{MethodFilter, MethodRouter},
};

use super::{GuardedArgs, mounted::Mounted};
use crate::{policy::Spec, sessions::Sessions};

type Mount<S> = Box<dyn FnOnce(MethodRouter<S>, Sessions) -> MethodRouter<S> + Send>;

/// The guarded handlers of one path, by method.
pub struct GuardedRoute<S = ()> {
    handlers: Vec<Guarded<S>>,
}

/// One handler.
struct Guarded<S> {
    method: Method,
    spec: &'static Spec,
    /// The handler's path.
    name: &'static str,
    mount: Mount<S>,
}

/// A method, or all that no other handler of the path takes.
#[derive(Clone, Copy, PartialEq)]
enum Method {
    One(MethodFilter, &'static str),
    Any,
}

impl Method {
    const fn name(self) -> &'static str {
        match self {
            Self::One(_, name) => name,
            Self::Any => "ANY",
        }
    }

    fn mount<H, T, S>(self, router: MethodRouter<S>, handler: H) -> MethodRouter<S>
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        match self {
            Self::One(filter, _) => router.on(filter, handler),
            // Not `router.fallback`, which would announce an empty `Allow`.
            Self::Any => router.merge(axum::routing::any(handler)),
        }
    }
}

impl<S> fmt::Debug for GuardedRoute<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.iter().map(|guarded| (guarded.method.name(), guarded.spec.name))).finish()
    }
}

impl<S: Clone + Send + Sync + 'static> GuardedRoute<S> {
    fn new() -> Self {
        Self { handlers: Vec::new() }
    }

    fn with<H, T>(mut self, method: Method, handler: H) -> Self
    where
        T: GuardedArgs + 'static,
        H: Handler<T, S>,
    {
        let spec = Spec::of::<T::Policy>();
        let mount: Mount<S> = Box::new(move |router, sessions| {
            // A public handler needs nothing of the engine; it is mounted as it is.
            if spec.public {
                method.mount(router, handler)
            } else {
                method.mount(router, Mounted { handler, sessions })
            }
        });
        self.handlers.push(Guarded { method, spec, name: std::any::type_name::<H>(), mount });
        self
    }

    /// The methods that are taken twice.
    pub(super) fn taken_twice(&self) -> Option<&'static str> {
        let twice = self.handlers.iter().enumerate().find(|(index, guarded)| {
            self.handlers.iter().take(*index).any(|earlier| earlier.method == guarded.method)
        })?;
        Some(twice.1.method.name())
    }

    /// Method, policy and path of each handler.
    pub(super) fn policies(&self) -> Vec<(&'static str, &'static Spec, &'static str)> {
        self.handlers.iter().map(|guarded| (guarded.method.name(), guarded.spec, guarded.name)).collect()
    }

    /// axum's router of the methods.
    pub(super) fn mount(self, sessions: &Sessions) -> MethodRouter<S> {
        self.handlers.into_iter().fold(MethodRouter::new(), |router, guarded| (guarded.mount)(router, sessions.clone()))
    }
}

// Written out, not by a macro: rustc shows these lines under "this handler has no session policy". And the bound on the
// arguments stands before the one on the handler: only then is it the one that rustc reports.

/// Routes GET (and HEAD) to a guarded handler. A handler without a policy does not compile.
pub fn get<H, T, S>(handler: H) -> GuardedRoute<S>
where
    T: GuardedArgs + 'static,
    H: Handler<T, S>,
    S: Clone + Send + Sync + 'static,
{
    GuardedRoute::new().with(Method::One(MethodFilter::GET, "GET"), handler)
}

/// Routes POST to a guarded handler. A handler without a policy does not compile.
pub fn post<H, T, S>(handler: H) -> GuardedRoute<S>
where
    T: GuardedArgs + 'static,
    H: Handler<T, S>,
    S: Clone + Send + Sync + 'static,
{
    GuardedRoute::new().with(Method::One(MethodFilter::POST, "POST"), handler)
}

/// Routes PUT to a guarded handler. A handler without a policy does not compile.
pub fn put<H, T, S>(handler: H) -> GuardedRoute<S>
where
    T: GuardedArgs + 'static,
    H: Handler<T, S>,
    S: Clone + Send + Sync + 'static,
{
    GuardedRoute::new().with(Method::One(MethodFilter::PUT, "PUT"), handler)
}

/// Routes PATCH to a guarded handler. A handler without a policy does not compile.
pub fn patch<H, T, S>(handler: H) -> GuardedRoute<S>
where
    T: GuardedArgs + 'static,
    H: Handler<T, S>,
    S: Clone + Send + Sync + 'static,
{
    GuardedRoute::new().with(Method::One(MethodFilter::PATCH, "PATCH"), handler)
}

/// Routes DELETE to a guarded handler. A handler without a policy does not compile.
pub fn delete<H, T, S>(handler: H) -> GuardedRoute<S>
where
    T: GuardedArgs + 'static,
    H: Handler<T, S>,
    S: Clone + Send + Sync + 'static,
{
    GuardedRoute::new().with(Method::One(MethodFilter::DELETE, "DELETE"), handler)
}

/// Routes every other method to a guarded handler. A handler without a policy does not compile.
pub fn any<H, T, S>(handler: H) -> GuardedRoute<S>
where
    T: GuardedArgs + 'static,
    H: Handler<T, S>,
    S: Clone + Send + Sync + 'static,
{
    GuardedRoute::new().with(Method::Any, handler)
}

impl<S: Clone + Send + Sync + 'static> GuardedRoute<S> {
    /// Routes GET (and HEAD) to a guarded handler, too.
    #[must_use]
    pub fn get<H, T>(self, handler: H) -> Self
    where
        T: GuardedArgs + 'static,
        H: Handler<T, S>,
    {
        self.with(Method::One(MethodFilter::GET, "GET"), handler)
    }

    /// Routes POST to a guarded handler, too.
    #[must_use]
    pub fn post<H, T>(self, handler: H) -> Self
    where
        T: GuardedArgs + 'static,
        H: Handler<T, S>,
    {
        self.with(Method::One(MethodFilter::POST, "POST"), handler)
    }

    /// Routes PUT to a guarded handler, too.
    #[must_use]
    pub fn put<H, T>(self, handler: H) -> Self
    where
        T: GuardedArgs + 'static,
        H: Handler<T, S>,
    {
        self.with(Method::One(MethodFilter::PUT, "PUT"), handler)
    }

    /// Routes PATCH to a guarded handler, too.
    #[must_use]
    pub fn patch<H, T>(self, handler: H) -> Self
    where
        T: GuardedArgs + 'static,
        H: Handler<T, S>,
    {
        self.with(Method::One(MethodFilter::PATCH, "PATCH"), handler)
    }

    /// Routes DELETE to a guarded handler, too.
    #[must_use]
    pub fn delete<H, T>(self, handler: H) -> Self
    where
        T: GuardedArgs + 'static,
        H: Handler<T, S>,
    {
        self.with(Method::One(MethodFilter::DELETE, "DELETE"), handler)
    }

    /// Routes every other method to a guarded handler, too.
    #[must_use]
    pub fn any<H, T>(self, handler: H) -> Self
    where
        T: GuardedArgs + 'static,
        H: Handler<T, S>,
    {
        self.with(Method::Any, handler)
    }
}
