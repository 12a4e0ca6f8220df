//! Checks across items, in constants: the macros emit a call with the span of the literal that would be wrong.
//!
//! Each is about one written key of a policy, seen against what stands above it: what the policy extends, the modules
//! around it, the roles that are left. A written value that the stricter of two would change can never apply: that is an
//! error, never a silent correction.

// In constants, a panic is a compile error at the caller; these functions have no other use.
#![allow(clippy::panic, reason = "evaluated by the compiler only: the panic is the error message")]

mod above;
mod module;

use self::above::{Chain, Ladder, Limit, longest, lowest};
pub use self::module::{extends, module, named};
use super::{
    Activity, Level, OnStoreError, Spec,
    bind::BindRule,
    message::{
        Message,
        Piece::{self, Count, Role, Text, Time},
    },
};

/// `idle`: not looser than what stands above, and able to fire before `absolute`.
#[track_caller]
pub const fn idle(spec: &Spec) {
    tightens(spec, Limit::Idle);
    let Some(idle) = spec.own.idle else { return };
    let above = Chain::of(spec);
    if let (None, Some((absolute, base))) = (spec.own.absolute, above.least(Limit::Absolute))
        && absolute <= idle
    {
        fail(
            "`idle` ({}) is not shorter than the `absolute` ({}) of `{}`, so it can never fire; write a shorter \
             `idle` [idle-not-below-absolute]",
            &[Time(idle), Time(absolute), Text(base.spec.name)],
        );
    }
    if let (None, Some((touch, base))) = (spec.own.touch, above.least(Limit::Touch))
        && idle / 10 < touch
    {
        fail(
            "the `touch` ({}) of `{}` is more than a tenth of `idle` ({}), which would make the limit inexact; \
             write a longer `idle`, or a shorter `touch` there [touch-above-tenth-of-idle]",
            &[Time(touch), Text(base.spec.name), Time(idle)],
        );
    }
}

/// `absolute`: not looser than what stands above, and longer than the `idle` there.
#[track_caller]
pub const fn absolute(spec: &Spec) {
    tightens(spec, Limit::Absolute);
    let Some(absolute) = spec.own.absolute else { return };
    let above = Chain::of(spec);
    if let (None, Some((idle, base))) = (spec.own.idle, above.least(Limit::Idle))
        && absolute <= idle
    {
        fail(
            "`absolute` ({}) is not longer than the `idle` ({}) of `{}`, which could never fire; write a shorter \
             `idle` beside it [idle-not-below-absolute]",
            &[Time(absolute), Time(idle), Text(base.spec.name)],
        );
    }
    if let (None, Some((fresh, base))) = (spec.own.fresh, above.least(Limit::Fresh))
        && absolute < fresh
    {
        fail(
            "`absolute` ({}) is shorter than the `fresh` ({}) of `{}`, which could never fire; write a shorter \
             `fresh` beside it [fresh-above-absolute]",
            &[Time(absolute), Time(fresh), Text(base.spec.name)],
        );
    }
}

/// `absolute` of a role or a named policy: as on a route, and longer than the `rotate_every` above.
#[track_caller]
pub const fn absolute_of_sessions(spec: &Spec) {
    absolute(spec);
    if let (Some(absolute), None, Some((every, base))) =
        (spec.own.absolute, spec.own.rotate_every, Chain::of(spec).least(Limit::RotateEvery))
        && absolute <= every
    {
        fail(
            "`absolute` ({}) is not longer than the `rotate_every` ({}) of `{}`, which could never fire; write a shorter \
             `rotate_every` beside it [rotate-every-not-below-absolute]",
            &[Time(absolute), Time(every), Text(base.spec.name)],
        );
    }
}

/// `fresh`: not looser than what stands above, able to fire before `absolute`, and about somebody who waits.
#[track_caller]
pub const fn fresh(spec: &Spec) {
    tightens(spec, Limit::Fresh);
    let Some(fresh) = spec.own.fresh else { return };
    if let (None, Some((absolute, base))) = (spec.own.absolute, Chain::of(spec).least(Limit::Absolute))
        && absolute < fresh
    {
        fail(
            "`fresh` ({}) is longer than the `absolute` ({}) of `{}`, so it can never fire; write a shorter \
             `fresh` [fresh-above-absolute]",
            &[Time(fresh), Time(absolute), Text(base.spec.name)],
        );
    }
    of_nobody(spec, "fresh", " [fresh-of-nobody]");
    if let (Some(Activity::Passive), Some(module)) = (spec.nearest.activity, spec.module)
        && matches!(module.nearest.activity, Some(Activity::Passive))
    {
        fail(
            "`fresh` asks a person to authenticate, but nobody is waiting for a route with the `activity = \
             \"passive\"` of `{}`; write `activity = \"active\"` beside it [fresh-on-passive]",
            &[Text(module.name)],
        );
    }
}

/// `rotate_every`: not looser than what stands above, and able to fire before the `absolute` there.
#[track_caller]
pub const fn rotate_every(spec: &Spec) {
    tightens(spec, Limit::RotateEvery);
    let Some(every) = spec.own.rotate_every else { return };
    if let (None, Some((absolute, base))) = (spec.own.absolute, Chain::of(spec).least(Limit::Absolute))
        && absolute <= every
    {
        fail(
            "`rotate_every` ({}) is not shorter than the `absolute` ({}) of `{}`, so it can never fire; write a shorter \
             `rotate_every`, or remove it [rotate-every-not-below-absolute]",
            &[Time(every), Time(absolute), Text(base.spec.name)],
        );
    }
}

/// `grace`: not looser than what stands above.
#[track_caller]
pub const fn grace(spec: &Spec) {
    tightens(spec, Limit::Grace);
}

/// `max_sessions`: not more than what stands above.
#[track_caller]
pub const fn max_sessions(spec: &Spec) {
    if let (Some(own), Some((theirs, above))) = (spec.own.limit, Chain::of(spec).limit())
        && theirs.most < own.most
    {
        fail(
            "`max_sessions = {}` can never apply: `{}` already limits `max_sessions` to {}; write a smaller one, or remove \
             it and `on_limit` [{}]",
            &[Count(own.most), Text(above.spec.name), Count(theirs.most), Text(above.id)],
        );
    }
}

/// `on_limit`: of as many sessions, what stands above decides if it is listed before.
#[track_caller]
pub const fn on_limit(spec: &Spec) {
    if let (Some(own), Some((theirs, above))) = (spec.own.limit, Chain::of(spec).limit())
        && theirs.most == own.most
        && theirs.tightens(own)
    {
        let (ours, who, word) = (own.on_limit.as_str(), above.spec.name, theirs.on_limit.as_str());
        let or = if own.most == 1 { "" } else { ", or a smaller `max_sessions`" };
        fail(
            "`on_limit = \"{}\"` can never apply: `{}` already says `\"{}\"` for the same `max_sessions`; write that{} [{}]",
            &[Text(ours), Text(who), Text(word), Text(or), Text(above.id)],
        );
    }
}

/// `touch`: not looser than what stands above, and at most a tenth of the `idle` there.
#[track_caller]
pub const fn touch(spec: &Spec) {
    tightens(spec, Limit::Touch);
    let Some(touch) = spec.own.touch else { return };
    if let (None, Some((idle, base))) = (spec.own.idle, Chain::of(spec).least(Limit::Idle))
        && idle / 10 < touch
    {
        fail(
            "`touch` ({}) is more than a tenth of the `idle` ({}) of `{}`, which would make the limit inexact; \
             write a shorter `touch` [touch-above-tenth-of-idle]",
            &[Time(touch), Time(idle), Text(base.spec.name)],
        );
    }
}

/// `auth`: not weaker than what stands above, and not anonymous under what checks somebody.
#[track_caller]
pub const fn auth(spec: &Spec) {
    climbs(spec, Ladder::Auth);
    if !matches!(spec.own.auth, Some(Level::Anonymous)) {
        return;
    }
    let chain = Chain::of(spec);
    let mut rest = chain.all();
    while let Some((Some(above), tail)) = rest.split_first() {
        let needs = if above.spec.own.fresh.is_some() {
            "fresh"
        } else if above.spec.own.role.is_some() {
            "role"
        } else {
            ""
        };
        if !needs.is_empty() {
            fail(
                "`auth = \"anonymous\"` admits everybody, but `{}` has `{}`, which needs somebody who is signed \
                 in; write a higher `auth`, or {} [{}-of-nobody]",
                &[Text(above.spec.name), Text(needs), Text(elsewhere(above.id)), Text(needs)],
            );
        }
        rest = tail;
    }
}

/// `role`: within what stands above, and about somebody. Reading `spec` also checks that a list is of one enum.
#[track_caller]
pub const fn role(spec: &Spec) {
    let Some(own) = spec.own.role else { return };
    of_nobody(spec, "role", " [role-of-nobody]");
    let chain = Chain::of(spec);
    let mut rest = chain.all();
    while let Some((Some(above), tail)) = rest.split_first() {
        if let Some(theirs) = above.spec.own.role {
            let both = own.meet(theirs);
            let mut roles = own.table().roles;
            let mut index = 0;
            while let Some((role, others)) = roles.split_first() {
                if own.contains(index) && !both.contains(index) {
                    fail(
                        "`{}` can never apply: `{}` does not allow it; remove it [{}]",
                        &[Role(own, role), Text(above.spec.name), Text(above.id)],
                    );
                }
                roles = others;
                index += 1;
            }
        }
        rest = tail;
    }
}

/// `on_mismatch`: not milder than what stands above.
#[track_caller]
pub const fn on_mismatch(spec: &Spec) {
    climbs(spec, Ladder::OnMismatch);
}

/// `csrf`: not weaker than what stands above.
#[track_caller]
pub const fn csrf(spec: &Spec) {
    climbs(spec, Ladder::Csrf);
}

/// `activity`: nobody waits on a passive route to authenticate.
#[track_caller]
pub const fn activity(spec: &Spec) {
    if let (Some(Activity::Passive), Some((_, base))) = (spec.nearest.activity, Chain::of(spec).least(Limit::Fresh)) {
        fail(
            "nobody is waiting for a route with `activity = \"passive\"`, but `{}` has `fresh`, which asks a \
             person to authenticate; {} [fresh-on-passive]",
            &[Text(base.spec.name), Text(elsewhere(base.id))],
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
    let chain = Chain::of(spec);
    let mut rest = chain.all();
    while let Some((Some(above), tail)) = rest.split_first() {
        let base = above.spec;
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
                 `\"deny\"`, or {} [store-error-opens-route]",
                &[Text(key), Text(base.name), Text(elsewhere(above.id))],
            );
        }
        rest = tail;
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
    let rules = spec.rules();
    if !matches!(rules.auth, Some(Level::Anonymous)) {
        return;
    }
    let chain = Chain::of(spec);
    let mut name = spec.name;
    let mut rest = chain.all();
    while let (None, Some((Some(above), tail))) = (spec.own.auth, rest.split_first()) {
        if above.spec.own.auth.is_some() {
            name = above.spec.name;
            break;
        }
        rest = tail;
    }
    fail(
        "`UserSession` needs somebody who is signed in, but `auth = \"anonymous\"` of `{}` admits everybody; take \
         `Session`, or write a higher `auth` [user-of-nobody]",
        &[Text(name)],
    );
}

macro_rules! of_types {
    ($($name:ident)*) => {
        /// The same checks of the policy that a type carries: less text in every expansion.
        pub mod of {
            use crate::policy::Policy;
            $(
                #[doc = concat!("[`", stringify!($name), "`](super::", stringify!($name), ") of `P`.")]
                #[track_caller]
                pub const fn $name<P: Policy>() {
                    super::$name(&P::SPEC);
                }
            )*
        }
    };
}

of_types!(
    idle absolute absolute_of_sessions fresh rotate_every grace touch auth role on_mismatch csrf activity on_store_error
    max_sessions on_limit extends module named session user_session
);

/// A written limit may tighten what stands above and must not be looser than all roles that are left.
#[track_caller]
const fn tightens(spec: &Spec, limit: Limit) {
    let Some(own) = limit.of(&spec.own) else { return };
    if let Some((theirs, above)) = Chain::of(spec).least(limit)
        && theirs < own
    {
        looser(limit, own, Text(above.spec.name), theirs, above.id);
    }
    if let Some(set) = spec.rules().role
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

/// A written rung may be above those above, and must not be below that of every role that is left.
#[track_caller]
const fn climbs(spec: &Spec, ladder: Ladder) {
    let Some((own, word)) = ladder.of(&spec.own) else { return };
    let chain = Chain::of(spec);
    let mut rest = chain.all();
    while let Some((Some(above), tail)) = rest.split_first() {
        if let Some((theirs, demanded)) = ladder.of(&above.spec.own)
            && own < theirs
        {
            lower(ladder, word, Text(above.spec.name), demanded, above.id);
        }
        rest = tail;
    }
    if let Some(set) = spec.rules().role
        && let Some((theirs, demanded, role)) = lowest(set, ladder)
        && own < theirs
    {
        lower(ladder, word, Role(set, role), demanded, "looser-than-role");
    }
}

#[track_caller]
const fn lower(ladder: Ladder, own: &str, who: Piece<'_>, theirs: &str, id: &str) {
    let template = match ladder {
        Ladder::Auth => {
            "`{} = \"{}\"` can never apply: `{}` already demands `\"{}\"`; write at least that, or remove it [{}]"
        }
        Ladder::Csrf | Ladder::OnMismatch => {
            "`{} = \"{}\"` can never apply: `{}` already says `\"{}\"`; write that, or remove it [{}]"
        }
    };
    fail(template, &[Text(ladder.key()), Text(own), who, Text(theirs), Text(id)]);
}

/// What to do about a policy above that does not go together with this one.
const fn elsewhere(id: &str) -> &'static str {
    if super::role::same_text(id, "looser-than-module") {
        "move this handler out of the module"
    } else {
        "extend another policy"
    }
}

/// `fresh` and `role` need somebody; what stands above may have said that nobody is needed.
#[track_caller]
const fn of_nobody(spec: &Spec, key: &str, id: &str) {
    if spec.own.auth.is_some() || !matches!(spec.rules().auth, Some(Level::Anonymous)) {
        return;
    }
    let chain = Chain::of(spec);
    let mut name = spec.name;
    let mut rest = chain.all();
    while let Some((Some(above), tail)) = rest.split_first() {
        if above.spec.own.auth.is_some() {
            name = above.spec.name;
            break;
        }
        rest = tail;
    }
    fail(
        "`{}` needs somebody who is signed in, but `{}` says `auth = \"anonymous\"`; write a higher `auth` \
         beside it{}",
        &[Text(key), Text(name), Text(id)],
    );
}

#[track_caller]
const fn fail(template: &str, pieces: &[Piece<'_>]) -> ! {
    panic!("{}", Message::new(template, pieces).as_str())
}
