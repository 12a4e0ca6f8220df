//! Random policies: every key may be unset, and small figures make collisions and contradictions likely.

use proptest::{
    option,
    prelude::{Just, Strategy, prop_oneof},
    sample::select,
};
use session_policy::policy::{
    BindRule, Bindings, Csrf, Events, Level, OnLimit, OnMismatch, Place, RoleSet, RoleSpec, RoleTable, Rules,
    SessionLimit,
};

const fn role(variant: &'static str) -> RoleSpec {
    RoleSpec { variant, id: variant, rules: Rules::UNSET, place: Place::UNKNOWN, profiles: &[], deviations: &[] }
}

/// One enum for all: a policy names roles of one enum only.
pub(crate) const ROLES: RoleTable =
    RoleTable { name: "Role", unique: "proofs::meet::Role", roles: &[role("A"), role("B"), role("C"), role("D")] };

fn seconds(most: u32) -> impl Strategy<Value = Option<u32>> {
    let day = 86_400;
    option::of(prop_oneof![1..=20_u32, 1..=most, Just(60), Just(600), Just(most), Just(3_650 * day)])
}

fn roles() -> impl Strategy<Value = Option<RoleSet>> {
    // From the empty set, which an intersection may leave, to all four.
    option::of((0..16_u32).prop_map(|bits| {
        let sets: Vec<RoleSet> =
            (0..4).filter(|index| bits & (1 << index) != 0).map(|index| RoleSet::one(ROLES, index)).collect();
        if sets.is_empty() { RoleSet::one(ROLES, 0).meet(RoleSet::one(ROLES, 1)) } else { RoleSet::any_of(&sets) }
    }))
}

fn bindings() -> impl Strategy<Value = Bindings> {
    let rule = select(vec![
        BindRule::Unset,
        BindRule::Bound,
        BindRule::BoundWith(OnMismatch::Log),
        BindRule::BoundWith(OnMismatch::StepUp),
        BindRule::BoundWith(OnMismatch::End),
    ]);
    rule.prop_map(|ua| {
        let mut bind = Bindings::UNSET;
        bind.ua = ua;
        bind
    })
}

fn events() -> impl Strategy<Value = Events> {
    (0..8_u8).prop_map(|bits| {
        [Events::LOGIN, Events::REAUTH, Events::PRIVILEGE]
            .into_iter()
            .enumerate()
            .filter(|(index, _)| bits & (1 << index) != 0)
            .fold(Events::NONE, |all, (_, event)| all.union(event))
    })
}

fn limit() -> impl Strategy<Value = Option<SessionLimit>> {
    let on_limit = select(vec![OnLimit::Reject, OnLimit::EvictOldest, OnLimit::EvictIdle]);
    // Few numbers, so that ties are likely.
    let most = prop_oneof![8 => 0..=3_u32, 1 => Just(u32::MAX)];
    option::of((most, on_limit).prop_map(|(most, on_limit)| SessionLimit { most, on_limit }))
}

/// Any policy, contradictory ones included.
pub(crate) fn rules() -> impl Strategy<Value = Rules> {
    let csrf = option::of(select(vec![Csrf::Off, Csrf::Origin]));
    let auth = option::of(select(Level::ALL.to_vec()));
    let times = (seconds(7_200), seconds(86_400), seconds(7_200), seconds(120));
    let rotation = (seconds(7_200), seconds(120));
    let keys = (times, rotation, auth, roles(), bindings(), events(), csrf, limit());
    keys.prop_map(|(times, rotation, auth, role, bind, events, csrf, limit)| {
        let mut rules = Rules::UNSET.bind(bind).rotate_on(events);
        (rules.rotate_every, rules.grace) = rotation;
        rules.limit = limit;
        (rules.idle, rules.absolute, rules.fresh, rules.touch) = times;
        (rules.auth, rules.role, rules.csrf) = (auth, role, csrf);
        rules
    })
}

/// Policies that the compiler would accept, by repairing random ones.
pub(crate) fn valid() -> impl Strategy<Value = Rules> {
    rules().prop_map(|mut rules| {
        if let (Some(idle), Some(absolute)) = (rules.idle, rules.absolute)
            && idle >= absolute
        {
            // 3650 days stay the longest that can be written.
            (rules.idle, rules.absolute) =
                if absolute > 1 { (Some(absolute - 1), Some(absolute)) } else { (None, Some(1)) };
        }
        if let (Some(fresh), Some(absolute)) = (rules.fresh, rules.absolute) {
            rules.fresh = Some(fresh.min(absolute));
        }
        if let (Some(touch), Some(idle)) = (rules.touch, rules.idle) {
            rules.touch = Some(touch.min(idle / 10)).filter(|touch| *touch > 0);
        }
        rules.rotate_every = rules.rotate_every.map(|every| every.max(120)).filter(|every| {
            // What would never fire is not written.
            rules.absolute.is_none_or(|absolute| *every < absolute)
        });
        rules.grace = rules.grace.map(|grace| grace.min(60)).filter(|_| rules.rotate_every.is_some());
        if let Some(limit) = &mut rules.limit {
            limit.most = limit.most.max(1);
        }
        if rules.role.is_some_and(RoleSet::is_empty) {
            rules.role = None;
        }
        if rules.auth == Some(Level::Anonymous) && (rules.fresh.is_some() || rules.role.is_some()) {
            rules.auth = None;
        }
        rules
    })
}
