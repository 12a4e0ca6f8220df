//! Unit tests of expansions as a whole: what is emitted, how much, and that nothing panics.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod catalogue;
mod ide;
mod oracle;
mod snapshots;
mod spans;
mod total;
mod words;

use proc_macro2::TokenStream;

/// The expansion of `#[session(args)]`, formatted.
fn session(args: TokenStream, item: TokenStream) -> String {
    pretty(&crate::expand::attribute("axum", args, item))
}

fn pretty(tokens: &TokenStream) -> String {
    let file = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error}: {tokens}"));
    prettyplease::unparse(&file)
}
