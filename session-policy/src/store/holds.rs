//! Whether a store can do what a policy needs, as the compiler sees it.

use super::{Admit, Store};
use crate::policy::{AdmittingStore, AnyStore};

/// A store that meets the need of a policy or of roles ([`Needs`](crate::policy::Needs)). It is never implemented by hand: a
/// store implements [`Store`], and [`Admit`] for `max_sessions`.
///
/// Code that is generic over the base policy asks for it where it builds:
///
/// ```
/// use session_policy::{
///     BuildError, Policy, Sessions, client::Transport, policy::Needs,
///     store::{Holds, MemoryStore},
/// };
///
/// fn sessions<Site: Policy + Needs>() -> Result<Sessions, BuildError>
/// where
///     MemoryStore: Holds<Site::Store>,
/// {
///     Sessions::builder::<Site, ()>().store(MemoryStore::new()).transport(Transport::loopback()).build()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold `max_sessions`: it does not implement `Admit`",
    label = "this store does not count a user's sessions",
    note = "the base or a role has `max_sessions`: implement `session_policy::store::Admit`, use another store, or remove the key"
)]
pub trait Holds<Need> {}

impl<S: Store> Holds<AnyStore> for S {}

#[diagnostic::do_not_recommend]
impl<S: Admit> Holds<AdmittingStore> for S {}
