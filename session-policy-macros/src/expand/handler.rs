//! The guarded handler: an outer function with the user's name, and the user's function untouched inside it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, GenericParam, Meta, Path, Token, spanned::Spanned as _};

use super::{Krate, checks, doc, policy, weak};
use crate::ctxt::Warning;
use crate::model::{Handler, Kind, Parameter, Policy, plain, policy_name};

/// What the outer function is made of.
pub(crate) struct Outer<'a> {
    pub(super) krate: &'a Krate,
    pub(super) adapter: &'a str,
    pub(crate) handler: Handler,
    /// Shown where there is no error.
    pub(crate) warnings: Vec<Warning>,
}

impl Outer<'_> {
    /// A handler with keys of its own: its policy type, and the function.
    pub(crate) fn guarded(&self, policy: &Policy) -> TokenStream {
        let (items, name) = self.policy_type(policy);
        let user = self.session().filter(|parameter| parameter.kind == Kind::UserSession);
        let user = user.map(|parameter| parameter.ty.span());
        let checks = checks::of_type(self.krate, &self.cfg(), &name, policy, user, self.handler.sig.ident.span());
        // Inside the function, so that its `allow` holds.
        let weak = weak::of(&self.warnings, &[]);
        let function = self.function(&name, &weak, Some(self.call()));
        quote! { #items #checks #function }
    }

    /// A handler under a named policy: the function alone, so that it can stand in an `impl` block.
    pub(crate) fn named(&self, policy: &Path, module: Option<&Path>) -> TokenStream {
        let krate = self.krate;
        let inside = module.map(|module| quote!(#krate::__p::Inside<#policy, #module>));
        let checks = checks::of_named(krate, policy, inside.as_ref(), self.session());
        match &inside {
            Some(inside) => self.function(inside, &checks, Some(self.call())),
            None => self.function(policy, &checks, Some(self.call())),
        }
    }

    /// A handler with errors: guarded by a placeholder. If its parameters are wrong, the inner function is not called.
    pub(crate) fn placeholder(&self, stub: bool) -> TokenStream {
        if !stub {
            return self.guarded(&Policy::default());
        }
        let (items, name) = self.policy_type(&Policy::default());
        let function = self.stub(&name);
        quote! { #items #function }
    }

    /// A policy that is there wherever no type can stand.
    pub(crate) fn placeholder_path(&self) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::__p::Placeholder)
    }

    /// The function alone, whose inner function is not called.
    pub(crate) fn stub(&self, policy: &dyn ToTokens) -> TokenStream {
        let function = self.function(policy, &TokenStream::new(), None);
        quote! { #[allow(warnings)] #function }
    }

    fn policy_type(&self, policy: &Policy) -> (TokenStream, Ident) {
        let Handler { vis, sig, .. } = &self.handler;
        let cfg = self.cfg();
        // Located at the handler's name, where a clash of two policy types is reported.
        let name = Ident::new(&policy_name(&sig.ident), Span::call_site().located_at(sig.ident.span()));
        let doc = doc::of_handler(&self.handler, policy);
        let code = policy::implementation(self.krate, &name, policy, &plain(&sig.ident));
        let krate = self.krate;
        let declared = quote! { #(#cfg)* #krate::__p::declare!(handler, #name); };
        let items = quote! {
            #(#cfg)*
            #[doc = #doc]
            #vis struct #name;
            #(#cfg)*
            #code
            #declared
        };
        (items, name)
    }

    /// Built from the user's own tokens and brace, so that lints about the function (never used, …) still fire.
    ///
    /// It hands on the future of `call` and is not `async` itself: a second state machine around the user's is a third of
    /// what the compiler spends on a handler (`tests/bench/compile`). Without a call it never answers.
    fn function(&self, policy: &dyn ToTokens, checks: &TokenStream, call: Option<TokenStream>) -> TokenStream {
        let Handler { attrs, vis, sig, body, parameters, .. } = &self.handler;
        let (krate, adapter) = (self.krate, format_ident!("{}", self.adapter));
        let (inner_attrs, outer_attrs): (Vec<&Attribute>, Vec<&Attribute>) =
            attrs.iter().partition(|attr| belongs_inside(attr));
        let cfg = self.cfg();
        let entry = entry();
        let arguments = parameters
            .iter()
            .filter(|parameter| parameter.kind == Kind::Extractor)
            .map(|parameter| (&parameter.name, &parameter.ty))
            .map(|(name, ty)| quote!(, #name: #ty));
        let mut inputs = TokenStream::new();
        sig.paren_token.surround(&mut inputs, |inputs| {
            inputs.extend(quote!(#entry: #krate::#adapter::Entry<#policy> #(#arguments)*));
        });
        let (asyncness, output, call) = match call {
            Some(call) => (None, quote!(impl #krate::#adapter::Answering), call),
            None => (Some(Token![async](sig.fn_token.span)), quote!(#krate::#adapter::Answer), quote!(loop {})),
        };
        let (fn_token, name, generics, where_clause) =
            (sig.fn_token, &sig.ident, &sig.generics, &sig.generics.where_clause);
        let beside = self.beside();
        let (beside, inside) = match &beside {
            Some(name) => {
                let mut sig = sig.clone();
                sig.ident = name.clone();
                (
                    quote! { #[doc(hidden)] #[allow(dead_code)] #(#cfg)* #(#inner_attrs)* #sig #body },
                    quote! { #checks #call },
                )
            }
            None => (TokenStream::new(), quote! { #(#inner_attrs)* #sig #body #checks #call }),
        };
        let mut braces = Group::new(Delimiter::Brace, inside);
        braces.set_span(body.span());
        quote! {
            #(#outer_attrs)*
            #vis #asyncness #fn_token #name #generics #inputs -> #output #where_clause #braces
            #beside
        }
    }

    /// `run(entry, move |session| inner(session, …))`
    fn call(&self) -> TokenStream {
        let Handler { sig, parameters, .. } = &self.handler;
        let (krate, adapter, entry) = (self.krate, format_ident!("{}", self.adapter), entry());
        let session = Ident::new("__s", Span::mixed_site());
        let (run, received) = match self.session().map(|parameter| parameter.kind) {
            Some(Kind::UserSession) => (quote!(run_user), quote!(#session)),
            Some(_) => (quote!(run), quote!(#session)),
            None => (quote!(run_alone), quote!()),
        };
        let arguments = parameters.iter().map(|parameter| match parameter.kind {
            Kind::Extractor => &parameter.name,
            _ => &session,
        });
        let parameters = sig.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Type(ty) => Some(&ty.ident),
            GenericParam::Const(constant) => Some(&constant.ident),
            GenericParam::Lifetime(_) => None,
        });
        let parameters: Vec<&Ident> = parameters.collect();
        let turbofish = if parameters.is_empty() { quote!() } else { quote!(::<#(#parameters),*>) };
        let mut inner = match self.beside() {
            Some(name) => quote!(Self::#name #turbofish(#(#arguments),*)),
            None => {
                let name = &sig.ident;
                quote!(#name #turbofish(#(#arguments),*))
            }
        };
        if !self.handler.is_future() {
            inner = quote!(::core::future::ready(#inner));
        }
        quote!(#krate::#adapter::#run(#entry, move |#received| #inner))
    }

    /// In an `impl` block the user's function stands beside the outer one, because a function inside a function does not
    /// know `Self`. Nothing else tells the macro where it is.
    fn beside(&self) -> Option<Ident> {
        let name = || format_ident!("__session_{}", self.handler.sig.ident, span = self.handler.sig.ident.span());
        self.handler.in_impl.then(name)
    }

    /// What decides whether the handler is there at all, and so its policy.
    fn cfg(&self) -> Vec<&Attribute> {
        self.handler.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect()
    }

    /// The parameter that takes the session.
    fn session(&self) -> Option<&Parameter> {
        self.handler.parameters.iter().find(|parameter| parameter.kind.is_session())
    }
}

fn entry() -> Ident {
    Ident::new("__e", Span::mixed_site())
}

/// `#[instrument]` wants to see the user's own parameters.
fn belongs_inside(attr: &Attribute) -> bool {
    let instrument = |path: &Path| path.segments.last().is_some_and(|segment| segment.ident == "instrument");
    match &attr.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            list.tokens.clone().into_iter().any(|token| token.to_string() == "instrument")
        }
        meta => instrument(meta.path()),
    }
}
