//! What is left once every rule of one item holds: no error can happen after this point.

mod handler;
mod module;
mod policy;

pub(crate) use handler::{Handler, Kind, Parameter, module_policy_name, plain, policy_name};
pub(crate) use module::{Module, not_inline};
pub(crate) use policy::Policy;
