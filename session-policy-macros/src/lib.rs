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
mod profiles;
mod rules;
mod suggest;
#[cfg(test)]
mod tests;

use expand::ide;
use proc_macro::TokenStream;

/// The policy of an axum handler; documented where the runtime crate exports it.
#[proc_macro_attribute]
pub fn axum_session(args: TokenStream, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    fallback::catching(item.clone(), || {
        ide::around_attribute(args.into(), item, |args, item| expand::attribute("axum", args, item))
    })
}

/// A named policy (on a unit struct) or a policy per role (on an enum); documented where the runtime crate exports it.
#[proc_macro_derive(SessionPolicy, attributes(session))]
pub fn session_policy(item: TokenStream) -> TokenStream {
    derive("session", item, expand::derive_policy)
}

/// The session cookie; documented where the runtime crate exports it.
#[proc_macro_derive(SessionCookie, attributes(cookie))]
pub fn session_cookie(item: TokenStream) -> TokenStream {
    derive("cookie", item, expand::derive_cookie)
}

/// One typed entry of session data; documented where the runtime crate exports it.
#[proc_macro_derive(SessionData, attributes(data))]
pub fn session_data(item: TokenStream) -> TokenStream {
    derive("data", item, expand::derive_data)
}

fn derive(name: &str, item: TokenStream, run: fn(proc_macro2::TokenStream) -> proc_macro2::TokenStream) -> TokenStream {
    fallback::catching(proc_macro2::TokenStream::new(), || ide::around_derive(name, item.into(), run))
}
