//! The algebra of policies, against a reading of the language's table that does not call it.

mod display;
mod laws;
mod oracle;
mod resolved;
mod strategy;
