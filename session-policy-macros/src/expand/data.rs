//! `impl SessionData`, and a macro at the crate's root whose name clashes with that of a second use of the key.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::{Krate, policy};
use crate::{args::DataArgs, rules::ident_of_key};

pub(super) fn implementation(krate: &Krate, ident: &Ident, args: &DataArgs) -> TokenStream {
    let key = args.key.value().map_or("", String::as_str);
    let mut data = quote!(__p::DataSpec::new(#key));
    if args.carry.is_written() {
        data.extend(quote!(.carry_login()));
    }
    let data = policy::private(krate, &data);
    let once = args.key.get().map(|key| {
        // Where the clash is reported.
        let name = Ident::new(&ident_of_key(&key.value), key.span);
        let macro_rules = quote_spanned!(key.span=> macro_rules! #name { () => {}; });
        quote! {
            #[doc(hidden)]
            #[allow(non_local_definitions)]
            #[macro_export]
            #macro_rules
        }
    });
    quote! {
        #[automatically_derived]
        impl #krate::SessionData for #ident {
            const DATA: #krate::sessions::DataSpec = #data;
        }
        #once
    }
}
