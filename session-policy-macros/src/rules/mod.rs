//! What is forbidden: one row per rule, named after what it forbids. Grammar is judged while reading ([`crate::args`]),
//! what one item can tell stands here, what needs two items is judged by the compiler in constants (`policy::check` of
//! the runtime crate).

mod cookie;
mod data;
mod deviations;
mod handler;
pub(crate) mod ids;
mod pairs;
mod policy;
mod profile;
mod roles;
mod support;
mod weak;

use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;

pub(crate) use self::{
    cookie::RULES as COOKIE,
    data::{DataFacts, ident_of_key},
    handler::{HandlerFacts, RULES as HANDLER},
    ids::{Grade, Id},
    policy::PolicyFacts,
    roles::{RULES as ROLES, RolesFacts},
};
use crate::{
    args::{Slot, Written as _},
    ctxt::Ctxt,
};

/// Rules about one `#[session(…)]`, wherever it stands; what is not supported comes last.
pub(crate) const POLICY: &[&[Rule<PolicyFacts>]] =
    &[policy::RULES, pairs::RULES, profile::RULES, deviations::RULES, weak::RULES, support::POLICY];
/// Rules about one `#[data(…)]`.
pub(crate) const DATA: &[&[Rule<DataFacts>]] = &[data::RULES, support::DATA];

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
        match self.id.grade() {
            Grade::Warning => self.cx.warn(span, self.id, text),
            Grade::Error | Grade::Deviation => self.cx.error(span, self.id, text),
        }
    }

    /// At the slot's value, which is wrong.
    fn wrong<T>(&self, slot: &Slot<T>, text: impl Display) {
        self.wrong_at(slot, slot.span(), text);
    }

    /// About a slot that is wrong.
    fn wrong_at<T>(&self, slot: &Slot<T>, span: Span, text: impl Display) {
        slot.set_wrong();
        self.at(span, text);
    }

    /// The rule that reports.
    fn id(&self) -> Id {
        self.id
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
