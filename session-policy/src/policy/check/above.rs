//! What stands above a policy: what it extends, the modules around it, and the roles that are left.

use super::super::{Level, OnMismatch, RoleSet, RoleSpec, Rules, SessionLimit, Spec};

/// One policy above another.
#[derive(Clone, Copy)]
pub(super) struct Above {
    pub(super) spec: &'static Spec,
    /// The rule that is broken by being looser.
    pub(super) id: &'static str,
}

/// All policies above one, the bases first.
#[derive(Clone, Copy)]
pub(super) struct Chain {
    all: [Option<Above>; Self::LONGEST],
    len: usize,
}

impl Chain {
    /// More are an error: a chain that nobody can follow.
    const LONGEST: usize = 32;

    /// Of the policy whose bases and modules these are.
    #[track_caller]
    pub(super) const fn of(spec: &Spec) -> Self {
        let none = Self { all: [None; Self::LONGEST], len: 0 };
        none.with(spec.base, "looser-than-base").with(spec.module, "looser-than-module")
    }

    #[track_caller]
    const fn with(mut self, spec: Option<&'static Spec>, id: &'static str) -> Self {
        let Some(spec) = spec else { return self };
        // `get_mut` is not yet constant.
        let (_, end) = self.all.split_at_mut(self.len);
        let Some(first) = end.first_mut() else {
            super::fail("more than 32 policies stand above this one; extend fewer [too-many-policies]", &[]);
        };
        *first = Some(Above { spec, id });
        self.len += 1;
        self.with(spec.base, id).with(spec.module, id)
    }

    /// The first and the others.
    pub(super) const fn all(&self) -> &[Option<Above>] {
        let (all, _) = self.all.split_at(self.len);
        all
    }

    /// The shortest limit, and who wrote it.
    pub(super) const fn least(&self, limit: Limit) -> Option<(u32, Above)> {
        let mut found: Option<(u32, Above)> = None;
        let mut rest = self.all();
        while let Some((Some(above), tail)) = rest.split_first() {
            if let Some(seconds) = limit.of(&above.spec.own) {
                found = match found {
                    Some((shortest, _)) if shortest <= seconds => found,
                    _ => Some((seconds, *above)),
                };
            }
            rest = tail;
        }
        found
    }
}

impl Chain {
    /// The smallest number of sessions, of two the one that is listed first, and who wrote it.
    pub(super) const fn limit(&self) -> Option<(SessionLimit, Above)> {
        let mut found: Option<(SessionLimit, Above)> = None;
        let mut rest = self.all();
        while let Some((Some(above), tail)) = rest.split_first() {
            if let Some(limit) = above.spec.own.limit {
                found = match found {
                    Some((strictest, _)) if !limit.tightens(strictest) => found,
                    _ => Some((limit, *above)),
                };
            }
            rest = tail;
        }
        found
    }
}

/// A key that limits a time; the shorter, the stricter.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    Idle,
    Absolute,
    Fresh,
    RotateEvery,
    Grace,
    Touch,
}

impl Limit {
    /// Those that a policy on a route can breach.
    pub(super) const ALL: [Self; 4] = [Self::Idle, Self::Absolute, Self::Fresh, Self::Touch];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::Fresh => "fresh",
            Self::RotateEvery => "rotate_every",
            Self::Grace => "grace",
            Self::Touch => "touch",
        }
    }

    pub(super) const fn of(self, rules: &Rules) -> Option<u32> {
        match self {
            Self::Idle => rules.idle,
            Self::Absolute => rules.absolute,
            Self::Fresh => rules.fresh,
            Self::RotateEvery => rules.rotate_every,
            Self::Grace => rules.grace,
            Self::Touch => rules.touch,
        }
    }
}

/// A key whose values are a ladder; the higher, the stricter.
#[derive(Clone, Copy)]
pub(super) enum Ladder {
    Auth,
    Csrf,
    OnMismatch,
}

impl Ladder {
    pub(super) const ALL: [Self; 3] = [Self::Auth, Self::Csrf, Self::OnMismatch];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Csrf => "csrf",
            Self::OnMismatch => "on_mismatch",
        }
    }

    /// The rung, and its word.
    pub(super) const fn of(self, rules: &Rules) -> Option<(u8, &'static str)> {
        match self {
            Self::Auth => match rules.auth {
                Some(level) => Some((level as u8, Level::as_str(level))),
                None => None,
            },
            Self::Csrf => match rules.csrf {
                Some(csrf) => Some((csrf as u8, csrf.as_str())),
                None => None,
            },
            Self::OnMismatch => match rules.bind.ua {
                super::BindRule::BoundWith(rung) => Some((rung as u8, OnMismatch::as_str(rung))),
                super::BindRule::Unset | super::BindRule::Bound => None,
            },
        }
    }
}

/// The longest limit of a set of roles, and whose it is; none if a role has none.
pub(super) const fn longest(set: RoleSet, limit: Limit) -> Option<(u32, &'static RoleSpec)> {
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

/// The lowest rung of a set of roles, its word, and whose it is; none if a role has none.
pub(super) const fn lowest(set: RoleSet, ladder: Ladder) -> Option<(u8, &'static str, &'static RoleSpec)> {
    let mut found: Option<(u8, &'static str, &'static RoleSpec)> = None;
    let mut roles = set.table().roles;
    let mut index = 0;
    while let Some((role, rest)) = roles.split_first() {
        if set.contains(index) {
            let Some((rung, word)) = ladder.of(&role.rules) else { return None };
            found = match found {
                Some((lowest, _, _)) if lowest <= rung => found,
                _ => Some((rung, word, role)),
            };
        }
        roles = rest;
        index += 1;
    }
    found
}
