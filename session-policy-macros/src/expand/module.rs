//! A module with a policy: the policy's type beside it, and the handlers inside told of it.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::quote;
use syn::Attribute;

use super::{Krate, checks, doc, policy, weak};
use crate::{
    args::SessionArgs,
    ctxt::Ctxt,
    fallback,
    model::{Module, Policy, module_policy_name, not_inline, plain},
    rules::ids,
};

/// `#[session(…)] mod admin { … }`
pub(super) fn expand(cx: Ctxt, args: SessionArgs, krate: &Krate, module: &Module) -> TokenStream {
    for attr in module.attrs.iter().filter(|attr| super::is_session(attr)) {
        cx.error_on(attr, ids::TWO_ATTRIBUTES, "a second `#[session]` above one module; write all keys in one");
    }
    let name = Ident::new(&module_policy_name(&module.name), Span::call_site().located_at(module.name.span()));
    let told = module.told(&cx, &name);
    let Some(body) = &module.body else {
        not_inline(&cx, &module.name);
        // Left out: a file has its own attributes and errors.
        return fallback::beside(cx.finish(), TokenStream::new());
    };
    let weak = weak::of(&cx.warnings(), &module.attrs);
    let errors = cx.finish();
    let (policy, weak) = if errors.is_ok() { (Policy::new(args), weak) } else { Default::default() };
    let cfg: Vec<&Attribute> = module.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
    let Module { attrs, vis, mod_token, name: module_name, .. } = module;
    let code = policy::implementation(krate, &name, &policy, &format!("mod {}", plain(module_name)));
    let checks = checks::of_type(krate, &cfg, &name, &policy, None, module_name.span());
    let doc = doc::of_module(&plain(module_name), &policy);
    let attrs = attrs.iter().filter(|attr| !super::is_session(attr));
    let mut braces = Group::new(body.delimiter(), told);
    braces.set_span(body.span());
    fallback::beside(
        errors,
        quote! {
            #(#attrs)* #vis #mod_token #module_name #braces
            #(#cfg)*
            #[doc = #doc]
            #vis struct #name;
            #(#cfg)*
            #code
            #checks
            #weak
        },
    )
}
