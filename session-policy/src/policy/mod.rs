//! The policy: a constant, composed by taking the stricter of two.
//!
//! - [`Rules`] is what may be written, every key optional; unset is the identity of [`Rules::meet`].
//! - [`Spec`] is one written policy: its own rules, what it extends, and where it stands.
//! - [`Policy`] is the trait by which a type carries one.
//! - [`Effective`] is what holds after [`Rules::resolve`] applied the defaults, once, after all meets.

mod bind;
pub mod check;
mod effective;
mod meet;
mod message;
mod mounted;
mod needs;
mod role;
mod spec;
mod text;
mod values;

pub use bind::{BindRule, Bindings, OnMismatch};
pub(crate) use effective::coarsest_touch_ms;
pub use effective::{Effective, EffectiveBindings};
pub use meet::Rules;
pub use mounted::{Guard, MountedRoute};
#[doc(hidden)]
pub use needs::Admission;
pub use needs::{AdmittingStore, AnyStore, Needs, StoreFor};
pub(crate) use role::role_of;
pub use role::{RoleSet, RoleSpec, RoleTable, Roles};
pub use spec::{Deviation, Nearest, Place, Policy, Spec};
#[doc(hidden)]
pub use spec::{Inside, Placeholder};
pub use values::{Activity, Csrf, Events, Level, OnDenied, OnLimit, OnStoreError, SessionLimit};
