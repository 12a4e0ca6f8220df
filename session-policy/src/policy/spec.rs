//! One written policy, and the trait by which a type carries it.

use super::{Activity, OnDenied, OnStoreError, Rules};

/// A type that carries a policy: the attribute emits one beside each handler, `#[derive(SessionPolicy)]` makes one of a struct.
///
/// ```
/// use session_policy::policy::{Policy, Rules, Spec};
///
/// struct Site;
/// impl Policy for Site {
///     const SPEC: Spec = Spec::new("Site", Rules::UNSET.idle(30 * 60));
/// }
/// assert_eq!(Site::SPEC.rules().idle, Some(1800));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session policy",
    label = "not a session policy",
    note = "write `#[derive(SessionPolicy)]` and `#[session(…)]` above the struct"
)]
pub trait Policy: Send + Sync + 'static {
    /// The policy.
    const SPEC: Spec;
}

/// One written policy.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Spec {
    /// The handler's or the struct's name.
    pub name: &'static str,
    /// What is written here, without what it extends.
    pub own: Rules,
    /// What it extends.
    pub base: Option<&'static Spec>,
    /// The policy of the module around it.
    pub module: Option<&'static Spec>,
    /// The keys that the nearest writer decides.
    pub nearest: Nearest,
    /// Whether `csrf` is written on the handler itself: then it holds for every method, not only for unsafe ones.
    pub csrf_on_every_method: bool,
    /// Whether it says `public`: no checks and no session.
    pub public: bool,
    /// The published standards that it keeps, by the names of the key `profile`; their figures are in its own rules.
    pub profiles: &'static [&'static str],
    /// Documented reasons.
    pub deviations: &'static [Deviation],
    /// Where it is written.
    pub place: Place,
}

/// The keys that do not compose: the nearest writer decides. Unset is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Nearest {
    /// `activity`; default [`Activity::Active`].
    pub activity: Option<Activity>,
    /// `on_denied`; default [`OnDenied::Auto`].
    pub on_denied: Option<OnDenied>,
    /// `on_store_error`; default [`OnStoreError::Deny`].
    pub on_store_error: Option<OnStoreError>,
}

impl Nearest {
    /// What is unset here is decided by `further`.
    #[must_use]
    pub const fn or(self, further: Self) -> Self {
        Self {
            activity: match self.activity {
                Some(_) => self.activity,
                None => further.activity,
            },
            on_denied: match self.on_denied {
                Some(_) => self.on_denied,
                None => further.on_denied,
            },
            on_store_error: match self.on_store_error {
                Some(_) => self.on_store_error,
                None => further.on_store_error,
            },
        }
    }
}

/// A named policy on a handler inside a module that has a policy: both hold. For generated code.
#[doc(hidden)]
#[derive(Debug)]
pub struct Inside<Named, Module>(std::marker::PhantomData<fn() -> (Named, Module)>);

impl<Named: Policy, Module: Policy> Policy for Inside<Named, Module> {
    const SPEC: Spec = Spec {
        place: Named::SPEC.place,
        public: Named::SPEC.public,
        csrf_on_every_method: false,
        ..Spec::new(Named::SPEC.name, Rules::UNSET).extends(&Named::SPEC).within(&Module::SPEC)
    }
    .nearest(Named::SPEC.nearest);
}

/// Stands where a policy has errors and no type can stand. For generated code.
#[doc(hidden)]
#[derive(Debug)]
pub struct Placeholder;

impl Policy for Placeholder {
    const SPEC: Spec = Spec::new("placeholder", Rules::UNSET);
}

/// The documented reason for the value of a key: `deviation(key = "why")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// The key it is about.
    pub key: &'static str,
    /// The reason, never empty.
    pub why: &'static str,
}

/// A place in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// As the compiler was given it.
    pub file: &'static str,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Place {
    /// Written by hand, not by the macros.
    pub const UNKNOWN: Self = Self { file: "", line: 0, column: 0 };

    /// The place of the call.
    #[must_use]
    #[track_caller]
    pub const fn here() -> Self {
        let caller = std::panic::Location::caller();
        Self { file: caller.file(), line: caller.line(), column: caller.column() }
    }
}

/// Where a `&'static Spec` comes from: a constant of a type has a place in memory.
struct SpecOf<P>(std::marker::PhantomData<P>);

impl<P: Policy> SpecOf<P> {
    const SPEC: &'static Spec = &P::SPEC;
}

impl Spec {
    /// The policy that a type carries, with a place in memory.
    ///
    /// ```
    /// use session_policy::policy::{Policy, Rules, Spec};
    ///
    /// struct Site;
    /// impl Policy for Site {
    ///     const SPEC: Spec = Spec::new("Site", Rules::UNSET);
    /// }
    /// assert_eq!(Spec::of::<Site>().name, "Site");
    /// ```
    #[must_use]
    pub const fn of<P: Policy>() -> &'static Self {
        SpecOf::<P>::SPEC
    }

    /// A policy of its own rules.
    #[must_use]
    pub const fn new(name: &'static str, own: Rules) -> Self {
        Self {
            name,
            own,
            base: None,
            module: None,
            csrf_on_every_method: false,
            nearest: Nearest { activity: None, on_denied: None, on_store_error: None },
            public: false,
            profiles: &[],
            deviations: &[],
            place: Place::UNKNOWN,
        }
    }

    /// What holds before roles and the application's base join in: its own rules, all it extends, and the modules around it.
    #[must_use]
    pub const fn rules(&self) -> Rules {
        let mut rules = self.own;
        if let Some(base) = self.base {
            rules = rules.meet(base.rules());
        }
        if let Some(module) = self.module {
            rules = rules.meet(module.rules());
        }
        rules
    }

    /// Whether sessions under it are counted (`max_sessions`, here or in what it extends), so that the store has to admit them.
    /// See [`Needs`](super::Needs).
    ///
    /// ```
    /// use session_policy::policy::{OnLimit, Rules, Spec};
    ///
    /// static SITE: Spec = Spec::new("Site", Rules::UNSET.limit(3, OnLimit::Reject));
    /// assert!(Spec::new("Shop", Rules::UNSET).extends(&SITE).needs_admission());
    /// assert!(!Spec::new("Blog", Rules::UNSET).needs_admission());
    /// ```
    #[must_use]
    pub const fn needs_admission(&self) -> bool {
        self.rules().limit.is_some()
    }

    /// Says `public`.
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Says where it is written.
    #[must_use]
    pub const fn at(mut self, file: &'static str, line: u32, column: u32) -> Self {
        self.place = Place { file, line, column };
        self
    }

    /// Says that it is written where this is called.
    #[must_use]
    #[track_caller]
    pub const fn here(mut self) -> Self {
        self.place = Place::here();
        self
    }

    /// Starts from `base`; the two meet.
    #[must_use]
    pub const fn extends(mut self, base: &'static Spec) -> Self {
        self.base = Some(base);
        self
    }

    /// Says which module's policy holds around it; the two meet, and the module decides the nearest keys that are unset here.
    ///
    /// ```
    /// use session_policy::policy::{OnDenied, Rules, Spec};
    ///
    /// const ADMIN: Spec = Spec::new("mod admin", Rules::UNSET.idle(900)).on_denied(OnDenied::Status);
    /// const PAGE: Spec = Spec::new("page", Rules::UNSET.fresh(300)).within(&ADMIN);
    /// assert_eq!(PAGE.to_string(), r#"idle = "15m", fresh = "5m", on_denied = "status""#);
    /// ```
    #[must_use]
    pub const fn within(mut self, module: &'static Spec) -> Self {
        self.module = Some(module);
        self.nearest = self.nearest.or(module.nearest);
        self
    }

    /// Says that `csrf` is written on the handler itself.
    #[must_use]
    pub const fn csrf_on_every_method(mut self) -> Self {
        self.csrf_on_every_method = true;
        self
    }

    /// Sets `activity`.
    #[must_use]
    pub const fn activity(mut self, activity: Activity) -> Self {
        self.nearest.activity = Some(activity);
        self
    }

    /// Nearer than what is set so far.
    const fn nearest(mut self, nearest: Nearest) -> Self {
        self.nearest = nearest.or(self.nearest);
        self
    }

    /// Sets `on_denied`.
    #[must_use]
    pub const fn on_denied(mut self, on_denied: OnDenied) -> Self {
        self.nearest.on_denied = Some(on_denied);
        self
    }

    /// Sets `on_store_error`.
    #[must_use]
    pub const fn on_store_error(mut self, on_store_error: OnStoreError) -> Self {
        self.nearest.on_store_error = Some(on_store_error);
        self
    }

    /// Says which published standards it keeps.
    #[must_use]
    pub const fn profiles(mut self, profiles: &'static [&'static str]) -> Self {
        self.profiles = profiles;
        self
    }

    /// Adds the documented reasons.
    #[must_use]
    pub const fn deviations(mut self, deviations: &'static [Deviation]) -> Self {
        self.deviations = deviations;
        self
    }
}
