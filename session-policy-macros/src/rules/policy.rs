//! Rules about one `#[session(…)]`, wherever it stands.

use proc_macro2::Span;

use super::{Report, Rule, ids};
use crate::{
    args::{Activity, KEYS, Level, OnStoreError, SessionArgs},
    duration::show,
};

/// What the rules look at.
pub(crate) struct PolicyFacts {
    pub(crate) args: SessionArgs,
    /// The name of the policy's type, where it has one.
    pub(crate) own_name: Option<String>,
}

pub(crate) const RULES: &[Rule<PolicyFacts>] = &[
    Rule::new(ids::PUBLIC_WITH_KEYS, public_with_keys),
    Rule::new(ids::PUBLIC_IN_MODULE, public_in_module),
    Rule::new(ids::NAMED_POLICY_WITH_KEYS, named_policy_with_keys),
    Rule::new(ids::EXTENDS_ITSELF, extends_itself),
    Rule::new(ids::IDLE_NOT_BELOW_ABSOLUTE, idle_not_below_absolute),
    Rule::new(ids::FRESH_ABOVE_ABSOLUTE, fresh_above_absolute),
    Rule::new(ids::TOUCH_ABOVE_TENTH_OF_IDLE, touch_above_tenth_of_idle),
    Rule::new(ids::FRESH_OF_NOBODY, fresh_of_nobody),
    Rule::new(ids::ROLE_OF_NOBODY, role_of_nobody),
    Rule::new(ids::FRESH_ON_PASSIVE, fresh_on_passive),
    Rule::new(ids::ON_MISMATCH_WITHOUT_BIND, on_mismatch_without_bind),
    Rule::new(ids::STORE_ERROR_OPENS_ROUTE, store_error_opens_route),
];

/// A public handler has no session, so no key can have an effect.
fn public_with_keys(facts: &PolicyFacts, report: &Report<'_>) {
    let args = &facts.args;
    if !args.public.is_written() {
        return;
    }
    for key in args.keys.iter().filter(|key| *key != "public") {
        if let Some(row) = KEYS.iter().find(|row| *key == row.name) {
            args.slot(row.key).set_wrong();
        }
        report.at(
            key.span(),
            format_args!("`{key}` can have no effect: a `public` handler has no session; remove `{key}` or `public`"),
        );
    }
    if let Some(path) = &args.named {
        report.on(path, "a `public` handler has no session, so it has no other policy; remove one of the two");
    }
}

/// Nothing inside may be looser than the module.
fn public_in_module(facts: &PolicyFacts, report: &Report<'_>) {
    if let (Some(public), Some(_)) = (facts.args.public.key(), &facts.args.module) {
        report
            .at(public.span(), "a handler inside a module with a policy cannot be `public`; move it out of the module");
    }
}

/// The named form is the named policy and nothing else.
fn named_policy_with_keys(facts: &PolicyFacts, report: &Report<'_>) {
    if let Some(path) = &facts.args.named
        && !facts.args.keys.is_empty()
        && !facts.args.public.is_written()
    {
        let name = crate::args::spelled(path);
        report.on(path, format_args!("a named policy stands alone; to tighten it write `extends = {name}`"));
    }
}

fn extends_itself(facts: &PolicyFacts, report: &Report<'_>) {
    let paths = [facts.args.extends.value(), facts.args.named.as_ref()];
    for path in paths.into_iter().flatten() {
        let itself = path
            .get_ident()
            .is_some_and(|ident| ident == "Self" || facts.own_name.as_ref().is_some_and(|own| ident == own));
        if itself {
            report.on(path, "a policy cannot start from itself; name another one or remove it");
        }
    }
}

fn idle_not_below_absolute(facts: &PolicyFacts, report: &Report<'_>) {
    if let (Some(idle), Some(absolute)) = (facts.args.idle.get(), facts.args.absolute.get())
        && absolute.value <= idle.value
    {
        let (long, short) = (show(idle.value), show(absolute.value));
        report.at(
            idle.span,
            format_args!(
                "`idle` ({long}) is not shorter than `absolute` ({short}), so it can never fire; write a \
                 shorter `idle` or a longer `absolute`"
            ),
        );
    }
}

fn fresh_above_absolute(facts: &PolicyFacts, report: &Report<'_>) {
    if let (Some(fresh), Some(absolute)) = (facts.args.fresh.get(), facts.args.absolute.get())
        && absolute.value < fresh.value
    {
        let (long, short) = (show(fresh.value), show(absolute.value));
        report.at(
            fresh.span,
            format_args!(
                "`fresh` ({long}) is longer than `absolute` ({short}), so it can never fire; write a shorter \
                 `fresh` or a longer `absolute`"
            ),
        );
    }
}

/// The true idle window lies in `(idle − touch, idle]`.
fn touch_above_tenth_of_idle(facts: &PolicyFacts, report: &Report<'_>) {
    if let (Some(touch), Some(idle)) = (facts.args.touch.get(), facts.args.idle.get())
        && idle.value / 10 < touch.value
    {
        let (coarse, limit) = (show(touch.value), show(idle.value));
        let advice = match idle.value / 10 {
            0 => "remove `touch`, or write a longer `idle`".to_owned(),
            tenth => format!("write at most `\"{}\"`", show(tenth)),
        };
        report.at(
            touch.span,
            format_args!(
                "`touch` ({coarse}) is more than a tenth of `idle` ({limit}), which would make the \
                 limit inexact; {advice}"
            ),
        );
    }
}

fn fresh_of_nobody(facts: &PolicyFacts, report: &Report<'_>) {
    of_nobody(&facts.args, "fresh", facts.args.fresh.key().map(proc_macro2::Ident::span), report);
}

fn role_of_nobody(facts: &PolicyFacts, report: &Report<'_>) {
    of_nobody(&facts.args, "role", facts.args.role.key().map(proc_macro2::Ident::span), report);
}

fn of_nobody(args: &SessionArgs, name: &str, key: Option<Span>, report: &Report<'_>) {
    if let Some(span) = key
        && args.auth.value() == Some(&Level::Anonymous)
    {
        report.at(
            span,
            format_args!(
                "`{name}` needs somebody who is signed in, but `auth = \"anonymous\"` admits \
                 everybody; remove one of the two"
            ),
        );
    }
}

/// Polling would keep asking for a password.
fn fresh_on_passive(facts: &PolicyFacts, report: &Report<'_>) {
    if let Some(fresh) = facts.args.fresh.key()
        && facts.args.activity.value() == Some(&Activity::Passive)
    {
        report.at(
            fresh.span(),
            "`fresh` asks a person to authenticate, but nobody is waiting for a route with `activity = \
             \"passive\"`; remove one of the two",
        );
    }
}

fn on_mismatch_without_bind(facts: &PolicyFacts, report: &Report<'_>) {
    if let Some(key) = facts.args.on_mismatch.key()
        && !facts.args.bind.is_written()
        && !facts.args.doubtful
    {
        report.at(
            key.span(),
            "`on_mismatch` can have no effect without `bind` beside it; write `bind = \"ua\"` or remove it",
        );
    }
}

/// Only a route that admits everybody, and checks nothing about them, may run without the store.
fn store_error_opens_route(facts: &PolicyFacts, report: &Report<'_>) {
    let args = &facts.args;
    let Some(written) = args.on_store_error.get().filter(|written| written.value == OnStoreError::Anonymous) else {
        return;
    };
    let needed = match args.auth.value() {
        Some(Level::Anonymous) => None,
        // What it extends may say so; a constant looks.
        None if args.auth.is_written() || args.extends.is_written() || args.module.is_some() || args.doubtful => None,
        None if args.named.is_some() => None,
        _ => Some("`auth = \"anonymous\"` beside it"),
    };
    if let Some(needed) = needed {
        report.at(
            written.span,
            format_args!(
                "`on_store_error = \"anonymous\"` runs the handler without knowing who asks, so it \
                 needs {needed}; write that or `\"deny\"`"
            ),
        );
    }
    let checked = [args.role.key(), args.bind.key(), args.fresh.key()];
    for key in checked.into_iter().flatten() {
        report.at(
            written.span,
            format_args!(
                "`on_store_error = \"anonymous\"` runs the handler without checking `{key}`; write \
                 `\"deny\"` or remove `{key}`"
            ),
        );
    }
}
