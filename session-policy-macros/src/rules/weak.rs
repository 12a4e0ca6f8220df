//! Weak but legal: a compiler warning on the literal, silenced by `#[allow(deprecated)]` on the item.

use super::{Report, Rule, ids, policy::PolicyFacts};
use crate::{args::Bind, duration::show};

pub(crate) const RULES: &[Rule<PolicyFacts>] = &[
    Rule::new(ids::IDLE_OVER_A_DAY, idle_over_a_day),
    Rule::new(ids::ABSOLUTE_OVER_30_DAYS, absolute_over_30_days),
    Rule::new(ids::FRESH_UNDER_30_SECONDS, fresh_under_30_seconds),
    Rule::new(ids::ROTATE_EVERY_ABOVE_IDLE, rotate_every_above_idle),
    Rule::new(ids::WHOLE_ADDRESS, whole_address),
];

const DAY: u32 = 86_400;
/// Less than anybody needs to read a form and send it.
const SHORTEST_FRESH: u32 = 30;

fn idle_over_a_day(facts: &PolicyFacts, report: &Report<'_>) {
    if let Some(idle) = facts.args.idle.get().filter(|idle| DAY < idle.value) {
        let long = show(idle.value);
        report.at(
            idle.span,
            format_args!(
                "`idle` ({long}) is longer than a day, so an unattended session lives overnight (OWASP Session Management \
                 Cheat Sheet: 15 to 30 minutes); write a shorter one"
            ),
        );
    }
}

fn absolute_over_30_days(facts: &PolicyFacts, report: &Report<'_>) {
    if let Some(absolute) = facts.args.absolute.get().filter(|absolute| 30 * DAY < absolute.value) {
        let long = show(absolute.value);
        report.at(
            absolute.span,
            format_args!(
                "`absolute` ({long}) is longer than 30 days (NIST SP 800-63B-4 2.1.3: SHOULD, at the lowest level); write a \
                 shorter one"
            ),
        );
    }
}

fn fresh_under_30_seconds(facts: &PolicyFacts, report: &Report<'_>) {
    if let Some(fresh) = facts.args.fresh.get().filter(|fresh| fresh.value < SHORTEST_FRESH) {
        let short = show(fresh.value);
        report.at(
            fresh.span,
            format_args!(
                "`fresh` ({short}) is shorter than a form takes to fill in, so people would be asked again and again (RFC \
                 9470 `max_age`); write at least `\"30s\"`"
            ),
        );
    }
}

fn rotate_every_above_idle(facts: &PolicyFacts, report: &Report<'_>) {
    if let (Some(every), Some(idle)) = (facts.args.rotate_every.get(), facts.args.idle.get())
        && idle.value < every.value
    {
        let (long, short) = (show(every.value), show(idle.value));
        report.at(
            every.span,
            format_args!(
                "`rotate_every` ({long}) is longer than `idle` ({short}), so only the busiest sessions ever rotate (OWASP \
                 Session Management Cheat Sheet, renewal timeout); write a shorter one"
            ),
        );
    }
}

fn whole_address(facts: &PolicyFacts, report: &Report<'_>) {
    for bind in facts.args.bind.value().into_iter().flatten() {
        if matches!(bind.value, Bind::Ip { v4: 32, .. }) {
            report.at(
                bind.span,
                "a whole IPv4 address changes with the network, and behind a provider's translation at any time (RFC 6269); \
                 write `\"ip/24\"`",
            );
        }
    }
}
