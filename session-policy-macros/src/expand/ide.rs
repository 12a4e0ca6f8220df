//! What an editor completes and shows while an attribute is typed: each key of it once more, as a path into the runtime
//! crate's `ide` module, where a constant of that name is documented.
//!
//! It stands before the expansion, because rust-analyzer completes at the same offset in the expansion without the half-typed
//! word, which may differ behind it. And it is there only inside rust-analyzer: a compiler is given nothing of it, so it costs
//! neither time nor bytes. (rust-analyzer says `cfg(rust_analyzer)` to the crate that it expands in, but not to this one.)

use std::{env, sync::OnceLock};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::{Attribute, Data, DeriveInput, Path, parse::Parser as _};

use super::Krate;
use crate::{
    args::{Entry, Given, HIDDEN_KEY, entries},
    ctxt::Ctxt,
    model::Module,
};

/// The expansion of an attribute on `item`, and what an editor needs before it.
pub(crate) fn around_attribute(
    args: TokenStream,
    item: TokenStream,
    expand: impl FnOnce(TokenStream, TokenStream) -> TokenStream,
) -> TokenStream {
    let hints = if in_editor() { of_attribute(args.clone(), item.clone()) } else { TokenStream::new() };
    let code = expand(args, item);
    quote! { #hints #code }
}

/// The expansion of a derive with the attribute `name`, and what an editor needs before it.
pub(crate) fn around_derive(
    name: &str,
    item: TokenStream,
    expand: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    let hints = if in_editor() { of_derive(name, item.clone()) } else { TokenStream::new() };
    let code = expand(item);
    quote! { #hints #code }
}

/// Whether rust-analyzer runs us: `rust-analyzer-proc-macro-srv`, or `rust-analyzer` itself.
fn in_editor() -> bool {
    static IN_EDITOR: OnceLock<bool> = OnceLock::new();
    *IN_EDITOR.get_or_init(|| {
        env::current_exe()
            .is_ok_and(|exe| exe.file_name().is_some_and(|name| name.to_string_lossy().contains("rust-analyzer")))
    })
}

/// For `#[session(args)]` above a handler or a module.
pub(crate) fn of_attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let place = if Module::parse(item).is_some() { "module" } else { "handler" };
    let mut hints = Hints::default();
    hints.attribute(place, args);
    hints.finish()
}

/// For all `#[name(…)]` on an item that derives.
pub(crate) fn of_derive(name: &str, item: TokenStream) -> TokenStream {
    let Ok(item) = syn::parse2::<DeriveInput>(item) else { return TokenStream::new() };
    let mut hints = Hints::default();
    match &item.data {
        Data::Enum(data) if name == "session" => {
            hints.attributes("roles", name, &item.attrs);
            for variant in &data.variants {
                hints.attributes("role", name, &variant.attrs);
            }
        }
        _ => hints.attributes(if name == "session" { "base" } else { name }, name, &item.attrs),
    }
    hints.finish()
}

#[derive(Default)]
struct Hints {
    /// Behind `let _ =`: a key as the user wrote it, with the module that documents it, or a path among the values.
    paths: Vec<Hint>,
    /// `crate = path`
    krate: Option<TokenStream>,
}

enum Hint {
    Key(Ident, Ident),
    Value(TokenStream),
}

impl Hints {
    fn attributes(&mut self, place: &str, name: &str, attrs: &[Attribute]) {
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
            if let Ok(list) = attr.meta.require_list() {
                self.attribute(place, list.tokens.clone());
            }
        }
    }

    fn attribute(&mut self, place: &str, tokens: TokenStream) {
        // The expansion reports what is wrong.
        let unheard = Ctxt::new();
        let entries = entries(&unheard, tokens);
        drop(unheard.finish());
        for entry in entries {
            match entry {
                Entry::Key(key, _) if key == HIDDEN_KEY => {}
                Entry::Key(key, given) => {
                    self.key(place, &key);
                    match given {
                        Given::Parens(group) if key == "deviation" => self.attribute("deviation", group.stream()),
                        Given::Value(path) if key == "crate" => self.krate = Some(path),
                        Given::Value(paths) if key == "role" || key == "extends" => self.values(paths),
                        _ => {}
                    }
                }
                Entry::Path(path) => self.values(path.to_token_stream()),
            }
        }
        // Where the next key will be typed, a path with the same beginning has to stand before it is.
        self.key(place, &format_ident!("next"));
    }

    fn key(&mut self, place: &str, key: &Ident) {
        // No path can end in a keyword, such as `crate`.
        if syn::parse2::<Ident>(key.to_token_stream()).is_ok() {
            self.paths.push(Hint::Key(format_ident!("{place}"), key.clone()));
        }
    }

    /// One path or a list of them.
    fn values(&mut self, tokens: TokenStream) {
        let mut path = TokenStream::new();
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.values(group.stream()),
                TokenTree::Punct(comma) if comma.as_char() == ',' => self.value(std::mem::take(&mut path)),
                token => path.extend([token]),
            }
        }
        self.value(path);
    }

    /// A path, perhaps without its end: `Role::`.
    fn value(&mut self, tokens: TokenStream) {
        let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
        while matches!(tokens.last(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':') {
            tokens.pop();
        }
        let path: TokenStream = tokens.into_iter().collect();
        if syn::parse2::<Path>(path.clone()).is_ok() {
            self.paths.push(Hint::Value(path));
        }
    }

    fn finish(self) -> TokenStream {
        let written = self.krate.filter(|path| Path::parse_mod_style.parse2(path.clone()).is_ok());
        let krate = Krate(written.unwrap_or_else(|| quote!(::session_policy)));
        let paths = self.paths.iter().map(|hint| match hint {
            Hint::Key(place, key) => quote!(#krate::ide::#place::#key),
            Hint::Value(path) => path.clone(),
        });
        quote! {
            #[cfg(rust_analyzer)]
            const _: () = { #(let _ = #paths;)* };
        }
    }
}
