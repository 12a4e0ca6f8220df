//! A policy whose own keys do not contradict each other.

use syn::Path;

use crate::args::{
    Activity, Bind, Csrf, Deviation, Event, Level, OnDenied, OnLimit, OnMismatch, OnStoreError, RoleList, SessionArgs,
    Spanned, Where,
};
use crate::profiles::{Filled, Profile};

/// The keys that are written. The default is the placeholder that stands for a policy with errors.
#[derive(Default)]
pub(crate) struct Policy {
    pub(crate) idle: Option<Spanned<u32>>,
    pub(crate) absolute: Option<Spanned<u32>>,
    pub(crate) fresh: Option<Spanned<u32>>,
    pub(crate) auth: Option<Spanned<Level>>,
    pub(crate) role: Option<Spanned<RoleList>>,
    pub(crate) bind: Vec<Bind>,
    pub(crate) on_mismatch: Option<Spanned<OnMismatch>>,
    pub(crate) rotate_on: Vec<Event>,
    pub(crate) rotate_every: Option<Spanned<u32>>,
    pub(crate) grace: Option<Spanned<u32>>,
    pub(crate) touch: Option<Spanned<u32>>,
    pub(crate) csrf: Option<Spanned<Csrf>>,
    pub(crate) activity: Option<Spanned<Activity>>,
    pub(crate) on_denied: Option<Spanned<OnDenied>>,
    pub(crate) on_store_error: Option<Spanned<OnStoreError>>,
    /// `max_sessions` and `on_limit`, which are written together.
    pub(crate) limit: Option<(Spanned<u32>, Spanned<OnLimit>)>,
    pub(crate) extends: Option<Path>,
    /// The policy of the module around it.
    pub(crate) module: Option<Path>,
    /// Whether it holds for sessions (a role, a named policy), not for a route.
    pub(crate) of_sessions: bool,
    /// Whether `csrf` is written on a handler: then it holds for every method.
    pub(crate) csrf_on_every_method: bool,
    /// The names of the profiles, and what they give to keys that are not written.
    pub(crate) profiles: Vec<&'static str>,
    pub(crate) filled: Filled,
    pub(crate) deviations: Vec<Deviation>,
    pub(crate) public: bool,
}

impl Policy {
    /// To be called once all rules hold.
    pub(crate) fn new(args: SessionArgs) -> Self {
        fn bare<T>(list: Option<Spanned<Vec<Spanned<T>>>>) -> Vec<T> {
            list.into_iter().flat_map(|list| list.value).map(|item| item.value).collect()
        }
        let profiles: Vec<&Profile> = bare(args.profile.into_value());
        let on_handler = args.place == Some(Where::Handler);
        Self {
            of_sessions: matches!(args.place, Some(Where::Role | Where::Base)),
            csrf_on_every_method: on_handler && args.csrf.is_written(),
            filled: Filled::by(profiles.iter().copied()),
            profiles: profiles.iter().map(|profile| profile.name).collect(),
            idle: args.idle.into_value(),
            absolute: args.absolute.into_value(),
            fresh: args.fresh.into_value(),
            auth: args.auth.into_value(),
            role: args.role.into_value(),
            bind: bare(args.bind.into_value()),
            on_mismatch: args.on_mismatch.into_value(),
            rotate_on: bare(args.rotate_on.into_value()),
            rotate_every: args.rotate_every.into_value(),
            grace: args.grace.into_value(),
            touch: args.touch.into_value(),
            csrf: args.csrf.into_value(),
            activity: args.activity.into_value(),
            on_denied: args.on_denied.into_value(),
            on_store_error: args.on_store_error.into_value(),
            limit: args.max_sessions.into_value().zip(args.on_limit.into_value()),
            // A module that names a policy starts from it.
            extends: args.extends.into_value().map(|path| path.value).or(args.named),
            module: args.module,
            deviations: args.deviation.into_value().map(|list| list.value).unwrap_or_default(),
            public: args.public.is_written(),
        }
    }
}
