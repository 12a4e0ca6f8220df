//! A handler: its signature, and its body as tokens that nobody parses.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Attribute, FnArg, GenericArgument, Pat, PathArguments, ReturnType, Signature, Token, Type, Visibility,
    parse::{ParseStream, Parser},
    spanned::Spanned as _,
};

use crate::{ctxt::Ctxt, rules::ids};

/// The user's function.
pub(crate) struct Handler {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
    /// Whether it mentions `Self`, and so stands in an `impl` block.
    pub(crate) in_impl: bool,
    /// The typed parameters, in order.
    pub(crate) parameters: Vec<Parameter>,
}

/// One parameter.
pub(crate) struct Parameter {
    /// Its name in the outer function: the user's, where the pattern is a name.
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) kind: Kind,
}

/// What a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An extractor; the framework's business.
    Extractor,
    /// `Session`
    Session,
    /// `UserSession`
    UserSession,
    /// One of the two behind a reference or in a wrapper.
    Wrapped(&'static str),
}

impl Kind {
    pub(crate) fn is_session(self) -> bool {
        matches!(self, Self::Session | Self::UserSession)
    }
}

impl Handler {
    /// Reads the item under the attribute; what is not a function is reported.
    pub(crate) fn parse(cx: &Ctxt, item: TokenStream) -> Option<Self> {
        match (|input: ParseStream<'_>| Self::read(cx, input)).parse2(item) {
            Ok(handler) => handler,
            Err(error) => {
                // What is not a function is reported, and its rest was not read.
                if !cx.failed() || !error.to_string().starts_with("unexpected token") {
                    cx.push(error);
                }
                None
            }
        }
    }

    fn read(cx: &Ctxt, input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        if let Some((span, text)) = no_function(input) {
            cx.error(span, ids::NOT_A_HANDLER, text);
            let _: TokenStream = input.parse()?;
            return Ok(None);
        }
        let sig: Signature = input.parse()?;
        if let Some(semicolon) = input.parse::<Option<Token![;]>>()? {
            cx.error(semicolon.span, ids::NOT_A_HANDLER, "this handler has no body");
            return Ok(None);
        }
        let body = body(input)?;
        let parameters = parameters(&sig);
        let in_impl = mentions_self(sig.to_token_stream()) || mentions_self(body.stream());
        Ok(Some(Self { attrs, vis, sig, body, in_impl, parameters }))
    }

    /// Whether calling it gives a future, of itself.
    pub(crate) fn is_future(&self) -> bool {
        let named = |output: &Type| {
            let last = |path: &syn::Path| {
                path.segments.last().is_some_and(|segment| segment.ident.to_string().ends_with("Future"))
            };
            match output {
                Type::ImplTrait(some) => some
                    .bounds
                    .iter()
                    .any(|bound| matches!(bound, syn::TypeParamBound::Trait(bound) if last(&bound.path))),
                Type::Path(path) => last(&path.path) || path.path.segments.last().is_some_and(|s| s.ident == "Pin"),
                _ => false,
            }
        };
        self.sig.asyncness.is_some() || matches!(&self.sig.output, ReturnType::Type(_, output) if named(output))
    }
}

/// Whether `Self` occurs, but not within an item that has a `Self` of its own.
fn mentions_self(tokens: TokenStream) -> bool {
    let mut own = false;
    for token in tokens {
        match token {
            TokenTree::Ident(word) if word == "Self" => return true,
            TokenTree::Ident(word) if word == "impl" || word == "trait" || word == "struct" || word == "enum" => {
                own = true;
            }
            TokenTree::Punct(end) if end.as_char() == ';' => own = false,
            TokenTree::Group(group) => {
                let braces = group.delimiter() == Delimiter::Brace;
                if !(own && braces) && mentions_self(group.stream()) {
                    return true;
                }
                own &= !braces;
            }
            _ => {}
        }
    }
    false
}

/// Why this is not a function, and where.
fn no_function(input: ParseStream<'_>) -> Option<(Span, String)> {
    let is_function = input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![extern])
        || input.peek(Token![unsafe]) && (input.peek2(Token![fn]) || input.peek2(Token![extern]))
        || input.peek(Token![const])
            && (input.peek2(Token![fn]) || input.peek2(Token![async]) || input.peek2(Token![unsafe]));
    if is_function || input.is_empty() {
        return None;
    }
    let fork = input.fork();
    let text = match fork.parse::<TokenTree>().map(|token| token.to_string()).unwrap_or_default().as_str() {
        "struct" | "enum" => {
            "a policy on a type needs `#[derive(SessionPolicy)]`; write that above `#[session]`".to_owned()
        }
        "impl" | "trait" | "unsafe" | "union" | "use" | "const" | "static" | "type" | "macro_rules" => {
            "`#[session]` belongs above a handler, that is a `fn` or `async fn`, or a module".to_owned()
        }
        _ => return None,
    };
    Some((input.span(), text))
}

/// The body between its braces, also where a macro passed it on.
fn body(input: ParseStream<'_>) -> syn::Result<Group> {
    let span = input.span();
    let mut tree = input.parse::<TokenTree>().ok();
    while let Some(TokenTree::Group(group)) = tree {
        match group.delimiter() {
            Delimiter::Brace => return Ok(group),
            Delimiter::None => tree = group.stream().into_iter().next(),
            _ => break,
        }
    }
    Err(syn::Error::new(span, "expected the body of the handler"))
}

fn parameters(sig: &Signature) -> Vec<Parameter> {
    let typed = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    typed
        .enumerate()
        .map(|(i, typed)| {
            let name = match &*typed.pat {
                Pat::Ident(name)
                    if name.by_ref.is_none() && name.subpat.is_none() && keeps_its_name(&name.ident, sig) =>
                {
                    name.ident.clone()
                }
                pattern => {
                    let span = Span::mixed_site().located_at(pattern.span());
                    Ident::new(&format!("__a{i}"), span)
                }
            };
            Parameter { name, ty: (*typed.ty).clone(), kind: kind(&typed.ty) }
        })
        .collect()
}

/// `_name` says that nobody uses it, but the outer function does; the handler's own name would hide the inner function.
fn keeps_its_name(name: &Ident, sig: &Signature) -> bool {
    !name.to_string().starts_with('_') && *name != sig.ident
}

fn kind(ty: &Type) -> Kind {
    match named(ty) {
        Some("Session") => Kind::Session,
        Some(_) => Kind::UserSession,
        None => match ty {
            Type::Reference(reference) => wrapped(&reference.elem),
            Type::Path(path) => match path.path.segments.last().map(|segment| &segment.arguments) {
                Some(PathArguments::AngleBracketed(arguments)) => {
                    let first = arguments.args.iter().find_map(|argument| match argument {
                        GenericArgument::Type(ty) => Some(ty),
                        _ => None,
                    });
                    first.map_or(Kind::Extractor, wrapped)
                }
                _ => Kind::Extractor,
            },
            Type::Group(group) => kind(&group.elem),
            Type::Paren(paren) => kind(&paren.elem),
            _ => Kind::Extractor,
        },
    }
}

fn wrapped(ty: &Type) -> Kind {
    named(ty).map_or(Kind::Extractor, Kind::Wrapped)
}

/// `Session` or `UserSession`, if that is what the type's path ends with.
fn named(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let bare = last.arguments.is_none();
            ["Session", "UserSession"].into_iter().find(|name| bare && last.ident == name)
        }
        Type::Group(group) => named(&group.elem),
        Type::Paren(paren) => named(&paren.elem),
        _ => None,
    }
}

/// `DashboardPolicy` for `dashboard`.
pub(crate) fn policy_name(handler: &Ident) -> String {
    format!("{}Policy", in_pascal_case(handler))
}

/// `AdminModulePolicy` for `admin`.
pub(crate) fn module_policy_name(module: &Ident) -> String {
    format!("{}ModulePolicy", in_pascal_case(module))
}

fn in_pascal_case(name: &Ident) -> String {
    let mut out = String::new();
    for word in plain(name).split('_') {
        let mut letters = word.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
    }
    out
}

/// An identifier without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}
