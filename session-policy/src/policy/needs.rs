//! What a policy needs of the store, as a type: a store without it does not compile.

/// What sessions under a policy, or of any of the roles, need of the store. `#[derive(SessionPolicy)]` says it; beside a base
/// or roles that are written by hand, it is one line.
///
/// ```
/// use session_policy::policy::{AdmittingStore, Needs, OnLimit, Policy, Rules, Spec, StoreFor};
///
/// struct Site;
/// impl Policy for Site {
///     const SPEC: Spec = Spec::new("Site", Rules::UNSET.limit(3, OnLimit::Reject));
/// }
/// impl Needs for Site {
///     type Store = StoreFor<{ Site::SPEC.needs_admission() }>;
/// }
///
/// fn admits<P: Needs<Store = AdmittingStore>>() {}
/// admits::<Site>();
/// ```
///
/// With roles that are written by hand: `StoreFor<{ Role::TABLE.needs_admission() }>`.
#[diagnostic::on_unimplemented(
    message = "what `{Self}` needs of a store is not known",
    label = "says nothing about the store",
    note = "`#[derive(SessionPolicy)]` says it; beside a policy written by hand, write \
            `impl Needs for {Self} {{ type Store = StoreFor<{{ {Self}::SPEC.needs_admission() }}>; }}`, with `TABLE` for roles"
)]
pub trait Needs {
    /// [`AnyStore`] or [`AdmittingStore`]. [`StoreFor`] chooses.
    type Store;
}

/// Any store will do.
#[derive(Clone, Copy, Debug)]
pub enum AnyStore {}

/// Sessions of a user are counted (`max_sessions`): the store takes a place among them in one operation
/// (its trait `Admit`).
#[derive(Clone, Copy, Debug)]
pub enum AdmittingStore {}

/// [`AdmittingStore`] if sessions are admitted under a limit, else [`AnyStore`].
pub type StoreFor<const ADMISSION: bool> = <Admission<ADMISSION> as Needs>::Store;

/// Whether sessions are admitted under a limit, as a type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Admission<const NEEDED: bool> {}

impl Needs for Admission<false> {
    type Store = AnyStore;
}

impl Needs for Admission<true> {
    type Store = AdmittingStore;
}

/// There are no roles.
impl Needs for () {
    type Store = AnyStore;
}
