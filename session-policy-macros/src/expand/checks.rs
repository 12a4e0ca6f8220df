//! Calls of the checks that need two items: one constant per written key, with the span of its literal, so that the
//! caret lands there.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, spanned::Spanned as _};

use super::{Krate, policy};
use crate::model::{Kind, Parameter, Policy};

/// The checks of a policy that a type carries. `user` is the place of a parameter typed `UserSession`.
pub(super) fn of_type(
    krate: &Krate,
    cfg: &[&Attribute],
    name: &Ident,
    policy: &Policy,
    user: Option<Span>,
) -> TokenStream {
    all(krate, cfg, &quote!(&<#name as #krate::Policy>::SPEC), policy, user)
}

/// The check of a named policy where a handler's session parameter is.
pub(super) fn of_path(krate: &Krate, path: &syn::Path, parameter: &Parameter) -> TokenStream {
    let spec = policy::spec_of(krate, path);
    let key = if parameter.kind == Kind::UserSession { "user_session" } else { "session" };
    check(krate, &[], &quote!(&#spec), key, parameter.ty.span())
}

/// The checks of the policy that the expression `spec` refers to.
pub(super) fn all(
    krate: &Krate,
    cfg: &[&Attribute],
    spec: &TokenStream,
    policy: &Policy,
    user: Option<Span>,
) -> TokenStream {
    if policy.extends.is_none() && policy.role.is_none() {
        return TokenStream::new();
    }
    let keys = [
        ("idle", policy.idle.as_ref().map(|value| value.span)),
        ("absolute", policy.absolute.as_ref().map(|value| value.span)),
        ("fresh", policy.fresh.as_ref().map(|value| value.span)),
        ("touch", policy.touch.as_ref().map(|value| value.span)),
        ("auth", policy.auth.as_ref().map(|value| value.span)),
        ("role", policy.role.as_ref().map(|value| value.span)),
        ("on_mismatch", policy.on_mismatch.as_ref().map(|value| value.span)),
        ("csrf", policy.csrf.as_ref().map(|value| value.span)),
        ("activity", policy.activity.as_ref().map(|value| value.span)),
        ("on_store_error", policy.on_store_error.as_ref().map(|value| value.span)),
        ("user_session", user),
    ];
    keys.into_iter().filter_map(|(key, span)| Some(check(krate, cfg, spec, key, span?))).collect()
}

fn check(krate: &Krate, cfg: &[&Attribute], spec: &TokenStream, key: &str, span: Span) -> TokenStream {
    let key = format_ident!("{key}");
    let mut callee: TokenStream = quote!(#krate::__private::check::#key)
        .into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect();
    let mut arguments = Group::new(Delimiter::Parenthesis, spec.clone());
    arguments.set_span(span);
    callee.extend([proc_macro2::TokenTree::from(arguments)]);
    quote! { #(#cfg)* const _: () = #callee; }
}
