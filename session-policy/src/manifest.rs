//! Every policy that the linked crates declare, mounted or not (feature `manifest`).
//!
//! The attribute and the derive register what they emit by the linker, without code that runs before `main`. What a router
//! mounts is the source of truth for what is served; this list shows what was *meant* to be: a handler that is declared and
//! never mounted is a route that somebody forgot, or dead code.
//!
//! Where the crate `linkme` works: Linux, macOS, Windows, the BSDs, illumos; not on WebAssembly.
//!
//! Not listed: handlers under a named policy (`#[session(Site)]`), which carry no policy of their own; and the policies of a
//! dependency that nothing refers to, which the linker drops whole.

use linkme::distributed_slice;

use crate::policy::{Policy, Spec};

/// One declared policy.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Declared {
    /// The policy, with its name and place.
    pub spec: &'static Spec,
    /// What carries it.
    pub carrier: Carrier,
}

/// What a declared policy stands above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier {
    /// A handler.
    Function,
    /// A struct with `#[derive(SessionPolicy)]`.
    Struct,
}

impl Declared {
    /// What generated code registers: a function, so that a policy with errors is not evaluated once more.
    #[doc(hidden)]
    #[must_use]
    pub const fn handler<P: Policy>() -> Self {
        Self { spec: Spec::of::<P>(), carrier: Carrier::Function }
    }

    /// The same for a struct.
    #[doc(hidden)]
    #[must_use]
    pub const fn named<P: Policy>() -> Self {
        Self { spec: Spec::of::<P>(), carrier: Carrier::Struct }
    }
}

/// Filled by the linker: eight bytes for each policy.
#[doc(hidden)]
#[distributed_slice]
pub static DECLARED: [fn() -> Declared];

/// All declared policies, by file and line.
///
/// ```
/// use session_policy::{SessionPolicy, manifest};
///
/// #[derive(SessionPolicy)]
/// #[session(idle = "20m", absolute = "8h")]
/// struct Listed;
///
/// let declared = manifest::declared();
/// let listed = declared.iter().find(|declared| declared.spec.name == "Listed").expect("every policy of the binary");
/// assert_eq!(listed.carrier, manifest::Carrier::Struct);
/// assert_eq!(listed.spec.rules().idle, Some(20 * 60));
/// ```
#[must_use]
pub fn declared() -> Vec<Declared> {
    let mut all: Vec<Declared> = DECLARED.iter().map(|declared| declared()).collect();
    all.sort_by_key(|declared| {
        let place = declared.spec.place;
        (place.file, place.line, place.column, declared.spec.name)
    });
    all
}
