//! Checks across items, in constants: the macros emit a call with the span of the literal that would be wrong.
//!
//! Each is about one written key of a policy, seen against what the policy extends and the roles it names. A written
//! value that the stricter of two would change can never apply: that is an error, never a silent correction.

// In constants, a panic is a compile error at the caller; these functions have no other use.
#![allow(clippy::panic, reason = "evaluated by the compiler only: the panic is the error message")]

use super::{
    Activity, Csrf, Level, OnMismatch, OnStoreError, RoleSet, RoleSpec, Rules, Spec,
    bind::BindRule,
    message::{
        Message,
        Piece::{self, Role, Text, Time},
    },
};

/// `idle`: not looser than the base or the roles, and able to fire before `absolute`.
#[track_caller]
pub const fn idle(spec: &Spec) {
    tightens(spec, Limit::Idle);
    let Some(idle) = spec.own.idle else { return };
    if let (None, Some((absolute, base))) = (spec.own.absolute, least(spec.base, Limit::Absolute))
        && absolute <= idle
    {
        fail(
            "`idle` ({}) is not shorter than the `absolute` ({}) of `{}`, so it can never fire; write a shorter \
             `idle` [idle-not-below-absolute]",
            &[Time(idle), Time(absolute), Text(base.name)],
        );
    }
    if let (None, Some((touch, base))) = (spec.own.touch, least(spec.base, Limit::Touch))
        && idle / 10 < touch
    {
        fail(
            "the `touch` ({}) of `{}` is more than a tenth of `idle` ({}), which would make the limit inexact; \
             write a longer `idle`, or a shorter `touch` there [touch-above-tenth-of-idle]",
            &[Time(touch), Text(base.name), Time(idle)],
        );
    }
}

/// `absolute`: not looser than the base or the roles, and longer than the base's `idle`.
#[track_caller]
pub const fn absolute(spec: &Spec) {
    tightens(spec, Limit::Absolute);
    let Some(absolute) = spec.own.absolute else { return };
    if let (None, Some((idle, base))) = (spec.own.idle, least(spec.base, Limit::Idle))
        && absolute <= idle
    {
        fail(
            "`absolute` ({}) is not longer than the `idle` ({}) of `{}`, which could never fire; write a shorter \
             `idle` beside it [idle-not-below-absolute]",
            &[Time(absolute), Time(idle), Text(base.name)],
        );
    }
    if let (None, Some((fresh, base))) = (spec.own.fresh, least(spec.base, Limit::Fresh))
        && absolute < fresh
    {
        fail(
            "`absolute` ({}) is shorter than the `fresh` ({}) of `{}`, which could never fire; write a shorter \
             `fresh` beside it [fresh-above-absolute]",
            &[Time(absolute), Time(fresh), Text(base.name)],
        );
    }
}

/// `fresh`: not looser than the base or the roles, able to fire before `absolute`, and about somebody.
#[track_caller]
pub const fn fresh(spec: &Spec) {
    tightens(spec, Limit::Fresh);
    let Some(fresh) = spec.own.fresh else { return };
    if let (None, Some((absolute, base))) = (spec.own.absolute, least(spec.base, Limit::Absolute))
        && absolute < fresh
    {
        fail(
            "`fresh` ({}) is longer than the `absolute` ({}) of `{}`, so it can never fire; write a shorter \
             `fresh` [fresh-above-absolute]",
            &[Time(fresh), Time(absolute), Text(base.name)],
        );
    }
    of_nobody(spec, "fresh", " [fresh-of-nobody]");
}

/// `touch`: not looser than the base, and at most a tenth of the base's `idle`.
#[track_caller]
pub const fn touch(spec: &Spec) {
    tightens(spec, Limit::Touch);
    let Some(touch) = spec.own.touch else { return };
    if let (None, Some((idle, base))) = (spec.own.idle, least(spec.base, Limit::Idle))
        && idle / 10 < touch
    {
        fail(
            "`touch` ({}) is more than a tenth of the `idle` ({}) of `{}`, which would make the limit inexact; \
             write a shorter `touch` [touch-above-tenth-of-idle]",
            &[Time(touch), Time(idle), Text(base.name)],
        );
    }
}

/// `auth`: not weaker than the base's or the roles', and not anonymous under a base that checks somebody.
#[track_caller]
pub const fn auth(spec: &Spec) {
    let Some(auth) = spec.own.auth else { return };
    let mut next = spec.base;
    while let Some(base) = next {
        if let Some(level) = base.own.auth
            && (auth as u8) < (level as u8)
        {
            fail(
                "`auth = \"{}\"` can never apply: `{}` already demands `\"{}\"`; write at least that, or remove \
                 it [looser-than-base]",
                &[Text(auth.as_str()), Text(base.name), Text(level.as_str())],
            );
        }
        let needs = if base.own.fresh.is_some() {
            "fresh"
        } else if base.own.role.is_some() {
            "role"
        } else {
            ""
        };
        if auth as u8 == Level::Anonymous as u8 && !needs.is_empty() {
            fail(
                "`auth = \"anonymous\"` admits everybody, but `{}` has `{}`, which needs somebody who is signed \
                 in; write a higher `auth`, or extend another policy [{}-of-nobody]",
                &[Text(base.name), Text(needs), Text(needs)],
            );
        }
        next = base.base;
    }
    if let Some(set) = spec.own.role
        && let Some((level, role)) = weakest(set)
        && (auth as u8) < (level as u8)
    {
        fail(
            "`auth = \"{}\"` can never apply: `{}` already demands `\"{}\"`; write at least that, or remove it \
             [looser-than-role]",
            &[Text(auth.as_str()), Role(set, role), Text(level.as_str())],
        );
    }
}

/// `role`: within what the base allows, and about somebody. Reading `spec` also checks that a list is of one enum.
#[track_caller]
pub const fn role(spec: &Spec) {
    let Some(own) = spec.own.role else { return };
    of_nobody(spec, "role", " [role-of-nobody]");
    let mut next = spec.base;
    while let Some(base) = next {
        if let Some(theirs) = base.own.role {
            let both = own.meet(theirs);
            let mut roles = own.table().roles;
            let mut index = 0;
            while let Some((role, rest)) = roles.split_first() {
                if own.contains(index) && !both.contains(index) {
                    fail(
                        "`{}` can never apply: `{}` does not allow it; remove it [looser-than-base]",
                        &[Role(own, role), Text(base.name)],
                    );
                }
                roles = rest;
                index += 1;
            }
        }
        next = base.base;
    }
}

/// `on_mismatch`: not milder than the base's.
#[track_caller]
pub const fn on_mismatch(spec: &Spec) {
    let BindRule::BoundWith(own) = spec.own.bind.ua else { return };
    let mut next = spec.base;
    while let Some(base) = next {
        if let BindRule::BoundWith(theirs) = base.own.bind.ua
            && (own as u8) < (theirs as u8)
        {
            milder("on_mismatch", own.as_str(), base, OnMismatch::as_str(theirs));
        }
        next = base.base;
    }
}

/// `csrf`: not weaker than the base's or the roles'.
#[track_caller]
pub const fn csrf(spec: &Spec) {
    let Some(own) = spec.own.csrf else { return };
    let mut next = spec.base;
    while let Some(base) = next {
        if let Some(theirs) = base.own.csrf
            && (own as u8) < (theirs as u8)
        {
            milder("csrf", own.as_str(), base, Csrf::as_str(theirs));
        }
        next = base.base;
    }
}

/// `activity`: nobody waits on a passive route to authenticate.
#[track_caller]
pub const fn activity(spec: &Spec) {
    if let (Some(Activity::Passive), Some((_, base))) = (spec.nearest.activity, least(spec.base, Limit::Fresh)) {
        fail(
            "nobody is waiting for a route with `activity = \"passive\"`, but `{}` has `fresh`, which asks a \
             person to authenticate; extend another policy [fresh-on-passive]",
            &[Text(base.name)],
        );
    }
}

/// `on_store_error`: opens only routes that admit everybody and check nothing about them.
#[track_caller]
pub const fn on_store_error(spec: &Spec) {
    if !matches!(spec.nearest.on_store_error, Some(OnStoreError::Anonymous)) {
        return;
    }
    let rules = spec.rules();
    if !matches!(rules.auth, Some(Level::Anonymous)) {
        fail(
            "`on_store_error = \"anonymous\"` runs the handler without knowing who asks, so it needs `auth = \"anonymous\"`; \
             write that beside it, or `\"deny\"` [store-error-opens-route]",
            &[],
        );
    }
    let mut next = spec.base;
    while let Some(base) = next {
        let key = if base.own.role.is_some() {
            "role"
        } else if base.own.fresh.is_some() {
            "fresh"
        } else if matches!(base.own.bind.ua, BindRule::Unset) {
            ""
        } else {
            "bind"
        };
        if !key.is_empty() {
            fail(
                "`on_store_error = \"anonymous\"` runs the handler without checking the `{}` of `{}`; write \
                 `\"deny\"`, or extend another policy [store-error-opens-route]",
                &[Text(key), Text(base.name)],
            );
        }
        next = base.base;
    }
}

/// A parameter typed `Session` under a named policy: that must not be public.
#[track_caller]
pub const fn session(spec: &Spec) {
    if spec.public {
        fail(
            "`{}` is public, so a handler under it has no session; remove this parameter, or name another policy \
             [session-in-public-handler]",
            &[Text(spec.name)],
        );
    }
}

/// A parameter typed `UserSession`: somebody must be signed in.
#[track_caller]
pub const fn user_session(spec: &Spec) {
    session(spec);
    let mut next = Some(spec);
    while let Some(policy) = next {
        if matches!(spec.rules().auth, Some(Level::Anonymous)) && matches!(policy.own.auth, Some(Level::Anonymous)) {
            fail(
                "`UserSession` needs somebody who is signed in, but `auth = \"anonymous\"` of `{}` admits \
                 everybody; take `Session`, or write a higher `auth` [user-of-nobody]",
                &[Text(policy.name)],
            );
        }
        next = policy.base;
    }
}

/// A key that limits a time; the shorter, the stricter.
#[derive(Clone, Copy)]
enum Limit {
    Idle,
    Absolute,
    Fresh,
    Touch,
}

impl Limit {
    const fn key(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::Fresh => "fresh",
            Self::Touch => "touch",
        }
    }

    const fn of(self, rules: &Rules) -> Option<u32> {
        match self {
            Self::Idle => rules.idle,
            Self::Absolute => rules.absolute,
            Self::Fresh => rules.fresh,
            Self::Touch => rules.touch,
        }
    }
}

/// A written limit may tighten the base and must not be looser than all roles.
#[track_caller]
const fn tightens(spec: &Spec, limit: Limit) {
    let Some(own) = limit.of(&spec.own) else { return };
    if let Some((theirs, base)) = least(spec.base, limit)
        && theirs < own
    {
        looser(limit, own, Text(base.name), theirs, "looser-than-base");
    }
    if let Some(set) = spec.own.role
        && let Some((theirs, role)) = longest(set, limit)
        && theirs < own
    {
        looser(limit, own, Role(set, role), theirs, "looser-than-role");
    }
}

#[track_caller]
const fn looser(limit: Limit, own: u32, who: Piece<'_>, theirs: u32, id: &str) {
    fail(
        "`{} = \"{}\"` can never apply: `{}` already limits `{}` to {}; write a shorter one, or remove it [{}]",
        &[Text(limit.key()), Time(own), who, Text(limit.key()), Time(theirs), Text(id)],
    );
}

#[track_caller]
const fn milder(key: &str, own: &str, base: &Spec, theirs: &str) {
    fail(
        "`{} = \"{}\"` can never apply: `{}` already says `\"{}\"`; write that, or remove it [looser-than-base]",
        &[Text(key), Text(own), Text(base.name), Text(theirs)],
    );
}

/// `fresh` and `role` need somebody; the base may have said that nobody is needed.
#[track_caller]
const fn of_nobody(spec: &Spec, key: &str, id: &str) {
    if spec.own.auth.is_some() || !matches!(spec.rules().auth, Some(Level::Anonymous)) {
        return;
    }
    let name = match spec.base {
        Some(base) => base.name,
        None => spec.name,
    };
    fail(
        "`{}` needs somebody who is signed in, but `{}` says `auth = \"anonymous\"`; write a higher `auth` \
         beside it{}",
        &[Text(key), Text(name), Text(id)],
    );
}

/// The shortest limit of a chain of policies, and who wrote it.
const fn least(base: Option<&'static Spec>, limit: Limit) -> Option<(u32, &'static Spec)> {
    let mut found: Option<(u32, &'static Spec)> = None;
    let mut next = base;
    while let Some(spec) = next {
        if let Some(seconds) = limit.of(&spec.own) {
            found = match found {
                Some((shortest, _)) if shortest <= seconds => found,
                _ => Some((seconds, spec)),
            };
        }
        next = spec.base;
    }
    found
}

/// The longest limit of a set of roles, and whose it is; none if a role has none.
const fn longest(set: RoleSet, limit: Limit) -> Option<(u32, &'static RoleSpec)> {
    let mut found: Option<(u32, &'static RoleSpec)> = None;
    let mut roles = set.table().roles;
    let mut index = 0;
    while let Some((role, rest)) = roles.split_first() {
        if set.contains(index) {
            let Some(seconds) = limit.of(&role.rules) else { return None };
            found = match found {
                Some((longest, _)) if seconds <= longest => found,
                _ => Some((seconds, role)),
            };
        }
        roles = rest;
        index += 1;
    }
    found
}

/// The weakest level of a set of roles, and whose it is; none if a role demands none.
const fn weakest(set: RoleSet) -> Option<(Level, &'static RoleSpec)> {
    let mut found: Option<(Level, &'static RoleSpec)> = None;
    let mut roles = set.table().roles;
    let mut index = 0;
    while let Some((role, rest)) = roles.split_first() {
        if set.contains(index) {
            let Some(level) = role.rules.auth else { return None };
            found = match found {
                Some((weakest, _)) if weakest as u8 <= level as u8 => found,
                _ => Some((level, role)),
            };
        }
        roles = rest;
        index += 1;
    }
    found
}

#[track_caller]
const fn fail(template: &str, pieces: &[Piece<'_>]) -> ! {
    panic!("{}", Message::new(template, pieces).as_str())
}
