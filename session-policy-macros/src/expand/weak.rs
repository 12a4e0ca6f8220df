//! Warnings: the use of a constant that is deprecated, with the span of the literal, is the only warning that a macro can
//! make the stable compiler say.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Attribute;

use crate::ctxt::Warning;

/// One constant per warning; `attrs` are those of the item, whose `allow` holds here, too.
pub(super) fn of(warnings: &[Warning], attrs: &[Attribute]) -> TokenStream {
    let inherited: Vec<&Attribute> =
        attrs.iter().filter(|attr| ["allow", "cfg"].iter().any(|name| attr.path().is_ident(name))).collect();
    let each = warnings.iter().map(|Warning { span, text }| {
        let constant = quote_spanned! {*span=>
            #[deprecated(note = #text)]
            #[allow(non_upper_case_globals)]
            const weak_policy: () = ();
            weak_policy
        };
        quote! { #(#inherited)* const _: () = { #constant }; }
    });
    each.collect()
}
