//! An enum of roles: its table, and a hidden constant function by which `role = Role::Admin` is one expression.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::{DataEnum, DeriveInput, Variant};

use super::{Krate, checks, policy};
use crate::{
    args::{SessionArgs, Where, attributes},
    ctxt::Ctxt,
    fallback,
    model::{Policy, plain},
    rules::{self, RolesFacts, ids},
};

/// `#[derive(SessionPolicy)]` on an enum.
pub(super) fn derive(item: &DeriveInput, data: &DataEnum) -> TokenStream {
    let cx = Ctxt::new();
    let whole = SessionArgs::read(&cx, Where::Roles, attributes(&cx, &item.attrs, "session"));
    let krate = Krate::of(&whole.krate);
    if !item.generics.params.is_empty() {
        cx.error_on(&item.generics, ids::POLICY_SHAPE, "roles are names, so their enum has no parameters");
    }
    let mut weak = TokenStream::new();
    let mut all: Vec<SessionArgs> = Vec::new();
    for variant in &data.variants {
        let args = SessionArgs::read(&cx, Where::Role, attributes(&cx, &variant.attrs, "session"));
        all.push(super::judged(&cx, args, None));
        let attrs: Vec<_> = item.attrs.iter().chain(&variant.attrs).cloned().collect();
        weak.extend(super::weak::of(&cx.warnings(), &attrs));
    }
    let facts = RolesFacts { name: item.ident.clone(), roles: data.variants.iter().cloned().zip(all).collect() };
    rules::apply(&cx, rules::ROLES, &facts);
    match cx.finish() {
        Ok(()) => {
            let roles =
                data.variants.iter().zip(facts.roles).map(|(variant, (_, args))| Role::new(item, variant, args));
            let code = implementation(&krate, item, &roles.collect::<Vec<_>>());
            quote! { #code #weak }
        }
        Err(errors) => {
            let roles = data.variants.iter().filter(|variant| variant.fields.is_empty()).take(64);
            let roles = roles.map(|variant| Role::new(item, variant, SessionArgs::default()));
            fallback::implementing(Err(errors), item, implementation(&krate, item, &roles.collect::<Vec<_>>()))
        }
    }
}

struct Role<'a> {
    variant: &'a Variant,
    /// `Role::Admin`, for messages.
    shown: String,
    id: String,
    policy: Policy,
}

impl<'a> Role<'a> {
    fn new(item: &DeriveInput, variant: &'a Variant, args: SessionArgs) -> Self {
        let shown = format!("{}::{}", plain(&item.ident), plain(&variant.ident));
        let id = args.id.value().cloned().unwrap_or_else(|| plain(&variant.ident));
        Self { variant, shown, id, policy: Policy::new(args) }
    }
}

fn implementation(krate: &Krate, item: &DeriveInput, roles: &[Role<'_>]) -> TokenStream {
    let (name, vis) = (&item.ident, &item.vis);
    let shown = plain(name);
    let variants: Vec<_> = roles.iter().map(|role| &role.variant.ident).collect();
    let specs = roles.iter().map(|role| {
        let (variant, id) = (plain(&role.variant.ident), &role.id);
        let mut rules = policy::rules(&role.policy);
        if let Some(base) = &role.policy.extends {
            let base = policy::spec_of(krate, base);
            rules.extend(quote!(.meet(#base.rules())));
        }
        let place = quote_spanned!(role.variant.ident.span()=> __p::Place::here());
        let (profiles, deviations) = (&role.policy.profiles, policy::deviations(&role.policy));
        quote! {
            __p::RoleSpec {
                variant: #variant,
                id: #id,
                rules: #rules,
                place: #place,
                profiles: &[#(#profiles),*],
                deviations: &[#deviations],
            }
        }
    });
    let table = policy::private(
        krate,
        &quote! {
            __p::RoleTable {
                name: #shown,
                unique: ::core::concat!(::core::module_path!(), "::", #shown, "@", ::core::line!(), ":", ::core::column!()),
                roles: &[#(#specs),*],
            }
        },
    );
    let arms = variants.iter().enumerate().map(|(i, variant)| {
        let i = Literal::usize_unsuffixed(i);
        quote!(Self::#variant => #i,)
    });
    // Never reached: with errors, some variants are left out.
    let rest = (roles.len() < variant_count(item)).then(|| quote!(_ => 0,));
    let checks = roles.iter().map(|role| {
        let spec = policy::spec(krate, &role.shown, role.variant.ident.span(), &role.policy);
        let spec = policy::private(krate, &quote!(&#spec));
        checks::all(krate, &[], &checks::Of::Spec(spec), &role.policy, None, role.variant.ident.span())
    });
    let needs = policy::needs(krate, name, &quote!(#name::__SESSION_ROLES));
    quote! {
        #needs
        #[automatically_derived]
        impl #krate::Roles for #name {
            const TABLE: #krate::policy::RoleTable = #name::__SESSION_ROLES;
            const ALL: &'static [Self] = &[#(Self::#variants),*];
            fn role_set(self) -> #krate::policy::RoleSet {
                self.__session_role()
            }
        }
        #[automatically_derived]
        impl #name {
            #[doc(hidden)]
            const __SESSION_ROLES: #krate::policy::RoleTable = #table;
            #[doc(hidden)]
            #[allow(dead_code)]
            #vis const fn __session_role(self) -> #krate::policy::RoleSet {
                #krate::policy::RoleSet::one(#name::__SESSION_ROLES, match self { #(#arms)* #rest })
            }
        }
        #(#checks)*
    }
}

fn variant_count(item: &DeriveInput) -> usize {
    match &item.data {
        syn::Data::Enum(data) => data.variants.len(),
        _ => 0,
    }
}
