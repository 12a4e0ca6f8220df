//! The cases. Each is a function from a factory to a panic or nothing; `table.rs` has them by name.

pub(super) mod admit;
pub(super) mod by_user;
pub(super) mod cancelled;
pub(super) mod claims;
pub(super) mod commit;
pub(super) mod create;
pub(super) mod end;
pub(super) mod odd;
pub(super) mod races;
pub(super) mod random;
pub(super) mod rotate;
pub(super) mod rotation;
pub(super) mod sweep;
