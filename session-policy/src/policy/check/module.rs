//! Checks about modules: what reaches a handler from the module around it.

use super::{
    super::{
        Activity, BindRule, Level, OnStoreError, Spec,
        message::Piece::{Text, Time},
    },
    above::{Chain, Ladder, Limit},
    fail,
};

/// `extends`, inside a module: a role is left, and what is extended is not public.
#[track_caller]
pub const fn extends(spec: &Spec) {
    let Some(base) = spec.base else { return };
    let _followed = Chain::of(spec);
    if base.public {
        fail(
            "`{}` is public, so there is nothing to start from; extend another policy, or write `#[session(public)]` \
             [extends-public]",
            &[Text(base.name)],
        );
    }
    if let (Some(module), None, Some(left)) = (spec.module, spec.own.role, spec.rules().role)
        && left.is_empty()
    {
        fail(
            "no role is left: `{}` and `{}` allow different ones; extend another policy [no-role-left]",
            &[Text(base.name), Text(module.name)],
        );
    }
}

/// A handler inside a module whose `on_store_error` reaches it: as if it were written there.
#[track_caller]
pub const fn module(spec: &Spec) {
    let Some(module) = spec.module else { return };
    if matches!(module.nearest.on_store_error, Some(OnStoreError::Anonymous))
        && matches!(spec.nearest.on_store_error, Some(OnStoreError::Anonymous))
    {
        let rules = spec.rules();
        let open = matches!(rules.auth, Some(Level::Anonymous))
            && rules.role.is_none()
            && rules.fresh.is_none()
            && matches!(rules.bind.ua, BindRule::Unset);
        if !open {
            fail(
                "the `on_store_error = \"anonymous\"` of `{}` would run this handler without knowing who asks; write \
                 `on_store_error = \"deny\"` here [store-error-opens-route]",
                &[Text(module.name)],
            );
        }
    }
    if let (Some(Activity::Passive), None, Some((_, base))) =
        (spec.nearest.activity, spec.own.fresh, Chain::of(spec).least(Limit::Fresh))
        && matches!(module.nearest.activity, Some(Activity::Passive))
    {
        fail(
            "nobody is waiting for a route with the `activity = \"passive\"` of `{}`, but `{}` has `fresh`, which asks a \
             person to authenticate; write `activity = \"active\"` here [fresh-on-passive]",
            &[Text(module.name), Text(base.spec.name)],
        );
    }
}

/// A named policy on a handler inside a module: every limit that it writes still holds there.
#[track_caller]
pub const fn named(spec: &Spec) {
    let (Some(named), Some(module)) = (spec.base, spec.module) else { return };
    if named.public {
        fail(
            "`{}` is public, which is not possible inside `{}`; name another policy, or move this handler out of \
             the module [public-in-module]",
            &[Text(named.name), Text(module.name)],
        );
    }
    let (rules, theirs) = (named.rules(), module.rules());
    let mut limits: &[Limit] = &Limit::ALL;
    while let Some((limit, rest)) = limits.split_first() {
        if let (Some(own), Some(limited)) = (limit.of(&rules), limit.of(&theirs))
            && limited < own
        {
            fail(
                "the `{}` ({}) of `{}` can never apply here: `{}` already limits it to {}; name a tighter policy, or \
                 write `#[session]` [looser-than-module]",
                &[Text(limit.key()), Time(own), Text(named.name), Text(module.name), Time(limited)],
            );
        }
        limits = rest;
    }
    let mut ladders: &[Ladder] = &Ladder::ALL;
    while let Some((ladder, rest)) = ladders.split_first() {
        if let (Some((own, word)), Some((rung, demanded))) = (ladder.of(&rules), ladder.of(&theirs))
            && own < rung
        {
            fail(
                "the `{} = \"{}\"` of `{}` can never apply here: `{}` already says `\"{}\"`; name a stricter policy, or \
                 write `#[session]` [looser-than-module]",
                &[Text(ladder.key()), Text(word), Text(named.name), Text(module.name), Text(demanded)],
            );
        }
        ladders = rest;
    }
    if let (Some(own), Some(theirs)) = (rules.role, theirs.role)
        && !own.meet(theirs).same_as(own)
    {
        fail(
            "`{}` names a role that `{}` does not allow; name another policy, or write `#[session]` \
             [looser-than-module]",
            &[Text(named.name), Text(module.name)],
        );
    }
}
