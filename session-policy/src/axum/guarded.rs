//! Which handlers have a policy: those whose first argument is an [`Entry`].

use super::entry::Entry;
use crate::policy::Policy;

/// The arguments of a guarded handler, as axum sees them. Implemented for what the [`session`](macro@super::session) attribute emits.
#[diagnostic::on_unimplemented(
    message = "this handler has no session policy",
    label = "route without a session policy",
    note = "write `#[session(…)]` above the handler, or `#[session(public)]` if it needs none"
)]
pub trait GuardedArgs {
    /// The handler's policy.
    type Policy: Policy;
}

macro_rules! guarded_args {
    ($($argument:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<M, P: Policy, $($argument),*> GuardedArgs for (M, Entry<P>, $($argument),*) {
            type Policy = P;
        }
    };
}

guarded_args!();
guarded_args!(T1);
guarded_args!(T1 T2);
guarded_args!(T1 T2 T3);
guarded_args!(T1 T2 T3 T4);
guarded_args!(T1 T2 T3 T4 T5);
guarded_args!(T1 T2 T3 T4 T5 T6);
guarded_args!(T1 T2 T3 T4 T5 T6 T7);
guarded_args!(T1 T2 T3 T4 T5 T6 T7 T8);
guarded_args!(T1 T2 T3 T4 T5 T6 T7 T8 T9);
guarded_args!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10);
guarded_args!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11);
guarded_args!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12);
guarded_args!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13);
guarded_args!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14);
guarded_args!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15);
