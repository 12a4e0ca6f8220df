//! The constant: `Rules`, `Spec`, and the type that carries it. Paths begin with `__p`, see [`private`].

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Path, spanned::Spanned as _};

use super::Krate;
use crate::{
    args::{Bind, Spanned, Word},
    model::Policy,
};

/// `value`, where `__p` is the runtime crate's private module.
pub(super) fn private(krate: &Krate, value: &TokenStream) -> TokenStream {
    quote! { { use #krate::__p; #value } }
}

/// `impl Policy for name`.
pub(super) fn implementation(krate: &Krate, name: &Ident, policy: &Policy, shown: &str) -> TokenStream {
    let spec = private(krate, &spec(krate, shown, name.span(), policy));
    quote! {
        #[automatically_derived]
        impl #krate::Policy for #name {
            const SPEC: #krate::__p::Spec = #spec;
        }
    }
}

/// `impl Needs for name`; `constant` says whether the store has to admit. (Not for a handler's policy: it is nobody's base.)
pub(super) fn needs(krate: &Krate, name: &Ident, constant: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #krate::policy::Needs for #name {
            type Store = #krate::policy::StoreFor<{ #constant.needs_admission() }>;
        }
    }
}

/// The `Spec` of a policy that is called `shown` and stands at `place`.
pub(super) fn spec(krate: &Krate, shown: &str, place: Span, policy: &Policy) -> TokenStream {
    let rules = rules(policy);
    let here = quote_spanned!(place=> .here());
    let mut spec = quote! { __p::Spec::new(#shown, #rules)#here };
    if policy.public {
        spec.extend(quote!(.public()));
    }
    if let Some(base) = &policy.extends {
        let base = spec_of(krate, base);
        spec.extend(quote!(.extends(&#base)));
    }
    if let Some(activity) = word(policy.activity.as_ref()) {
        spec.extend(quote!(.activity(__p::Activity::#activity)));
    }
    if let Some(on_denied) = word(policy.on_denied.as_ref()) {
        spec.extend(quote!(.on_denied(__p::OnDenied::#on_denied)));
    }
    if let Some(on_store_error) = word(policy.on_store_error.as_ref()) {
        spec.extend(quote!(.on_store_error(__p::OnStoreError::#on_store_error)));
    }
    if let Some(module) = &policy.module {
        spec.extend(quote!(.within(&<#module as __p::Policy>::SPEC)));
    }
    if policy.csrf_on_every_method {
        spec.extend(quote!(.csrf_on_every_method()));
    }
    if !policy.profiles.is_empty() {
        let profiles = &policy.profiles;
        spec.extend(quote!(.profiles(&[#(#profiles),*])));
    }
    if !policy.deviations.is_empty() {
        let deviations = deviations(policy);
        spec.extend(quote!(.deviations(&[#deviations])));
    }
    spec
}

/// The documented reasons, as the entries of a list.
pub(super) fn deviations(policy: &Policy) -> TokenStream {
    let deviations = policy.deviations.iter().map(|deviation| {
        let (key, why) = (deviation.key.to_string(), &deviation.why);
        quote!(__p::Deviation { key: #key, why: #why })
    });
    quote!(#(#deviations),*)
}

/// The `SPEC` of a type that the user names.
pub(super) fn spec_of(krate: &Krate, path: &Path) -> TokenStream {
    // The path's own span, so that "is not a session policy" lands on it.
    quote_spanned!(path.span()=> <#path as #krate::Policy>::SPEC)
}

/// The `Rules` that are written.
pub(super) fn rules(policy: &Policy) -> TokenStream {
    let mut rules = quote!(__p::Rules::UNSET);
    let filled = policy.filled;
    let durations = [
        ("idle", &policy.idle, filled.idle),
        ("absolute", &policy.absolute, filled.absolute),
        ("fresh", &policy.fresh, None),
        ("rotate_every", &policy.rotate_every, None),
        ("grace", &policy.grace, None),
        ("touch", &policy.touch, None),
    ];
    for (key, written, filled) in durations {
        let key = format_ident!("{key}");
        let seconds = match (written, filled) {
            (Some(written), _) => number(written),
            (None, Some(seconds)) => Literal::u32_unsuffixed(seconds),
            (None, None) => continue,
        };
        rules.extend(quote!(.#key(#seconds)));
    }
    if let Some(level) = word(policy.auth.as_ref()).or_else(|| filled.auth.map(variant)) {
        rules.extend(quote!(.auth(__p::Level::#level)));
    }
    if let Some(roles) = &policy.role {
        let set = role_set(roles);
        rules.extend(quote!(.role(#set)));
    }
    for bind in &policy.bind {
        let on_mismatch = match word(policy.on_mismatch.as_ref()) {
            Some(on_mismatch) => quote!(__p::Some(__p::OnMismatch::#on_mismatch)),
            None => quote!(__p::None),
        };
        match bind {
            Bind::Ua => rules.extend(quote!(.bind_ua(#on_mismatch))),
            // Not supported: refused before.
            Bind::Ip { .. } | Bind::Header(_) | Bind::Dbsc { .. } => {}
        }
    }
    for event in &policy.rotate_on {
        let event = format_ident!("{}", event.variant());
        rules.extend(quote!(.rotate_on(__p::Events::#event)));
    }
    if let Some(csrf) = word(policy.csrf.as_ref()).or_else(|| filled.csrf.map(variant)) {
        rules.extend(quote!(.csrf(__p::Csrf::#csrf)));
    }
    if let Some((most, on_limit)) = &policy.limit {
        let (most, on_limit) = (number(most), variant(on_limit.value));
        rules.extend(quote!(.limit(#most, __p::OnLimit::#on_limit)));
    }
    rules
}

/// A written number, at its place.
fn number(written: &Spanned<u32>) -> Literal {
    let mut number = Literal::u32_unsuffixed(written.value);
    number.set_span(Span::call_site().located_at(written.span));
    number
}

/// Each role is emitted once, so that a typo gives one error, the compiler's own.
fn role_set(roles: &Spanned<Vec<Path>>) -> TokenStream {
    let each = roles.value.iter().map(|role| quote_spanned!(role.span()=> #role.__session_role()));
    match roles.value.as_slice() {
        [_] => quote!(#(#each)*),
        _ => quote_spanned!(roles.span=> __p::RoleSet::any_of(&[#(#each),*])),
    }
}

/// The variant of the runtime's type.
fn word<W: Word>(word: Option<&Spanned<W>>) -> Option<Ident> {
    word.map(|word| variant(word.value))
}

fn variant<W: Word>(word: W) -> Ident {
    format_ident!("{}", word.variant())
}
