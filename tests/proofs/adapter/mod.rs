//! The axum adapter: every way to mount a guarded handler, and what becomes of the answer's headers.

mod headers;
mod plain;
mod routers;
mod startup;
