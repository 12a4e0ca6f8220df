//! Reading the value of one key; every reader reports what it cannot read and returns nothing.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Lit, LitStr, Path, parse::Parser};

use super::{entries::Given, keys::plain, slot::Spanned, words::Word};
use crate::{
    ctxt::Ctxt,
    duration::{self, Fault},
    rules::ids,
    suggest,
};

/// The tokens of a value, or an error with an example.
pub(super) fn tokens(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<TokenStream> {
    match given {
        Given::Value(tokens) => Some(tokens),
        Given::Nothing => {
            cx.error(key.span(), ids::MISSING_VALUE, format_args!("`{key}` needs a value; write `{example}`"));
            None
        }
        Given::Parens(group) => {
            let span = group.span();
            cx.error(span, ids::WRONG_KIND_OF_VALUE, format_args!("`{key}` takes a value; write `{example}`"));
            None
        }
        Given::Reported => None,
    }
}

/// Values that stand between brackets, or one alone; with the place of the whole.
pub(super) fn items(cx: &Ctxt, key: &Ident, tokens: TokenStream) -> Option<Spanned<Vec<TokenStream>>> {
    let mut alone = tokens.clone().into_iter();
    if let (Some(TokenTree::Group(group)), None) = (alone.next(), alone.next())
        && group.delimiter() == Delimiter::Bracket
    {
        let mut list = vec![TokenStream::new()];
        for token in group.stream() {
            match (token, list.last_mut()) {
                (TokenTree::Punct(comma), _) if comma.as_char() == ',' => list.push(TokenStream::new()),
                (token, Some(last)) => last.extend([token]),
                (_, None) => {}
            }
        }
        list.retain(|item| !item.is_empty());
        if list.is_empty() {
            cx.error(group.span(), ids::EMPTY_LIST, format_args!("this list is empty; list a value or remove `{key}`"));
            return None;
        }
        return Some(Spanned { value: list, span: group.span() });
    }
    let span = first_span(&tokens);
    Some(Spanned { value: vec![tokens], span })
}

fn first_span(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

/// A string; `what` names it in the error.
pub(super) fn string(cx: &Ctxt, key: &Ident, tokens: &TokenStream, what: &str) -> Option<LitStr> {
    match syn::parse2::<Lit>(tokens.clone()) {
        Ok(Lit::Str(text)) => return Some(text),
        // `auth = full`
        _ if syn::parse2::<Path>(tokens.clone()).is_ok_and(|path| path.get_ident().is_some()) => {
            // `same_site = Lax`: a word of the key, but for its case.
            let (written, lower) = (tokens.to_string(), tokens.to_string().to_lowercase());
            let word = if what.contains(&format!("\"{lower}\"")) { lower } else { written };
            let text = format_args!("`{key}` takes {what}; write `{key} = \"{word}\"`");
            cx.error_on(tokens, ids::WRONG_KIND_OF_VALUE, text);
        }
        _ => cx.error_on(tokens, ids::WRONG_KIND_OF_VALUE, format_args!("`{key}` takes {what} in quotes")),
    }
    None
}

/// A string.
pub(super) fn text(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<String>> {
    let text = string(cx, key, &tokens(cx, key, given, example)?, "a string")?;
    Some(Spanned { value: text.value(), span: text.span() })
}

/// A string that is not empty.
pub(super) fn reason(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<String>> {
    let text = text(cx, key, given, example)?;
    if text.value.trim().is_empty() {
        cx.error(text.span, ids::EMPTY_REASON, "this reason is blank; write why");
        return None;
    }
    Some(text)
}

/// A duration, in seconds.
pub(super) fn seconds(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<u32>> {
    let tokens = tokens(cx, key, given, example)?;
    let lit = match syn::parse2::<Lit>(tokens.clone()) {
        Ok(Lit::Str(text)) => text,
        Ok(lit @ (Lit::Int(_) | Lit::Float(_))) => {
            let number = lit.to_token_stream().to_string();
            let advice = match duration::parse(&number) {
                Ok(_) => format!("write `\"{number}\"`"),
                Err(Fault::Grammar(text) | Fault::Zero(text) | Fault::TooLong(text)) => {
                    text.rsplit_once("; ").map_or_else(|| format!("write `{example}`"), |(_, advice)| advice.to_owned())
                }
            };
            let why = if number.chars().all(|c| c.is_ascii_digit()) { "has no unit" } else { "is not a string" };
            cx.error(lit.span(), ids::DURATION, format_args!("`{number}` {why}; {advice}"));
            return None;
        }
        _ => {
            cx.error_on(&tokens, ids::DURATION, format_args!("`{key}` takes a duration; write `{example}`"));
            return None;
        }
    };
    let (id, text) = match duration::parse(&lit.value()) {
        Ok(value) => return Some(Spanned { value, span: lit.span() }),
        Err(Fault::Grammar(text)) => (ids::DURATION, text),
        Err(Fault::Zero(text)) => (ids::DURATION_ZERO, text),
        Err(Fault::TooLong(text)) => (ids::DURATION_TOO_LONG, text),
    };
    cx.error(lit.span(), id, text);
    None
}

/// A duration in seconds, or `"off"`.
pub(super) fn seconds_or_off(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<Option<u32>>> {
    if let Given::Value(tokens) = &given
        && let Ok(Lit::Str(text)) = syn::parse2::<Lit>(tokens.clone())
        && plain(&text.value()) == "off"
    {
        if text.value() == "off" {
            return Some(Spanned { value: None, span: text.span() });
        }
        cx.error(text.span(), ids::UNKNOWN_VALUE, "write `\"off\"`");
        return None;
    }
    let seconds = seconds(cx, key, given, example)?;
    Some(Spanned { value: Some(seconds.value), span: seconds.span })
}

/// A number of things.
pub(super) fn count(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<u32>> {
    let tokens = tokens(cx, key, given, example)?;
    let text = match syn::parse2::<Lit>(tokens.clone()) {
        Ok(Lit::Int(number)) if number.suffix().is_empty() => match number.base10_parse() {
            Ok(value) => return Some(Spanned { value, span: number.span() }),
            Err(_) if number.base10_digits().starts_with('-') => {
                format!("`{key}` takes a whole number; write `{example}`")
            }
            Err(_) => format!("`{number}` is too large; write `{example}`"),
        },
        Ok(Lit::Str(text)) if text.value().parse::<u32>().is_ok() => {
            format!("`{key}` takes a number without quotes; write `{key} = {}`", text.value())
        }
        _ => format!("`{key}` takes a whole number; write `{example}`"),
    };
    cx.error_on(&tokens, ids::WRONG_KIND_OF_VALUE, text);
    None
}

/// One word.
pub(super) fn word<W: Word>(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<W>> {
    let tokens = tokens(cx, key, given, example)?;
    known(cx, key, &string(cx, key, &tokens, &allowed::<W>())?)
}

/// One word or a list of words, none twice.
pub(super) fn words<W: Word>(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<Vec<Spanned<W>>>> {
    let list = items(cx, key, tokens(cx, key, given, example)?)?;
    let mut all: Vec<Spanned<W>> = Vec::new();
    let mut bad = false;
    for item in list.value {
        let Some(word) = string(cx, key, &item, &allowed::<W>()).and_then(|text| known::<W>(cx, key, &text)) else {
            bad = true;
            continue;
        };
        if all.iter().any(|before| before.value == word.value) {
            let text = word.value.word();
            cx.error(word.span, ids::DUPLICATE_ENTRY, format_args!("`\"{text}\"` is listed twice; remove one"));
        } else {
            all.push(word);
        }
    }
    (!bad).then_some(Spanned { value: all, span: list.span })
}

fn allowed<W: Word>() -> String {
    suggest::any_of(quoted::<W>().iter().map(String::as_str))
}

/// What this version carries out.
fn quoted<W: Word>() -> Vec<String> {
    let now = W::WORDS.iter().filter(|(_, _, value)| !W::LATER.contains(value));
    now.map(|(word, _, _)| format!("\"{word}\"")).collect()
}

fn known<W: Word>(cx: &Ctxt, key: &Ident, text: &LitStr) -> Option<Spanned<W>> {
    let (written, span) = (text.value(), text.span());
    if let Some((_, _, value)) = W::WORDS.iter().find(|(word, _, _)| *word == written) {
        return Some(Spanned { value: *value, span });
    }
    let bare = plain(&written);
    if let Some((_, why)) = W::UNSAFE.iter().find(|(word, _)| *word == bare) {
        cx.error(span, ids::UNSAFE_VALUE, format_args!("`{key} = \"{written}\"` does not exist: {why}"));
    } else {
        let met = W::MET.iter().find(|(word, _)| *word == bare).map(|(_, ours)| *ours);
        let near = met.or_else(|| suggest::closest(&written, W::WORDS.iter().map(|(word, _, _)| *word)));
        let allowed = allowed::<W>();
        match near {
            Some(near) if W::WORDS.len() > 1 => cx.error(
                span,
                ids::UNKNOWN_VALUE,
                format_args!("unknown value `\"{written}\"`, did you mean `\"{near}\"`? `{key}` takes {allowed}"),
            ),
            Some(near) => cx.error(
                span,
                ids::UNKNOWN_VALUE,
                format_args!("unknown value `\"{written}\"`, did you mean `\"{near}\"`?"),
            ),
            None => cx.error(
                span,
                ids::UNKNOWN_VALUE,
                format_args!("unknown value `\"{written}\"`; `{key}` takes {allowed}"),
            ),
        }
    }
    None
}

/// A path.
pub(super) fn path(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<Path>> {
    let tokens = tokens(cx, key, given, example)?;
    one_path(cx, key, &tokens, example)
}

/// The path of the runtime crate: what may stand in a `use`.
pub(super) fn krate(cx: &Ctxt, key: &Ident, given: Given) -> Option<Spanned<Path>> {
    let example = "crate = ::session_policy";
    let tokens = tokens(cx, key, given, example)?;
    match Path::parse_mod_style.parse2(tokens.clone()) {
        Ok(value) if value.segments.iter().all(|segment| segment.ident != "Self") => {
            Some(Spanned { value, span: first_span(&tokens) })
        }
        _ => {
            let text = format_args!("`crate` takes the path under which this crate is known; write `{example}`");
            cx.error_on(&tokens, ids::WRONG_KIND_OF_VALUE, text);
            None
        }
    }
}

fn one_path(cx: &Ctxt, key: &Ident, tokens: &TokenStream, example: &str) -> Option<Spanned<Path>> {
    match syn::parse2::<Path>(tokens.clone()) {
        Ok(value) => Some(Spanned { value, span: first_span(tokens) }),
        Err(_) => {
            let quotes = matches!(syn::parse2::<Lit>(tokens.clone()), Ok(Lit::Str(_)));
            let several = tokens.clone().into_iter().any(|token| matches!(token.to_string().as_str(), "|" | "||"));
            let why = match (quotes, several) {
                (true, _) => "a path, without quotes",
                (_, true) => "one path, or several in brackets with commas",
                _ => "a path",
            };
            cx.error_on(tokens, ids::WRONG_KIND_OF_VALUE, format_args!("`{key}` takes {why}; write `{example}`"));
            None
        }
    }
}

/// One path or a list of paths, none twice.
pub(super) fn paths(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<Vec<Path>>> {
    let list = items(cx, key, tokens(cx, key, given, example)?)?;
    let mut all: Vec<Path> = Vec::new();
    let mut bad = false;
    for item in list.value {
        let Some(path) = one_path(cx, key, &item, example) else {
            bad = true;
            continue;
        };
        let path = path.value;
        if all.iter().any(|before| spelled(before) == spelled(&path)) {
            let text = spelled(&path);
            cx.error_on(&path, ids::DUPLICATE_ENTRY, format_args!("`{text}` is listed twice; remove one"));
        } else {
            all.push(path);
        }
    }
    (!bad).then_some(Spanned { value: all, span: list.span })
}

/// A path as people write it.
pub(crate) fn spelled(path: &Path) -> String {
    path.to_token_stream().to_string().split_whitespace().collect()
}

/// A key that stands alone.
pub(super) fn flag(cx: &Ctxt, key: &Ident, given: Given) -> Option<Spanned<()>> {
    match given {
        Given::Nothing => Some(Spanned { value: (), span: key.span() }),
        Given::Reported => None,
        Given::Value(tokens) => {
            cx.error_on(
                &tokens,
                ids::WRONG_KIND_OF_VALUE,
                format_args!("`{key}` takes no value; write `{key}` or leave it out"),
            );
            None
        }
        Given::Parens(group) => {
            cx.error(group.span(), ids::WRONG_KIND_OF_VALUE, format_args!("`{key}` takes no value"));
            None
        }
    }
}
