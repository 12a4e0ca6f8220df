//! Proofs of the core from outside: the algebra of policies, the judgement, the exchange, the axum adapter.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is how a test fails"
)]
#![allow(clippy::needless_pass_by_value, reason = "handlers take what they are given")]

mod adapter;
mod exchange;
mod meet;
mod support;
mod verdict;
