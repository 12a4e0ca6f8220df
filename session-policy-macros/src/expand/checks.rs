//! Calls of the checks that need two items: one constant per written key, with the span of its literal, so that the
//! caret lands there.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::{Attribute, spanned::Spanned as _};

use super::{Krate, policy};
use crate::model::{Kind, Parameter, Policy};

/// What is checked.
pub(super) enum Of {
    /// The policy that a type carries.
    Type(TokenStream),
    /// A reference to a `Spec`.
    Spec(TokenStream),
}

/// The checks of a policy that a type carries. `user` is the place of a parameter typed `UserSession`, `place` that of
/// the item's name.
pub(super) fn of_type(
    krate: &Krate,
    cfg: &[&Attribute],
    name: &Ident,
    policy: &Policy,
    user: Option<Span>,
    place: Span,
) -> TokenStream {
    let several = policy.role.as_ref().is_some_and(|roles| 1 < roles.value.len());
    let of = if several {
        // Such a list is wrong where the constant is read (roles of two enums); so it is read here, not in our source.
        Of::Spec(quote!(&<#name as #krate::Policy>::SPEC))
    } else {
        Of::Type(name.to_token_stream())
    };
    all(krate, cfg, &of, policy, user, place)
}

/// The checks of the policy that a handler names: what it takes, and what the module around it demands.
pub(super) fn of_named(
    krate: &Krate,
    path: &syn::Path,
    module: Option<&TokenStream>,
    parameter: Option<&Parameter>,
) -> TokenStream {
    let mut checks = TokenStream::new();
    let of = match module {
        Some(inside) => Of::Type(inside.clone()),
        None => {
            let spec = policy::spec_of(krate, path);
            Of::Spec(quote!(&#spec))
        }
    };
    if module.is_some() {
        checks.extend(check(krate, &[], &of, "named", path.span()));
    }
    if let Some(parameter) = parameter {
        let key = if parameter.kind == Kind::UserSession { "user_session" } else { "session" };
        checks.extend(check(krate, &[], &of, key, parameter.ty.span()));
    }
    checks
}

/// The checks of a policy that stands at `place`.
pub(super) fn all(
    krate: &Krate,
    cfg: &[&Attribute],
    of: &Of,
    policy: &Policy,
    user: Option<Span>,
    place: Span,
) -> TokenStream {
    if policy.extends.is_none() && policy.role.is_none() && policy.module.is_none() {
        return TokenStream::new();
    }
    let around = policy.module.is_some().then_some(place);
    // No route can change how often its session's token is replaced.
    let absolute = if policy.of_sessions { "absolute_of_sessions" } else { "absolute" };
    let keys = [
        ("idle", policy.idle.as_ref().map(|value| value.span)),
        (absolute, policy.absolute.as_ref().map(|value| value.span)),
        ("fresh", policy.fresh.as_ref().map(|value| value.span)),
        ("rotate_every", policy.rotate_every.as_ref().map(|value| value.span)),
        ("grace", policy.grace.as_ref().map(|value| value.span)),
        ("touch", policy.touch.as_ref().map(|value| value.span)),
        ("auth", policy.auth.as_ref().map(|value| value.span)),
        ("role", policy.role.as_ref().map(|value| value.span)),
        ("on_mismatch", policy.on_mismatch.as_ref().map(|value| value.span)),
        ("csrf", policy.csrf.as_ref().map(|value| value.span)),
        ("activity", policy.activity.as_ref().map(|value| value.span)),
        ("on_store_error", policy.on_store_error.as_ref().map(|value| value.span)),
        ("max_sessions", policy.limit.as_ref().map(|(most, _)| most.span)),
        ("on_limit", policy.limit.as_ref().map(|(_, on_limit)| on_limit.span)),
        ("extends", policy.extends.as_ref().map(syn::spanned::Spanned::span)),
        ("module", around),
        ("user_session", user),
    ];
    keys.into_iter().filter_map(|(key, span)| Some(check(krate, cfg, of, key, span?))).collect()
}

fn check(krate: &Krate, cfg: &[&Attribute], of: &Of, key: &str, span: Span) -> TokenStream {
    let key = format_ident!("{key}");
    let (callee, argument) = match of {
        Of::Type(name) => {
            let (open, close) = (at(span, quote!(#krate::__p::checks::#key::<)), at(span, quote!(>)));
            // Of the macro, at that place: lints about paths would take it for the user's.
            let name = at(Span::call_site().located_at(span), name.clone());
            (quote!(#open #name #close), TokenStream::new())
        }
        Of::Spec(spec) => (at(span, quote!(#krate::__p::check::#key)), spec.clone()),
    };
    let mut arguments = Group::new(Delimiter::Parenthesis, argument);
    arguments.set_span(span);
    quote! { #(#cfg)* const _: () = #callee #arguments; }
}

/// The tokens, as if they were written at `span`.
fn at(span: Span, tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}
