//! The judgement itself, in the order in which the first failure decides.

use super::{Denial, EndReason, Facts, Reason, Remedy, Seen};
use crate::{
    client::UaMatch,
    policy::{Csrf, Effective, Level, OnMismatch, RoleSet},
};

/// A verdict and what it obliges the runtime to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// `None` allows.
    pub denial: Option<Denial>,
    /// What must be done in the store, or reported.
    pub obligation: Obligation,
}

/// What a judgement obliges the runtime to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obligation {
    /// Nothing.
    Nothing,
    /// End the session.
    End(EndReason),
    /// Mark it: every holder must re-authenticate.
    MarkStepUp,
    /// Report a mismatch that the policy only logs.
    ReportMismatch,
}

impl Judgement {
    const ALLOW: Self = Self { denial: None, obligation: Obligation::Nothing };

    const fn deny(denial: Denial) -> Self {
        Self { denial: Some(denial), obligation: Obligation::Nothing }
    }

    const fn end(reason: EndReason) -> Self {
        Self { denial: Some(Denial::login(Reason::Ended(reason))), obligation: Obligation::End(reason) }
    }
}

/// The cheap checks, before the store is asked: transport, then the cross-site headers.
///
/// # Errors
/// The denial.
pub const fn judge_arrival(e: &Effective, seen: &Seen) -> Result<(), Denial> {
    if !seen.secure {
        return Err(Denial::refuse(Reason::Transport));
    }
    let checked = match e.csrf {
        Csrf::Off => false,
        Csrf::Origin => seen.is_unsafe || seen.csrf_on_every_method,
    };
    if checked && !seen.same_origin {
        return Err(Denial::refuse(Reason::Csrf));
    }
    Ok(())
}

/// Judges a live session: `w` holds everywhere, `e` on this route.
#[must_use]
pub fn judge(w: &Effective, e: &Effective, facts: &Facts) -> Judgement {
    if let Err(denial) = judge_arrival(e, &facts.seen) {
        return Judgement::deny(denial);
    }
    if facts.in_the_future() {
        return Judgement::deny(Denial::retry(Reason::Clock));
    }
    if facts.since_authentication() >= w.absolute_ms {
        return Judgement::end(EndReason::Absolute);
    }
    if facts.gap() >= w.idle_ms {
        return Judgement::end(EndReason::Idle);
    }
    let bound = judge_bindings(e, facts);
    if bound.denial.is_some() {
        return bound;
    }
    match judge_route(e, facts) {
        Some(denial) => Judgement { denial: Some(denial), ..bound },
        None => bound,
    }
}

/// The bindings: a fresh mismatch first, then the mark that an earlier one left.
fn judge_bindings(e: &Effective, facts: &Facts) -> Judgement {
    let step_up = Denial::reauthenticate(Reason::StepUp, Some(0));
    let mismatch = match (e.bind.ua, facts.ua) {
        (None, _) | (_, UaMatch::Same) => None,
        // Within one family it may be an update, a downgrade or a copy of the profile: never an end.
        (Some(rung), UaMatch::Changed) => Some(if rung > OnMismatch::StepUp { OnMismatch::StepUp } else { rung }),
        (Some(rung), UaMatch::Other) => Some(rung),
    };
    match mismatch {
        Some(OnMismatch::End) => return Judgement::end(EndReason::BindingMismatch),
        Some(OnMismatch::StepUp) if !facts.at_reauth => {
            return Judgement { denial: Some(step_up), obligation: Obligation::MarkStepUp };
        }
        Some(OnMismatch::StepUp | OnMismatch::Log) | None => {}
    }
    if facts.step_up && !facts.at_reauth {
        return Judgement::deny(step_up);
    }
    match mismatch {
        // The page is open, but the mark is set: a header corrected afterwards must not open the others.
        Some(OnMismatch::StepUp) => Judgement { denial: None, obligation: Obligation::MarkStepUp },
        Some(OnMismatch::Log) => Judgement { denial: None, obligation: Obligation::ReportMismatch },
        _ => Judgement::ALLOW,
    }
}

/// What the route demands beyond the session's own limits.
fn judge_route(e: &Effective, facts: &Facts) -> Option<Denial> {
    // A remembered session must be able to reach the page that raises it.
    let needed = if facts.at_reauth { e.auth.min(Level::Remembered) } else { e.auth };
    if facts.level < needed {
        return Some(if facts.level == Level::Anonymous {
            Denial::login(Reason::NoSession)
        } else {
            Denial { reason: Reason::Level, remedy: Remedy::Reauthenticate { max_age: None, level: Some(e.auth) } }
        });
    }
    if let Some(roles) = e.role
        && let Some(denial) = judge_role(roles, facts)
    {
        return Some(denial);
    }
    // Here the route's own times are renewed: it cannot ask for what it is there to give.
    if facts.at_reauth {
        return None;
    }
    if facts.since_authentication() >= e.absolute_ms {
        return Some(Denial::reauthenticate(Reason::RouteAbsolute, Some(seconds(e.absolute_ms))));
    }
    if facts.gap() >= e.idle_ms {
        return Some(Denial::reauthenticate(Reason::RouteIdle, Some(0)));
    }
    let fresh_ms = e.fresh_ms?;
    if facts.recovered {
        // However recent the last authentication is: a new one is needed.
        return Some(Denial::reauthenticate(Reason::Fresh, Some(0)));
    }
    let age = facts.since_authentication_at(e.auth.max(Level::Full));
    age.is_none_or(|age| age >= fresh_ms).then(|| Denial::reauthenticate(Reason::Fresh, Some(seconds(fresh_ms))))
}

/// The role; after a change of role, both: what the old one allowed is gone at once, what the new one allows needs a
/// re-authentication.
fn judge_role(roles: RoleSet, facts: &Facts) -> Option<Denial> {
    let holds = |role: Option<usize>| role.is_some_and(|role| roles.contains(role));
    if !holds(facts.granted.or(facts.role)) {
        return Some(Denial::refuse(Reason::Role));
    }
    if !holds(facts.role) && !facts.at_reauth {
        return Some(Denial::reauthenticate(Reason::NewRole, Some(0)));
    }
    None
}

fn seconds(ms: u64) -> u32 {
    u32::try_from(ms / 1000).unwrap_or(u32::MAX)
}
