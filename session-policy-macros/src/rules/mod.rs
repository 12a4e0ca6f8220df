//! What is forbidden: one row per rule, named after what it forbids. Grammar is judged while reading ([`crate::args`]),
//! what one item can tell stands here, what needs two items is judged by the compiler in constants (`policy::check` of
//! the runtime crate).

mod cookie;
mod data;
mod handler;
pub(crate) mod ids;
mod policy;
mod roles;

use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;

pub(crate) use self::{
    cookie::RULES as COOKIE,
    data::{DataFacts, RULES as DATA, ident_of_key},
    handler::{HandlerFacts, RULES as HANDLER},
    ids::Id,
    policy::{PolicyFacts, RULES as POLICY},
    roles::{RULES as ROLES, RolesFacts},
};
use crate::ctxt::Ctxt;

/// One rule: its name, and the function that reports every breach of it in `T`.
pub(crate) struct Rule<T: ?Sized> {
    id: Id,
    breaches: fn(&T, &Report<'_>),
}

impl<T: ?Sized> Rule<T> {
    const fn new(id: Id, breaches: fn(&T, &Report<'_>)) -> Self {
        Self { id, breaches }
    }
}

/// Where a rule reports.
pub(crate) struct Report<'a> {
    cx: &'a Ctxt,
    id: Id,
}

impl Report<'_> {
    fn at(&self, span: Span, text: impl Display) {
        self.cx.error(span, self.id, text);
    }

    fn on(&self, tokens: &dyn ToTokens, text: impl Display) {
        self.cx.error_on(tokens, self.id, text);
    }
}

/// Applies a table of rules; all breaches are reported.
pub(crate) fn apply<T: ?Sized>(cx: &Ctxt, rules: &[Rule<T>], facts: &T) {
    for rule in rules {
        (rule.breaches)(facts, &Report { cx, id: rule.id });
    }
}
