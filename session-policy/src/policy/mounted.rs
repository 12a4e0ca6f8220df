//! What a router knows of a route: the report's source of truth.

use super::Spec;

/// A mounted route, for reports. An adapter's router collects them; none of it is looked at when a request is served.
///
/// ```
/// use session_policy::policy::{Guard, MountedRoute, Rules, Spec};
///
/// static PAGE: Spec = Spec::new("page", Rules::UNSET.idle(600));
/// let route = MountedRoute::new("GET", "/page", Guard::Policy(&PAGE));
/// assert_eq!((route.method, route.path.as_str()), ("GET", "/page"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MountedRoute {
    /// `GET`, `POST`, …; `ANY` for every method that no other handler of the path takes.
    pub method: &'static str,
    /// The path with its parameters; empty for the fallback.
    pub path: String,
    /// Its policy, or why it has none.
    pub guard: Guard,
    /// The handler's path, such as `bank::routes::admin::admin`, if the router knows it.
    pub handler: Option<&'static str>,
}

impl MountedRoute {
    /// A route as a router mounted it.
    #[must_use]
    pub fn new(method: &'static str, path: impl Into<String>, guard: Guard) -> Self {
        Self { method, path: path.into(), guard, handler: None }
    }

    /// Says which handler it is, by the name of its type.
    #[must_use]
    pub fn handled_by(mut self, type_name: &'static str) -> Self {
        self.handler = Some(type_name);
        self
    }
}

/// What guards a mounted route.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Guard {
    /// A policy.
    Policy(&'static Spec),
    /// None, for this reason.
    Unguarded(&'static str),
}
