//! An inline module: the handlers inside are told of its policy, everything else passes through untouched.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Token, Visibility, ext::IdentExt as _, parse::Parser};

use crate::{args::HIDDEN_KEY, ctxt::Ctxt, rules::ids};

/// Macros in a module that write no handlers.
const HARMLESS: &[&str] = &["macro_rules", "thread_local"];

/// The user's module.
pub(crate) struct Module {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) mod_token: Token![mod],
    pub(crate) name: Ident,
    /// `None` for `mod name;`.
    pub(crate) body: Option<Group>,
}

impl Module {
    /// The module, if the item is one.
    pub(crate) fn parse(item: TokenStream) -> Option<Self> {
        let read = |input: syn::parse::ParseStream<'_>| {
            let attrs = input.call(Attribute::parse_outer)?;
            let vis = input.parse()?;
            let mod_token = input.parse()?;
            let name = input.call(Ident::parse_any)?;
            let body = if input.parse::<Option<Token![;]>>()?.is_some() {
                None
            } else {
                match input.parse()? {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
                    other => return Err(syn::Error::new(other.span(), "expected the body of the module")),
                }
            };
            Ok(Self { attrs, vis, mod_token, name, body })
        };
        read.parse2(item).ok()
    }

    /// The body, whose handlers are told of `policy`, a type beside the module.
    pub(crate) fn told(&self, cx: &Ctxt, policy: &Ident) -> TokenStream {
        let Some(body) = &self.body else { return TokenStream::new() };
        let mut walk = Walk { cx, policy, reached: false, unsure: false };
        let told = walk.items(body.stream(), 1);
        if !walk.reached && !walk.unsure {
            cx.error(
                self.name.span(),
                ids::MODULE_WITHOUT_HANDLERS,
                format_args!(
                    "this policy can have no effect: no function in `{}` carries `#[session]`; write that above each \
                     handler",
                    self.name
                ),
            );
        }
        told
    }
}

/// What an attribute stands above.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    Function,
    Module,
    Other,
}

struct Walk<'a> {
    cx: &'a Ctxt,
    policy: &'a Ident,
    /// Whether a handler was told.
    reached: bool,
    /// Whether something that could be a handler was reported.
    unsure: bool,
}

impl Walk<'_> {
    /// Items of a module that is `depth` modules below the policy's type.
    fn items(&mut self, tokens: TokenStream, depth: usize) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut starts = true;
        for (i, token) in tokens.iter().enumerate() {
            if starts {
                self.item_macro(tokens.get(i..).unwrap_or_default());
            }
            starts = match token {
                TokenTree::Punct(punct) => punct.as_char() == ';',
                TokenTree::Group(group) => matches!(group.delimiter(), Delimiter::Brace | Delimiter::Bracket),
                _ => false,
            };
        }
        self.tokens(&tokens, depth)
    }

    /// A macro that writes items: what it writes cannot be told.
    fn item_macro(&mut self, tokens: &[TokenTree]) {
        let mut last: Option<&Ident> = None;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => last = Some(ident),
                TokenTree::Punct(punct) if punct.as_char() == ':' => {}
                TokenTree::Punct(punct) if punct.as_char() == '!' => break,
                _ => return,
            }
        }
        if let Some(name) = last
            && !HARMLESS.iter().any(|harmless| name == harmless)
        {
            self.unsure = true;
            self.cx.error(
                name.span(),
                ids::MACRO_IN_MODULE,
                format_args!(
                    "`{name}!` may write handlers, which the policy of the module would not reach; move it out of the module"
                ),
            );
        }
    }

    /// Any tokens: attributes above handlers and modules are changed, wherever they stand.
    fn tokens(&mut self, tokens: &[TokenTree], depth: usize) -> TokenStream {
        let mut out = TokenStream::new();
        // Whether the next module is told as a whole.
        let mut told = false;
        let mut i = 0;
        while let Some(token) = tokens.get(i) {
            let rest = tokens.get(i + 1..).unwrap_or_default();
            match (token, rest) {
                (TokenTree::Punct(hash), [TokenTree::Group(attribute), after @ ..])
                    if hash.as_char() == '#' && attribute.delimiter() == Delimiter::Bracket =>
                {
                    let above = above(after);
                    let changed = (above != Above::Other).then(|| self.attribute(attribute, depth)).flatten();
                    // One that may be off tells nobody inside, so they are told here, too.
                    told |= changed.is_some() && above == Above::Module && !is_conditional(attribute);
                    out.extend([token.clone(), TokenTree::Group(changed.unwrap_or_else(|| attribute.clone()))]);
                    i += 2;
                    continue;
                }
                (TokenTree::Ident(key), [TokenTree::Ident(name), TokenTree::Group(body), ..])
                    if key == "mod" && body.delimiter() == Delimiter::Brace =>
                {
                    let inside = if told { body.stream() } else { self.items(body.stream(), depth + 1) };
                    told = false;
                    let body = group(body, inside);
                    out.extend([token.clone(), TokenTree::Ident(name.clone()), TokenTree::Group(body)]);
                    i += 3;
                    continue;
                }
                (TokenTree::Ident(key), [TokenTree::Ident(name), TokenTree::Punct(end), ..])
                    if key == "mod" && end.as_char() == ';' =>
                {
                    self.unsure = true;
                    not_inline(self.cx, name);
                    // Left out: its file would only give the same error once more.
                    told = false;
                    i += 3;
                    continue;
                }
                (TokenTree::Group(inner), _) => {
                    let inside: Vec<TokenTree> = inner.stream().into_iter().collect();
                    let inside = self.tokens(&inside, depth);
                    out.extend([TokenTree::Group(group(inner, inside))]);
                }
                _ => out.extend([token.clone()]),
            }
            i += 1;
        }
        out
    }

    /// `#[session(…)]` told of the policy; `None` if the attribute is another one.
    fn attribute(&mut self, attribute: &Group, depth: usize) -> Option<Group> {
        let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
        let inside = match tokens.as_slice() {
            [name, TokenTree::Group(list)] if is_conditional(attribute) => {
                let tokens: Vec<TokenTree> = list.stream().into_iter().collect();
                let inside = self.session(&tokens, depth, false)?;
                let list = TokenTree::Group(group(list, inside));
                quote!(#name #list)
            }
            tokens => self.session(tokens, depth, true)?,
        };
        self.reached = true;
        Some(group(attribute, inside))
    }

    /// Finds `session` at the end of a path, alone or with keys in parentheses.
    fn session(&self, tokens: &[TokenTree], depth: usize, whole: bool) -> Option<TokenStream> {
        let separator =
            |c: char| move |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == c);
        let at = tokens.iter().enumerate().position(|(i, token)| {
            let before = i.checked_sub(1).and_then(|i| tokens.get(i));
            let begins = match before {
                None => whole,
                Some(before) => separator(':')(before) || !whole && separator(',')(before),
            };
            let ends = match tokens.get(i + 1) {
                None => true,
                Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
                Some(next) => !whole && separator(',')(next),
            };
            matches!(token, TokenTree::Ident(name) if name == "session") && begins && ends
        })?;
        let (before, from) = tokens.split_at_checked(at)?;
        let (name, rest) = from.split_first()?;
        let (keys, rest) = match rest.split_first() {
            Some((TokenTree::Group(keys), rest)) => (Some(keys), rest),
            _ => (None, rest),
        };
        let key = Ident::new(HIDDEN_KEY, Span::call_site());
        let supers = std::iter::repeat_n(quote!(super::), depth);
        let policy = self.policy;
        let mut inside = quote!(#key = #(#supers)* #policy);
        if let Some(written) = keys.map(Group::stream).filter(|written| !written.is_empty()) {
            inside.extend([TokenTree::Punct(Punct::new(',', Spacing::Alone))]);
            inside.extend(written);
        }
        let mut told = Group::new(Delimiter::Parenthesis, inside);
        told.set_span(keys.map_or_else(|| name.span(), Group::span));
        let mut out: TokenStream = before.iter().cloned().collect();
        out.extend([name.clone(), TokenTree::Group(told)]);
        out.extend(rest.iter().cloned());
        Some(out)
    }
}

/// `cfg_attr(…)`
fn is_conditional(attribute: &Group) -> bool {
    matches!(attribute.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "cfg_attr")
}

/// `mod name;`
pub(crate) fn not_inline(cx: &Ctxt, name: &Ident) {
    cx.error(
        name.span(),
        ids::MODULE_NOT_INLINE,
        format_args!(
            "a policy reaches only what stands in the same file; write `mod {name} {{ … }}`, or a policy above each handler \
             of the file"
        ),
    );
}

/// What the tokens after an attribute are.
fn above(tokens: &[TokenTree]) -> Above {
    let mut rest = tokens;
    while let Some((token, after)) = rest.split_first() {
        rest = after;
        match token {
            // Further attributes, and the scope of `pub(…)`.
            TokenTree::Punct(hash) if hash.as_char() == '#' => {}
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                // A fragment that a macro passed on: a visibility, or a whole item.
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                match above(&inside) {
                    Above::Other => {}
                    found => return found,
                }
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {}
            TokenTree::Ident(word) => match word.to_string().as_str() {
                "pub" | "crate" => {}
                "fn" | "async" | "const" | "unsafe" | "extern" => return Above::Function,
                "mod" => return Above::Module,
                _ => return Above::Other,
            },
            _ => return Above::Other,
        }
    }
    Above::Other
}

/// The same delimiters around something else.
fn group(like: &Group, inside: TokenStream) -> Group {
    let mut group = Group::new(like.delimiter(), inside);
    group.set_span(like.span());
    group
}

impl ToTokens for Module {
    /// As it was written.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, mod_token, name, body } = self;
        let end = body.is_none().then(|| quote!(;));
        tokens.extend(quote!(#(#attrs)* #vis #mod_token #name #body #end));
    }
}
