//! What is left once every rule of one item holds: no error can happen after this point.

mod handler;
mod policy;

pub(crate) use handler::{Handler, Kind, Parameter, plain, policy_name};
pub(crate) use policy::Policy;
