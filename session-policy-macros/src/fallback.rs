//! What is emitted beside errors, so that one mistake gives one error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, Path};

use crate::{expand::Outer, model::Kind};

/// Runs an expansion; should it panic, says so at the attribute and emits `otherwise`.
pub(crate) fn catching(otherwise: TokenStream, run: impl FnOnce() -> TokenStream) -> proc_macro::TokenStream {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| beside(Err(bug()), otherwise)).into()
}

fn bug() -> TokenStream {
    let text = "this is a bug of session-policy-macros, please report it with the attribute that you wrote: \
     https://github.com/session-policy/session-policy/issues";
    syn::Error::new(Span::call_site(), text).to_compile_error()
}

/// Errors, if there are any, and code.
pub(crate) fn beside(errors: Result<(), TokenStream>, code: TokenStream) -> TokenStream {
    match errors {
        Ok(()) => code,
        Err(errors) => quote! { #errors #code },
    }
}

/// Errors, if there are any, and an `impl` for the item, unless parameters would add errors to it.
pub(crate) fn implementing(errors: Result<(), TokenStream>, item: &DeriveInput, code: TokenStream) -> TokenStream {
    if item.generics.params.is_empty() { beside(errors, code) } else { beside(errors, TokenStream::new()) }
}

/// For a handler: it stays guarded, by a placeholder, so that mounting it gives no further error.
pub(crate) fn handler(
    errors: &TokenStream,
    mut outer: Outer<'_>,
    named: Option<&Path>,
    item: &TokenStream,
) -> TokenStream {
    let handler = &mut outer.handler;
    let sig = &handler.sig;
    let plain = sig.receiver().is_none() && sig.constness.is_none() && sig.abi.is_none() && sig.variadic.is_none();
    if !plain || matches!(sig.safety, syn::Safety::Unsafe(_)) {
        return quote! { #errors #item };
    }
    handler.attrs.retain(|attr| attr.path().segments.last().is_none_or(|segment| segment.ident != "session"));
    let sessions = handler.parameters.iter().filter(|parameter| parameter.kind.is_session()).count();
    let wrapped = handler.parameters.iter().any(|parameter| matches!(parameter.kind, Kind::Wrapped(_)));
    let code = match named {
        // Perhaps in an `impl` block, where no type can stand.
        Some(path) => outer.stub(path),
        None if outer.handler.in_impl => outer.stub(&outer.placeholder_path()),
        None => outer.placeholder(wrapped || 1 < sessions),
    };
    quote! { #errors #code }
}
