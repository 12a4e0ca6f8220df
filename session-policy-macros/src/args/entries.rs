//! `key = value, key(…), flag, Path`: the shape that all our attributes share, read so that a half-typed entry does not
//! hide its neighbours.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::{Attribute, Meta, Path};

use crate::{ctxt::Ctxt, rules::ids};

/// One entry of an attribute.
pub(crate) enum Entry {
    /// `key`, `key = value` or `key(…)`.
    Key(Ident, Given),
    /// A path alone: the named form.
    Path(Path),
}

/// What stands after a key.
pub(crate) enum Given {
    Nothing,
    /// `= value`; never empty.
    Value(TokenStream),
    /// `(…)`
    Parens(Group),
    /// It was bad and is reported.
    Reported,
}

/// All entries of all `#[name(…)]` above an item that derives.
pub(crate) fn attributes(cx: &Ctxt, attrs: &[Attribute], name: &str) -> Vec<Entry> {
    let mut all = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        match &attr.meta {
            Meta::List(list) => all.extend(entries(cx, list.tokens.clone())),
            Meta::Path(_) => {}
            Meta::NameValue(pair) => {
                cx.error_on(pair, ids::SYNTAX, format_args!("write `#[{name}(key = value)]`"));
            }
        }
    }
    all
}

/// The entries between commas.
pub(crate) fn entries(cx: &Ctxt, tokens: TokenStream) -> Vec<Entry> {
    let mut all = Vec::new();
    let mut open = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if open.is_empty() {
                    cx.error(comma.span(), ids::SYNTAX, "a key is missing before this comma");
                }
                entry(cx, std::mem::take(&mut open), &mut all);
            }
            TokenTree::Punct(other) if other.as_char() == ';' => {
                cx.error(other.span(), ids::SYNTAX, "expected a comma, found `;`");
                entry(cx, std::mem::take(&mut open), &mut all);
            }
            token => open.push(token),
        }
    }
    entry(cx, open, &mut all);
    all
}

fn entry(cx: &Ctxt, tokens: Vec<TokenTree>, all: &mut Vec<Entry>) {
    let mut rest = tokens.iter();
    let key = match rest.next() {
        None => return,
        Some(TokenTree::Ident(key)) => key,
        Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => return path(cx, tokens, all),
        // A fragment that a macro passed on.
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
            let inner = group.stream().into_iter().chain(rest.cloned()).collect();
            return entry(cx, inner, all);
        }
        Some(other) => {
            cx.error(other.span(), ids::SYNTAX, format_args!("expected a key such as `idle`, found `{other}`"));
            return;
        }
    };
    let given = match rest.next() {
        // Keys are in lower case, types are not.
        None if key.to_string().starts_with(char::is_uppercase) => return path(cx, tokens, all),
        None => Given::Nothing,
        Some(TokenTree::Punct(sign)) if sign.as_char() == '=' => {
            let (value, next) = up_to_next_key(rest.cloned().collect());
            let given = value_or_missing(cx, key, sign.span(), value);
            all.push(Entry::Key(key.clone(), given));
            if let Some(first) = next.first() {
                cx.error(first.span(), ids::SYNTAX, format_args!("a comma is missing before `{first}`"));
            }
            return entry(cx, next, all);
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            if let Some(extra) = rest.next() {
                cx.error(extra.span(), ids::SYNTAX, format_args!("expected a comma, found `{extra}`"));
            }
            Given::Parens(group.clone())
        }
        Some(TokenTree::Punct(colon)) if colon.as_char() == ':' && is_colon(rest.next()) => {
            return path(cx, tokens, all);
        }
        Some(other) => {
            cx.error(other.span(), ids::SYNTAX, format_args!("expected `=` after `{key}`, found `{other}`"));
            Given::Reported
        }
    };
    all.push(Entry::Key(key.clone(), given));
}

fn is_colon(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(colon)) if colon.as_char() == ':')
}

fn path(cx: &Ctxt, tokens: Vec<TokenTree>, all: &mut Vec<Entry>) {
    let tokens: TokenStream = tokens.into_iter().collect();
    match syn::parse2(tokens.clone()) {
        Ok(path) => all.push(Entry::Path(path)),
        Err(_) => cx.error_on(
            &tokens,
            ids::SYNTAX,
            "expected the path of a policy, such as `Site` or `crate::policies::Site`",
        ),
    }
}

fn value_or_missing(cx: &Ctxt, key: &Ident, sign: Span, value: Vec<TokenTree>) -> Given {
    if value.is_empty() {
        cx.error(sign, ids::MISSING_VALUE, format_args!("`{key}` needs a value after `=`"));
        Given::Reported
    } else {
        Given::Value(value.into_iter().collect())
    }
}

/// Splits where a comma was forgotten: `"30m" absolute = "8h"`.
fn up_to_next_key(tokens: Vec<TokenTree>) -> (Vec<TokenTree>, Vec<TokenTree>) {
    let mut value = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let starts_a_key = matches!(token, TokenTree::Ident(_))
            && matches!(value.last(), Some(TokenTree::Literal(_) | TokenTree::Ident(_) | TokenTree::Group(_)))
            && matches!(rest.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == '=');
        if starts_a_key {
            return (value, std::iter::once(token).chain(rest).collect());
        }
        value.push(token);
    }
    (value, Vec::new())
}
