//! The table of keys: how each is read, written and ordered. A new key of the language is a new row here.

use super::order::Order;
use crate::{
    duration::Written,
    policy::{Activity, BindRule, Effective, Nearest, OnDenied, OnMismatch, OnStoreError, RoleSet, Rules},
};

/// A key that composes.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// What is written, if it is.
    pub(super) written: fn(&Rules) -> Option<String>,
    /// What holds.
    pub(super) in_force: fn(&Effective) -> String,
    pub(super) order: Order,
    pub(super) reach: Reach,
}

/// Where a key is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// For sessions and for routes.
    Everywhere,
    /// For sessions only: no route can change it.
    Sessions,
}

/// A key that the nearest writer decides; shown for routes.
pub(super) struct NearestKey {
    pub(super) name: &'static str,
    pub(super) written: fn(&Nearest) -> Option<&'static str>,
    pub(super) default: &'static str,
    pub(super) order: Order,
}

/// In the order of the language's own table.
pub(super) const KEYS: &[Key] = &[
    Key {
        name: "idle",
        written: |rules| seconds(rules.idle),
        in_force: |effective| span(effective.idle_ms),
        order: Order::Shorter,
        reach: Reach::Everywhere,
    },
    Key {
        name: "absolute",
        written: |rules| seconds(rules.absolute),
        in_force: |effective| span(effective.absolute_ms),
        order: Order::Shorter,
        reach: Reach::Everywhere,
    },
    Key {
        name: "fresh",
        written: |rules| seconds(rules.fresh),
        in_force: |effective| effective.fresh_ms.map_or_else(none, span),
        order: Order::Shorter,
        reach: Reach::Everywhere,
    },
    Key {
        name: "auth",
        written: |rules| rules.auth.map(|level| level.as_str().to_owned()),
        in_force: |effective| effective.auth.as_str().to_owned(),
        order: Order::Words(&["anonymous", "remembered", "full", "mfa"]),
        reach: Reach::Everywhere,
    },
    Key {
        name: "role",
        written: |rules| rules.role.map(roles),
        in_force: |effective| effective.role.map_or_else(|| "any".to_owned(), roles),
        order: Order::Admitted,
        reach: Reach::Everywhere,
    },
    Key {
        name: "bind",
        written: |rules| (rules.bind.ua != BindRule::Unset).then(|| bindings(rules.bind.ua.resolve(OnMismatch::End))),
        in_force: |effective| bindings(effective.bind.ua),
        order: Order::Bindings,
        reach: Reach::Everywhere,
    },
    Key {
        name: "rotate_every",
        written: |rules| seconds(rules.rotate_every),
        in_force: |effective| effective.rotate_every_ms.map_or_else(none, span),
        order: Order::Shorter,
        reach: Reach::Sessions,
    },
    Key {
        name: "grace",
        written: |rules| seconds(rules.grace),
        // Without rotation, no token is ever replaced by another one of the same session.
        in_force: |effective| effective.rotate_every_ms.map_or_else(none, |_| span(effective.grace_ms)),
        order: Order::Shorter,
        reach: Reach::Sessions,
    },
    Key {
        name: "touch",
        written: |rules| seconds(rules.touch),
        in_force: |effective| span(effective.touch_ms),
        order: Order::Unordered,
        reach: Reach::Sessions,
    },
    Key {
        name: "csrf",
        written: |rules| rules.csrf.map(|csrf| csrf.as_str().to_owned()),
        in_force: |effective| effective.csrf.as_str().to_owned(),
        order: Order::Words(&["off", "origin", "token"]),
        reach: Reach::Everywhere,
    },
    Key {
        name: "max_sessions",
        written: |rules| rules.limit.map(|limit| limit.most.to_string()),
        in_force: |effective| effective.limit.map_or_else(none, |limit| limit.most.to_string()),
        order: Order::Fewer,
        reach: Reach::Sessions,
    },
    Key {
        name: "on_limit",
        written: |rules| rules.limit.map(|limit| limit.on_limit.as_str().to_owned()),
        in_force: |effective| effective.limit.map_or_else(none, |limit| limit.on_limit.as_str().to_owned()),
        // To refuse the new session is not stricter than to end an old one.
        order: Order::Unordered,
        reach: Reach::Sessions,
    },
];

/// In the order of the language's own table.
pub(super) const NEAREST: &[NearestKey] = &[
    NearestKey {
        name: "activity",
        written: |nearest| nearest.activity.map(Activity::as_str),
        default: Activity::Active.as_str(),
        order: Order::Unordered,
    },
    NearestKey {
        name: "on_denied",
        written: |nearest| nearest.on_denied.map(OnDenied::as_str),
        default: OnDenied::Auto.as_str(),
        order: Order::Unordered,
    },
    NearestKey {
        name: "on_store_error",
        written: |nearest| nearest.on_store_error.map(OnStoreError::as_str),
        default: OnStoreError::Deny.as_str(),
        order: Order::Words(&["anonymous", "deny"]),
    },
];

/// Whether `csrf` holds for unsafe methods or, where the handler itself writes it, for every one. No key of its own, but a
/// `csrf` that goes from a GET handler must not go unseen.
pub(super) const CSRF_METHODS: &str = "csrf_methods";

/// How the values of a key are ordered.
pub(super) fn order_of(name: &str) -> Order {
    if name == CSRF_METHODS {
        return Order::Words(&["unsafe", "every"]);
    }
    let keys = KEYS.iter().map(|key| (key.name, key.order));
    let nearest = NEAREST.iter().map(|key| (key.name, key.order));
    keys.chain(nearest).find(|(known, _)| *known == name).map_or(Order::Unordered, |(_, order)| order)
}

fn none() -> String {
    "none".to_owned()
}

fn seconds(written: Option<u32>) -> Option<String> {
    written.map(|seconds| span(u64::from(seconds) * 1000))
}

/// A duration as the language writes it; parts of a second only where `touch` has them.
fn span(ms: u64) -> String {
    match (ms / 1000, ms % 1000) {
        (0, ms) => format!("{ms}ms"),
        (seconds, 0) => Written(seconds).to_string(),
        (seconds, ms) => format!("{}{ms}ms", Written(seconds)),
    }
}

fn roles(set: RoleSet) -> String {
    let table = set.table();
    let names: Vec<String> = set.iter().map(|role| format!("{}::{}", table.name, role.variant)).collect();
    names.join(", ")
}

fn bindings(ua: Option<OnMismatch>) -> String {
    ua.map_or_else(none, |rung| format!("ua ({})", rung.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields that `Debug` names on the outermost level.
    fn fields(debug: &str) -> Vec<String> {
        let outer = debug.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.starts_with(' '));
        outer.filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect()
    }

    #[test]
    fn every_key_of_the_language_has_a_row() {
        // Always holds, so that the written policy alone repeats it.
        let always = ["rotate_on"];
        let rules = fields(&format!("{:#?}", Rules::UNSET));
        assert!(rules.contains(&"idle".to_owned()), "{rules:?}");
        for field in rules.iter().filter(|field| !always.contains(&field.as_str())) {
            // The one field that two keys write.
            let names = if field == "limit" { vec!["max_sessions", "on_limit"] } else { vec![field.as_str()] };
            for name in names {
                assert!(KEYS.iter().any(|key| key.name == name), "`{name}` needs a row in KEYS");
            }
        }
        let nearest = fields(&format!("{:#?}", crate::policy::Spec::new("x", Rules::UNSET).nearest));
        assert!(nearest.contains(&"activity".to_owned()), "{nearest:?}");
        for field in &nearest {
            assert!(NEAREST.iter().any(|key| key.name == field), "`{field}` needs a row in NEAREST");
        }
    }

    #[test]
    fn what_is_written_is_read_back_as_it_holds() {
        let rules = Rules::UNSET.idle(600).absolute(5400).fresh(300).touch(6).bind_ua(Some(OnMismatch::Log));
        let rules = rules.rotate_every(900).grace(20).limit(3, crate::policy::OnLimit::EvictIdle);
        let effective = rules.resolve();
        let mut written: Vec<&str> = Vec::new();
        for key in KEYS {
            if let Some(text) = (key.written)(&rules) {
                assert_eq!(text, (key.in_force)(&effective), "{}", key.name);
                written.push(key.name);
            }
        }
        let all = ["idle", "absolute", "fresh", "bind", "rotate_every", "grace", "touch", "max_sessions", "on_limit"];
        assert_eq!(written, all);
        let held = |rules: Rules, name: &str| {
            let key = KEYS.iter().find(|key| key.name == name);
            key.map(|key| (key.in_force)(&rules.resolve())).unwrap_or_default()
        };
        for name in ["rotate_every", "grace", "max_sessions", "on_limit"] {
            assert_eq!(held(Rules::UNSET, name), "none", "{name}");
        }
        assert_eq!(held(Rules::UNSET.rotate_every(900), "grace"), "30s");
        assert_eq!((span(166), span(1_500), span(5_400_000)), ("166ms".into(), "1s500ms".into(), "1h30m".into()));
    }
}
