//! "First failure decides": one request that fails everything, healed step by step from the front.

use session_policy::{
    client::UaMatch,
    policy::{Csrf, Level, OnMismatch, Place, RoleSet, RoleSpec, RoleTable, Rules},
    verdict::{Facts, judge},
};

use super::{NOW, calm, line, oracle};

const fn role(variant: &'static str) -> RoleSpec {
    RoleSpec { variant, id: variant, rules: Rules::UNSET, place: Place::UNKNOWN, profiles: &[], deviations: &[] }
}
const ROLES: RoleTable =
    RoleTable { name: "Role", unique: "proofs::verdict::order::Role", roles: &[role("A"), role("B")] };

/// Base: idle 30m, absolute 8h. Route: everything tighter.
const WIDE: Rules = Rules::UNSET.idle(1_800).absolute(28_800);
const ROUTE: Rules = Rules::UNSET
    .idle(600)
    .absolute(3_600)
    .fresh(300)
    .auth(Level::Mfa)
    .role(RoleSet::one(ROLES, 1))
    .bind_ua(Some(OnMismatch::End))
    .csrf(Csrf::Origin);

/// What decides, the step that heals it, in the order of semantics.md §2.4.
type Row = (&'static str, &'static str, fn(&mut Facts));

const ROWS: &[Row] = &[
    ("transport", "403 insecure_transport → nothing", |f| f.seen.secure = true),
    ("CSRF headers", "403 csrf → nothing", |f| f.seen.same_origin = true),
    ("clock", "503 clock → retry", |f| f.created = NOW - 40_000_000),
    ("session-wide absolute", "401 absolute → login; end absolute", |f| {
        f.authenticated[2] = Some(NOW - 28_799_999);
    }),
    ("session-wide idle, by the longest gap", "401 idle → login; end idle", |f| f.longest_gap = 1_799_999),
    ("session-wide idle, by the present gap", "401 idle → login; end idle", |f| f.last_seen = NOW - 1_799_999),
    ("binding: end", "401 binding → login; end binding", |f| f.ua = UaMatch::Changed),
    ("binding: step-up", "401 step_up → reauth max_age=0; mark", |f| f.ua = UaMatch::Same),
    ("the mark of an earlier mismatch", "401 step_up → reauth max_age=0", |f| f.step_up = false),
    ("level", "401 level → reauth level=mfa", |f| {
        f.level = Level::Mfa;
        f.authenticated[3] = Some(NOW - 3_600_000);
    }),
    ("role", "403 role → nothing", |f| f.granted = Some(1)),
    ("a role given meanwhile", "401 new_role → reauth max_age=0", |f| (f.role, f.granted) = (Some(1), None)),
    ("route absolute", "401 route_absolute → reauth max_age=3600", |f| f.authenticated[3] = Some(NOW - 3_599_999)),
    ("route idle, by the longest gap", "401 route_idle → reauth max_age=0", |f| f.longest_gap = 599_999),
    ("route idle, by the present gap", "401 route_idle → reauth max_age=0", |f| f.last_seen = NOW - 599_999),
    ("a lost answer was made up for", "401 fresh → reauth max_age=0", |f| f.recovered = false),
    ("fresh", "401 fresh → reauth max_age=300", |f| f.authenticated[3] = Some(NOW - 299_999)),
];

#[test]
fn the_first_failure_decides() {
    let (w, e) = (WIDE.resolve(), ROUTE.meet(WIDE).resolve());
    let mut facts = calm();
    facts.seen.secure = false;
    facts.seen.is_unsafe = true;
    facts.seen.same_origin = false;
    facts.created = NOW + 10_001;
    facts.authenticated = [None, None, Some(NOW - 28_800_000), None];
    facts.longest_gap = 1_800_000;
    facts.last_seen = NOW - 1_800_000;
    facts.ua = UaMatch::Other;
    facts.step_up = true;
    facts.recovered = true;
    facts.role = None;
    for (name, expected, heal) in ROWS {
        assert_eq!(line(&judge(&w, &e, &facts)), *expected, "{name}");
        assert_eq!(oracle::judge(&w, &e, &facts), *expected, "{name}, by the oracle");
        heal(&mut facts);
    }
    assert_eq!(line(&judge(&w, &e, &facts)), "allow");
}

/// A sentence, the route's rules, what is the case, and what follows.
type Sentence = (&'static str, Rules, fn(&mut Facts), &'static str);

/// Single sentences of the page, each with the facts that it speaks of.
#[test]
fn sentences() {
    let unset = Rules::UNSET;
    let rows: &[Sentence] = &[
        ("a stamp up to 10 s ahead is now", unset, |f| f.last_seen = NOW + 10_000, "allow"),
        ("beyond that nothing is written or ended", unset, |f| f.last_seen = NOW + 10_001, "503 clock → retry"),
        (
            "a password on an mfa session does not move its absolute end",
            unset,
            |f| {
                f.level = Level::Mfa;
                f.authenticated = [None, None, Some(NOW), Some(NOW - 28_800_000)];
            },
            "401 absolute → login; end absolute",
        ),
        (
            "fresh counts from the route's level or higher",
            unset.auth(Level::Mfa).fresh(300),
            |f| {
                f.level = Level::Mfa;
                f.authenticated = [None, None, Some(NOW), Some(NOW - 300_000)];
            },
            "401 fresh → reauth max_age=300",
        ),
        (
            "a higher level counts for a lower route",
            unset.fresh(300),
            |f| {
                f.level = Level::Mfa;
                f.authenticated = [None, None, Some(NOW - 900_000), Some(NOW - 1)];
            },
            "allow",
        ),
        (
            "a restore is no active authentication",
            unset.auth(Level::Remembered).fresh(300),
            |f| {
                f.level = Level::Remembered;
                f.authenticated = [None, Some(NOW), None, None];
            },
            "401 level → reauth level=full",
        ),
        (
            "a remembered session reaches the page that raises it",
            unset,
            |f| {
                f.level = Level::Remembered;
                f.authenticated = [None, Some(NOW), None, None];
                f.at_reauth = true;
            },
            "allow",
        ),
        ("nobody does not", unset, |f| (f.level, f.at_reauth) = (Level::Anonymous, true), "401 no_session → login"),
        (
            "an anonymous session counts from its creation",
            unset.auth(Level::Anonymous),
            |f| (f.level, f.authenticated, f.created) = (Level::Anonymous, [None; 4], NOW - 28_800_000),
            "401 absolute → login; end absolute",
        ),
        ("a marked session reaches re-authentication", unset, |f| (f.step_up, f.at_reauth) = (true, true), "allow"),
        (
            "and a mismatch there marks it: a corrected header does not help elsewhere",
            unset.bind_ua(Some(OnMismatch::StepUp)),
            |f| (f.ua, f.at_reauth) = (UaMatch::Other, true),
            "allow; mark",
        ),
        (
            "the page that renews does not ask for what it renews",
            unset.idle(600).absolute(3_600).fresh(300),
            |f| {
                (f.longest_gap, f.at_reauth) = (600_000, true);
                f.authenticated[2] = Some(NOW - 3_600_000);
            },
            "allow",
        ),
        (
            "but W holds there, too",
            unset.fresh(300),
            |f| (f.longest_gap, f.at_reauth) = (1_800_000, true),
            "401 idle → login; end idle",
        ),
        (
            "what only the old role allows is gone at once",
            unset.role(RoleSet::one(ROLES, 0)),
            |f| (f.role, f.granted) = (Some(0), Some(1)),
            "403 role → nothing",
        ),
        (
            "what both allow goes on",
            unset.role(RoleSet::any_of(&[RoleSet::one(ROLES, 0), RoleSet::one(ROLES, 1)])),
            |f| (f.role, f.granted) = (Some(0), Some(1)),
            "allow",
        ),
        (
            "the page that brings the new role is open to who has the old one",
            unset.role(RoleSet::one(ROLES, 1)),
            |f| (f.role, f.granted, f.at_reauth) = (Some(0), Some(1), true),
            "allow",
        ),
        ("a mark holds where nothing is bound", unset, |f| f.step_up = true, "401 step_up → reauth max_age=0"),
        ("log goes on", unset.bind_ua(Some(OnMismatch::Log)), |f| f.ua = UaMatch::Other, "allow; report"),
        (
            "within one family no end",
            unset.bind_ua(None),
            |f| f.ua = UaMatch::Changed,
            "401 step_up → reauth max_age=0; mark",
        ),
        ("an unbound property is nobody's business", unset, |f| f.ua = UaMatch::Other, "allow"),
        (
            "csrf written on a handler applies to GET",
            unset.csrf(Csrf::Origin),
            |f| (f.seen.csrf_on_every_method, f.seen.same_origin) = (true, false),
            "403 csrf → nothing",
        ),
        ("a recovered session does everything that is not fresh", unset, |f| f.recovered = true, "allow"),
        ("otherwise GET is safe", unset, |f| f.seen.same_origin = false, "allow"),
    ];
    for (name, rules, change, expected) in rows {
        let (w, e) = (WIDE.resolve(), rules.meet(WIDE).resolve());
        let mut facts = calm();
        change(&mut facts);
        assert_eq!(line(&judge(&w, &e, &facts)), *expected, "{name}");
        assert_eq!(oracle::judge(&w, &e, &facts), *expected, "{name}, by the oracle");
    }
}
