//! Rules about a handler and its session parameter.

use proc_macro2::Ident;

use super::{Report, Rule, ids};
use crate::{
    args::{Level, SessionArgs},
    model::{Handler, Kind, Parameter},
};

/// What the rules look at.
pub(crate) struct HandlerFacts {
    pub(crate) args: SessionArgs,
    pub(crate) handler: Handler,
}

pub(crate) const RULES: &[Rule<HandlerFacts>] = &[
    Rule::new(ids::TWO_ATTRIBUTES, two_attributes),
    Rule::new(ids::HANDLER_SHAPE, handler_shape),
    Rule::new(ids::KEYS_IN_IMPL, keys_in_impl),
    Rule::new(ids::SESSION_NOT_BY_VALUE, session_not_by_value),
    Rule::new(ids::TWO_SESSIONS, two_sessions),
    Rule::new(ids::SESSION_IN_PUBLIC_HANDLER, session_in_public_handler),
    Rule::new(ids::USER_OF_NOBODY, user_of_nobody),
];

fn two_attributes(facts: &HandlerFacts, report: &Report<'_>) {
    for attr in &facts.handler.attrs {
        if attr.path().segments.last().is_some_and(|segment| segment.ident == "session") {
            report.on(attr, "a second `#[session]` above one handler; write all keys in one");
        }
    }
}

fn handler_shape(facts: &HandlerFacts, report: &Report<'_>) {
    let sig = &facts.handler.sig;
    let plain = "a handler is a plain `fn` or `async fn`";
    if let Some(receiver) = sig.receiver() {
        report.at(
            receiver.self_token.span,
            "a handler has no `self`, for a router calls no methods; write a function without it",
        );
    }
    if let Some(token) = &sig.constness {
        report.at(token.span, format_args!("{plain}; remove `const`"));
    }
    if let syn::Safety::Unsafe(token) = &sig.safety {
        report.at(token.span, format_args!("{plain}; remove `unsafe`"));
    }
    if let Some(abi) = &sig.abi {
        report.at(abi.extern_token.span, format_args!("{plain}; remove `extern`"));
    }
    if let Some(variadic) = &sig.variadic {
        report.on(variadic, format_args!("{plain}; remove `...`"));
    }
}

/// The policy's type cannot stand there.
fn keys_in_impl(facts: &HandlerFacts, report: &Report<'_>) {
    let HandlerFacts { args, handler } = facts;
    if handler.in_impl && args.named.is_none() {
        let name = &handler.sig.ident;
        report.at(
            args.keys.first().map_or(name.span(), Ident::span),
            format_args!(
                "in an `impl` block only a named policy is possible; write `#[session(Site)]`, or move `{name}` out of \
                 the block"
            ),
        );
    }
}

fn session_not_by_value(facts: &HandlerFacts, report: &Report<'_>) {
    for parameter in &facts.handler.parameters {
        if let Parameter { kind: Kind::Wrapped(name), ty, .. } = parameter {
            let advice = match *name {
                "UserSession" => "it is always there",
                _ => "it is always there, and `user()` says whether somebody is signed in",
            };
            report.on(ty, format_args!("take `{name}` by value: {advice}"));
        }
    }
}

fn two_sessions(facts: &HandlerFacts, report: &Report<'_>) {
    for parameter in facts.handler.parameters.iter().filter(|parameter| parameter.kind.is_session()).skip(1) {
        report.on(
            &parameter.ty,
            "a second session parameter; a request has one session (`UserSession` derefs to `Session`)",
        );
    }
}

fn session_in_public_handler(facts: &HandlerFacts, report: &Report<'_>) {
    if facts.args.public.is_written() {
        for parameter in facts.handler.parameters.iter().filter(|parameter| parameter.kind.is_session()) {
            report.on(
                &parameter.ty,
                "a `public` handler has no session; remove this parameter, or write `#[session(auth = \"anonymous\")]`",
            );
        }
    }
}

fn user_of_nobody(facts: &HandlerFacts, report: &Report<'_>) {
    if facts.args.auth.value() != Some(&Level::Anonymous) {
        return;
    }
    for parameter in facts.handler.parameters.iter().filter(|parameter| parameter.kind == Kind::UserSession) {
        report.on(
            &parameter.ty,
            "`UserSession` needs somebody who is signed in, but `auth = \"anonymous\"` admits everybody; take \
             `Session`, or write a higher `auth`",
        );
    }
}
