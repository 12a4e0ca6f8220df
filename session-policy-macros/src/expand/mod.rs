//! From a model to code; pure, one file per output. Everything is named absolutely, so that it stands in any crate.

mod checks;
mod cookie;
mod data;
mod doc;
mod handler;
pub(crate) mod ide;
mod module;
mod policy;
mod roles;
mod weak;

pub(crate) use handler::Outer;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Data, DeriveInput, Fields, Path};

use crate::{
    args::{CookieArgs, DataArgs, SessionArgs, Slot, Where, attributes, entries},
    ctxt::Ctxt,
    fallback,
    model::{Handler, Module, Policy, module_policy_name, plain, policy_name},
    rules::{self, DataFacts, HandlerFacts, PolicyFacts, ids},
};

/// Where the runtime crate is: `crate = path`, or its own name.
pub(crate) struct Krate(TokenStream);

impl Krate {
    fn of(slot: &Slot<Path>) -> Self {
        Self(slot.value().map_or_else(|| quote!(::session_policy), ToTokens::to_token_stream))
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// `#[session(…)]` above a handler; `adapter` is the framework's module in the runtime crate.
pub(crate) fn attribute(adapter: &str, args: TokenStream, item: TokenStream) -> TokenStream {
    let cx = Ctxt::new();
    let module = Module::parse(item.clone());
    let place = if module.is_some() { Where::Module } else { Where::Handler };
    let args = SessionArgs::read(&cx, place, entries(&cx, args));
    let krate = Krate::of(&args.krate);
    if let Some(module) = module {
        let args = judged(&cx, args, Some(module_policy_name(&module.name)));
        return module::expand(cx, args, &krate, &module);
    }
    let handler = Handler::parse(&cx, item.clone());
    let own_name = handler.as_ref().map(|handler| policy_name(&handler.sig.ident));
    let args = judged(&cx, args, own_name);
    let Some(handler) = handler else {
        return fallback::beside(cx.finish(), item);
    };
    let facts = HandlerFacts { args, handler };
    rules::apply(&cx, rules::HANDLER, &facts);
    let HandlerFacts { args, handler } = facts;
    let warnings = cx.warnings();
    let errors = cx.finish();
    let warnings = if errors.is_ok() { warnings } else { Vec::new() };
    let outer = Outer { krate: &krate, adapter, handler, warnings };
    match errors {
        Ok(()) => match &args.named {
            Some(path) => outer.named(path, args.module.as_ref()),
            None => outer.guarded(&Policy::new(args)),
        },
        Err(errors) => fallback::handler(&errors, outer, args.named.as_ref(), &item),
    }
}

fn is_session(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == "session")
}

/// Applies the rules that every `#[session(…)]` has to keep.
pub(crate) fn judged(cx: &Ctxt, args: SessionArgs, own_name: Option<String>) -> SessionArgs {
    let facts = PolicyFacts { args, own_name };
    for rules in rules::POLICY {
        rules::apply(cx, rules, &facts);
    }
    facts.args
}

/// `#[derive(SessionPolicy)]`
pub(crate) fn derive_policy(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    match &item.data {
        Data::Enum(data) => roles::derive(&item, data),
        Data::Struct(_) | Data::Union(_) => derive_base(&item),
    }
}

fn derive_base(item: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let args = SessionArgs::read(&cx, Where::Base, attributes(&cx, &item.attrs, "session"));
    let krate = Krate::of(&args.krate);
    unit_struct(&cx, item, ids::POLICY_SHAPE, "a policy is a constant");
    let args = judged(&cx, args, Some(item.ident.to_string()));
    let weak = weak::of(&cx.warnings(), &item.attrs);
    let errors = cx.finish();
    let (policy, weak) = if errors.is_ok() { (Policy::new(args), weak) } else { Default::default() };
    let code = policy::implementation(&krate, &item.ident, &policy, &plain(&item.ident));
    let checks = checks::of_type(&krate, &[], &item.ident, &policy, None, item.ident.span());
    let name = &item.ident;
    let declared = quote! { #krate::__p::declare!(named, #name); };
    let needs = policy::needs(&krate, name, &quote!(<#name as #krate::Policy>::SPEC));
    fallback::implementing(errors, item, quote! { #code #needs #declared #checks #weak })
}

/// `#[derive(SessionCookie)]`
pub(crate) fn derive_cookie(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let cx = Ctxt::new();
    let args = CookieArgs::read(&cx, attributes(&cx, &item.attrs, "cookie"));
    unit_struct(&cx, &item, ids::COOKIE_SHAPE, "a cookie is described by a constant");
    rules::apply(&cx, rules::COOKIE, &args);
    let errors = cx.finish();
    let krate = Krate::of(&args.krate);
    let args = if errors.is_ok() { args } else { CookieArgs::default() };
    fallback::implementing(errors, &item, cookie::implementation(&krate, &item.ident, &args))
}

/// `#[derive(SessionData)]`
pub(crate) fn derive_data(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let cx = Ctxt::new();
    let args = DataArgs::read(&cx, attributes(&cx, &item.attrs, "data"));
    let facts = DataFacts { args, item };
    for rules in rules::DATA {
        rules::apply(&cx, rules, &facts);
    }
    let DataFacts { args, item } = facts;
    let errors = cx.finish();
    let krate = Krate::of(&args.krate);
    let args = if errors.is_ok() { args } else { DataArgs::default() };
    fallback::implementing(errors, &item, data::implementation(&krate, &item.ident, &args))
}

fn unit_struct(cx: &Ctxt, item: &DeriveInput, id: rules::Id, why: &str) {
    let name = &item.ident;
    let fields: &dyn ToTokens = match &item.data {
        Data::Struct(data) if matches!(data.fields, Fields::Unit) => {
            if !item.generics.params.is_empty() {
                cx.error_on(&item.generics, id, format_args!("{why}, so it has no parameters; write `struct {name};`"));
            }
            return;
        }
        Data::Struct(_) => name,
        Data::Enum(data) => &data.enum_token,
        Data::Union(data) => &data.union_token,
    };
    cx.error_on(fields, id, format_args!("{why}, so it needs no fields; write `struct {name};`"));
}
