//! Rules about keys that need or contradict another one, and bounds with figures.

use super::{Report, Rule, ids, policy::PolicyFacts};
use crate::{
    args::{Lifetime, Slot},
    duration::show,
};

pub(crate) const RULES: &[Rule<PolicyFacts>] = &[
    Rule::new(ids::ROTATE_EVERY_TOO_SHORT, rotate_every_too_short),
    Rule::new(ids::ROTATE_EVERY_NOT_BELOW_ABSOLUTE, rotate_every_not_below_absolute),
    Rule::new(ids::GRACE_WITHOUT_ROTATE_EVERY, grace_without_rotate_every),
    Rule::new(ids::GRACE_TOO_LONG, grace_too_long),
    Rule::new(ids::GRACE_NOT_BELOW_ROTATE_EVERY, grace_not_below_rotate_every),
    Rule::new(ids::WARN_TOO_SHORT, warn_too_short),
    Rule::new(ids::WARN_NOT_BELOW_IDLE, warn_not_below_idle),
    Rule::new(ids::NO_SESSIONS, no_sessions),
    Rule::new(ids::MAX_SESSIONS_WITHOUT_ON_LIMIT, max_sessions_without_on_limit),
    Rule::new(ids::ON_LIMIT_WITHOUT_MAX_SESSIONS, on_limit_without_max_sessions),
    Rule::new(ids::COOKIE_OUTLIVES_BROWSER_LIMIT, cookie_outlives_browser_limit),
];

/// More often would collide with requests that are under way.
const SHORTEST_ROTATION: u32 = 2 * 60;
/// Longer, and a stolen token is worth as much as the new one.
const LONGEST_GRACE: u32 = 60;
/// WCAG 2.2.1: at least 20 seconds to extend the time limit.
const SHORTEST_WARNING: u32 = 20;
/// RFC 6265bis: what browsers cut every lifetime to.
const LONGEST_COOKIE: u32 = 400 * 86_400;

fn rotate_every_too_short(facts: &PolicyFacts, report: &Report<'_>) {
    let slot = &facts.args.rotate_every;
    if let Some(every) = slot.value().filter(|every| **every < SHORTEST_ROTATION) {
        let (every, least) = (show(*every), show(SHORTEST_ROTATION));
        report.wrong(
            slot,
            format_args!(
                "`rotate_every` ({every}) is shorter than {least}, so parallel requests would hold superseded tokens; write \
                 at least `\"{least}\"`"
            ),
        );
    }
}

fn rotate_every_not_below_absolute(facts: &PolicyFacts, report: &Report<'_>) {
    let slot = &facts.args.rotate_every;
    if let (Some(every), Some(absolute)) = (slot.value(), facts.args.absolute.value())
        && absolute <= every
    {
        let (long, short) = (show(*every), show(*absolute));
        report.wrong(
            slot,
            format_args!(
                "`rotate_every` ({long}) is not shorter than `absolute` ({short}), so it can never fire; write a shorter \
                 `rotate_every`, or remove it"
            ),
        );
    }
}

fn grace_without_rotate_every(facts: &PolicyFacts, report: &Report<'_>) {
    without(
        facts,
        report,
        ("grace", &facts.args.grace),
        "rotate_every = \"15m\"",
        facts.args.rotate_every.is_written(),
    );
}

fn grace_too_long(facts: &PolicyFacts, report: &Report<'_>) {
    let slot = &facts.args.grace;
    if let Some(grace) = slot.value().filter(|grace| LONGEST_GRACE < **grace) {
        let (grace, most) = (show(*grace), "60s");
        report.wrong(
            slot,
            format_args!(
                "`grace` ({grace}) is longer than {most}, so a stolen token would stay good after its replacement (OWASP \
                 Session Management Cheat Sheet, renewal timeout); write at most `\"{most}\"`"
            ),
        );
    }
}

fn grace_not_below_rotate_every(facts: &PolicyFacts, report: &Report<'_>) {
    let slot = &facts.args.grace;
    if let (Some(grace), Some(every)) = (slot.value(), facts.args.rotate_every.value())
        && every <= grace
    {
        let (long, short) = (show(*grace), show(*every));
        report.wrong(
            slot,
            format_args!(
                "`grace` ({long}) is not shorter than `rotate_every` ({short}), so replaced tokens would never die; write a \
                 shorter `grace`"
            ),
        );
    }
}

fn warn_too_short(facts: &PolicyFacts, report: &Report<'_>) {
    let slot = &facts.args.warn;
    if let Some(warn) = slot.value().filter(|warn| **warn < SHORTEST_WARNING) {
        let (warn, least) = (show(*warn), show(SHORTEST_WARNING));
        report.wrong(
            slot,
            format_args!(
                "`warn` ({warn}) gives people less than {least} to answer (WCAG 2.2.1); write at least `\"{least}\"`"
            ),
        );
    }
}

fn warn_not_below_idle(facts: &PolicyFacts, report: &Report<'_>) {
    let slot = &facts.args.warn;
    if let (Some(warn), Some(idle)) = (slot.value(), facts.args.idle.value())
        && idle <= warn
    {
        let (long, short) = (show(*warn), show(*idle));
        report.wrong(
            slot,
            format_args!(
                "`warn` ({long}) is not shorter than `idle` ({short}), so the warning would always be there; write a shorter \
                 `warn`"
            ),
        );
    }
}

fn no_sessions(facts: &PolicyFacts, report: &Report<'_>) {
    let slot = &facts.args.max_sessions;
    if slot.value() == Some(&0) {
        report.wrong(slot, "`max_sessions = 0` lets nobody in; write at least `1`, or remove it");
    }
}

fn max_sessions_without_on_limit(facts: &PolicyFacts, report: &Report<'_>) {
    let slot = &facts.args.max_sessions;
    if let Some(key) = slot.key()
        && !facts.args.on_limit.is_written()
        && !facts.args.doubtful
    {
        report.wrong_at(
            slot,
            key.span(),
            "`max_sessions` needs to know what happens at the limit (OWASP ASVS 5.0 7.1.2); write `on_limit = \"reject\"`, \
             `\"evict_oldest\"` or `\"evict_idle\"` beside it",
        );
    }
}

fn on_limit_without_max_sessions(facts: &PolicyFacts, report: &Report<'_>) {
    without(
        facts,
        report,
        ("on_limit", &facts.args.on_limit),
        "max_sessions = 3",
        facts.args.max_sessions.is_written(),
    );
}

fn without<T>(facts: &PolicyFacts, report: &Report<'_>, (name, slot): (&str, &Slot<T>), example: &str, there: bool) {
    if let Some(key) = slot.key()
        && !there
        && !facts.args.doubtful
    {
        let (other, _) = example.split_once(" =").unwrap_or((example, ""));
        report.wrong_at(
            slot,
            key.span(),
            format_args!("`{name}` can have no effect without `{other}` beside it; write `{example}` or remove it"),
        );
    }
}

fn cookie_outlives_browser_limit(facts: &PolicyFacts, report: &Report<'_>) {
    let args = &facts.args;
    let persistent = args.lifetime.value() == Some(&Lifetime::Persistent);
    let most = show(LONGEST_COOKIE);
    if let Some(absolute) = args.absolute.value().filter(|absolute| persistent && LONGEST_COOKIE < **absolute) {
        let absolute = show(*absolute);
        report.wrong(
            &args.absolute,
            format_args!(
                "`absolute` ({absolute}) is longer than {most}, after which browsers drop a persistent cookie (RFC 6265bis); \
                 write at most `\"{most}\"`"
            ),
        );
    }
    if let Some(Some(remember)) = args.remember.value()
        && LONGEST_COOKIE < *remember
    {
        let remember = show(*remember);
        report.wrong(
            &args.remember,
            format_args!(
                "`remember` ({remember}) is longer than {most}, after which browsers drop its cookie (RFC 6265bis); write at \
                 most `\"{most}\"`"
            ),
        );
    }
}
