//! Where errors point: read back from what is emitted.

use std::ops::Range;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Before every source, so that a span of nowhere (`0..0`) lies outside it.
const PAD: &str = "/* nowhere */ ";

/// One error: its rule, if it is ours, and the bytes that it underlines.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) rule: Option<String>,
    pub(super) text: String,
    pub(super) bytes: Range<usize>,
}

/// A source of attributes and an item, cut into its parts.
pub(super) struct Source {
    /// What stands between the parentheses of the first attribute of ours.
    pub(super) args: TokenStream,
    /// What stands after that attribute.
    pub(super) item: TokenStream,
    /// All of it.
    pub(super) all: TokenStream,
    attributes: Vec<Range<usize>>,
    whole: Range<usize>,
}

impl Source {
    /// Nothing if `text` is no tokens.
    pub(super) fn new(text: &str) -> Option<Self> {
        let text = format!("{PAD}{text}");
        let all: TokenStream = text.parse().ok()?;
        let mut tokens = all.clone().into_iter();
        let hash = tokens.next();
        let args = match (hash, tokens.next()) {
            (Some(TokenTree::Punct(_)), Some(TokenTree::Group(attribute))) => {
                inner(&attribute).map(|group| group.stream())
            }
            _ => None,
        };
        let mut attributes = Vec::new();
        find_attributes(&all, &mut attributes);
        let whole = PAD.len()..text.len();
        Some(Self { args: args.unwrap_or_default(), item: tokens.collect(), all, attributes, whole })
    }

    /// Whether the bytes are within one attribute of ours.
    pub(super) fn in_attribute(&self, bytes: &Range<usize>) -> bool {
        self.attributes.iter().any(|attribute| contains(attribute, bytes))
    }

    /// Whether the bytes are anywhere in the source.
    pub(super) fn contains(&self, bytes: &Range<usize>) -> bool {
        contains(&self.whole, bytes)
    }
}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    inner.start < inner.end && outer.start <= inner.start && inner.end <= outer.end
}

/// The parentheses of `[session(…)]`.
fn inner(attribute: &Group) -> Option<Group> {
    let mut tokens = attribute.stream().into_iter();
    let ours = tokens.next().is_some_and(|name| ["session", "cookie", "data"].contains(&name.to_string().as_str()));
    match tokens.next() {
        Some(TokenTree::Group(group)) if ours && group.delimiter() == Delimiter::Parenthesis => Some(group),
        _ => None,
    }
}

fn find_attributes(tokens: &TokenStream, all: &mut Vec<Range<usize>>) {
    let mut after_hash = false;
    for token in tokens.clone() {
        if let TokenTree::Group(group) = &token {
            match inner(group).filter(|_| after_hash) {
                Some(args) => all.push(args.span().byte_range()),
                None => find_attributes(&group.stream(), all),
            }
        }
        after_hash = matches!(&token, TokenTree::Punct(hash) if hash.as_char() == '#');
    }
}

/// Every `compile_error!` of an expansion.
pub(super) fn errors(output: &TokenStream) -> Vec<Error> {
    let mut all = Vec::new();
    collect(output, &mut all);
    all
}

/// The rules of every warning of an expansion: the notes of its `#[deprecated]`.
pub(super) fn warnings(output: &TokenStream) -> Vec<String> {
    let mut all = Vec::new();
    for token in output.clone() {
        let TokenTree::Group(group) = token else { continue };
        let mut tokens = group.stream().into_iter();
        if tokens.next().is_some_and(|name| name.to_string() == "deprecated")
            && let Some(TokenTree::Group(note)) = tokens.next()
        {
            let note: syn::MetaNameValue = syn::parse2(note.stream()).unwrap();
            let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = note.value else { continue };
            all.extend(rule(&text.value()).map(str::to_owned));
        } else {
            all.extend(warnings(&group.stream()));
        }
    }
    all
}

fn collect(tokens: &TokenStream, all: &mut Vec<Error>) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for window in tokens.windows(3) {
        if let [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(group)] = window
            && name == "compile_error"
        {
            let text: syn::LitStr = syn::parse2(group.stream()).unwrap();
            let text = text.value();
            let bytes = name.span().byte_range().start..group.span().byte_range().end;
            all.push(Error { rule: rule(&text).map(str::to_owned), text, bytes });
        }
    }
    for token in tokens {
        if let TokenTree::Group(group) = token {
            collect(&group.stream(), all);
        }
    }
}

/// `syntax` of `… [syntax]`.
fn rule(text: &str) -> Option<&str> {
    let (_, id) = text.strip_suffix(']')?.rsplit_once(" [")?;
    (!id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')).then_some(id)
}

#[test]
fn spans_are_read_back() {
    let source = Source::new("#[session(idel = \"30m\", idle = )] async fn f(s: &Session) {}").unwrap();
    let errors = errors(&crate::expand::attribute("axum", source.args.clone(), source.item.clone()));
    let rules: Vec<_> = errors.iter().map(|error| error.rule.as_deref()).collect();
    assert_eq!(rules, [Some("missing-value"), Some("unknown-key"), Some("session-not-by-value")]);
    let inside: Vec<_> = errors.iter().map(|error| source.in_attribute(&error.bytes)).collect();
    assert_eq!(inside, [true, true, false]);
    let start = PAD.len();
    assert_eq!(errors[1].bytes, start + 10..start + 14);
    assert!(errors.iter().all(|error| source.contains(&error.bytes)));
    assert!(!source.contains(&(0..0)));
}
