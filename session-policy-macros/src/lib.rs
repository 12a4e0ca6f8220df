//! The compiler side of session-policy: use it through that crate.
//!
//! Tokens become slots that keep their key (`args`), slots are judged by rules (`rules`) and become a policy that holds
//! (`model`), a policy becomes code (`expand`). Errors are gathered on the way (`ctxt`), so that one compile shows all of
//! them; where there is one, `fallback` emits what keeps the rest of the program quiet.

mod args;
mod ctxt;
mod duration;
mod expand;
mod fallback;
mod model;
mod rules;
mod suggest;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// The policy of an axum handler; documented where the runtime crate exports it.
#[proc_macro_attribute]
pub fn axum_session(args: TokenStream, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    fallback::catching(item.clone(), || expand::attribute("axum", args.into(), item))
}

/// A named policy (on a unit struct) or a policy per role (on an enum); documented where the runtime crate exports it.
#[proc_macro_derive(SessionPolicy, attributes(session))]
pub fn session_policy(item: TokenStream) -> TokenStream {
    derive(item, expand::derive_policy)
}

/// The session cookie; documented where the runtime crate exports it.
#[proc_macro_derive(SessionCookie, attributes(cookie))]
pub fn session_cookie(item: TokenStream) -> TokenStream {
    derive(item, expand::derive_cookie)
}

/// One typed entry of session data; documented where the runtime crate exports it.
#[proc_macro_derive(SessionData, attributes(data))]
pub fn session_data(item: TokenStream) -> TokenStream {
    derive(item, expand::derive_data)
}

fn derive(item: TokenStream, run: fn(proc_macro2::TokenStream) -> proc_macro2::TokenStream) -> TokenStream {
    fallback::catching(proc_macro2::TokenStream::new(), || run(item.into()))
}
