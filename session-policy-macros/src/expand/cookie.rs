//! `impl SessionCookie`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{Krate, policy};
use crate::args::{CookieArgs, Word};

/// The name where none is written.
const NAME: &str = "__Host-id";

pub(super) fn implementation(krate: &Krate, ident: &Ident, args: &CookieArgs) -> TokenStream {
    let name = args.name.value().map_or(NAME, String::as_str);
    let mut cookie = quote!(__p::CookieSpec::new(#name));
    if let Some(same_site) = args.same_site.value() {
        let same_site = format_ident!("{}", same_site.variant());
        cookie.extend(quote!(.same_site(__p::SameSite::#same_site)));
    }
    if let Some(path) = args.path.value() {
        cookie.extend(quote!(.path(#path)));
    }
    if let Some(domain) = args.domain.value() {
        cookie.extend(quote!(.domain(#domain)));
    }
    if args.partitioned.is_written() {
        cookie.extend(quote!(.partitioned()));
    }
    if let Some(purpose) = args.purpose.value() {
        cookie.extend(quote!(.purpose(#purpose)));
    }
    let cookie = policy::private(krate, &cookie);
    quote! {
        #[automatically_derived]
        impl #krate::SessionCookie for #ident {
            const COOKIE: #krate::cookie::CookieSpec = #cookie;
        }
    }
}
