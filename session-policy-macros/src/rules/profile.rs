//! Rules about profiles: what is written against what the standards say.

use proc_macro2::Span;

use super::{Report, Rule, deviations::Choice, ids, policy::PolicyFacts};
use crate::{
    args::{Csrf, Key, Lifetime, SessionArgs, Slot, Spanned, Word, Written},
    duration::show,
    profiles::{Demand, Filled, Known, Profile, Verb, What},
};

pub(crate) const RULES: &[Rule<PolicyFacts>] = &[
    Rule::new(ids::PAST_PROFILE_SHALL, past_shall),
    Rule::new(ids::PROFILE_LEAVES_NO_ROOM, leaves_no_room),
    Rule::new(ids::NOT_SUPPORTED, not_supported),
];

/// One written value past one demand.
struct Breach {
    key: Key,
    name: &'static str,
    span: Span,
    demand: &'static Demand,
    text: String,
}

fn written(args: &SessionArgs) -> &[Spanned<&'static Profile>] {
    args.profile.value().map_or(&[], Vec::as_slice)
}

/// The written values that are past a demand; per key the strictest demand, a SHALL before a SHOULD.
fn breaches(args: &SessionArgs) -> Vec<Breach> {
    let mut all: Vec<Breach> = Vec::new();
    for profile in written(args) {
        for demand in profile.value.demands {
            let Some(breach) = breach(args, profile.value.name, demand) else { continue };
            match all.iter_mut().find(|other| other.key == breach.key) {
                Some(other) if stricter(breach.demand, other.demand) => *other = breach,
                Some(_) => {}
                None => all.push(breach),
            }
        }
    }
    all
}

fn stricter(a: &Demand, b: &Demand) -> bool {
    let seconds = |what: What| match what {
        What::Idle(seconds) | What::Absolute(seconds) => seconds,
        What::Auth(_) | What::Csrf(_) | What::Lifetime(_) => 0,
    };
    (b.verb, seconds(a.what)) < (a.verb, seconds(b.what)) || a.verb == b.verb && seconds(a.what) < seconds(b.what)
}

fn breach(args: &SessionArgs, profile: &str, demand: &'static Demand) -> Option<Breach> {
    let verb = demand.verb.word();
    let source = match demand.known {
        Known::Read => demand.source.to_owned(),
        Known::Secondary => format!("{}, by a secondary source", demand.source),
    };
    let longer = |key, name, value: &Spanned<u32>, most: u32| {
        (most < value.value).then(|| {
            let (own, most) = (show(value.value), show(most));
            let text = format!(
                "`{name}` ({own}) is longer than the {most} of `{profile}` ({source}: {verb}); write at most `\"{most}\"`"
            );
            Breach { key, name, span: value.span, demand, text }
        })
    };
    let weaker = |key, name, span, own: &str, least: &str| {
        let text = format!(
            "`{name} = \"{own}\"` is weaker than the `\"{least}\"` of `{profile}` ({source}: {verb}); write `\"{least}\"`"
        );
        Breach { key, name, span, demand, text }
    };
    match demand.what {
        What::Idle(most) => longer(Key::Idle, "idle", args.idle.get()?, most),
        What::Absolute(most) => longer(Key::Absolute, "absolute", args.absolute.get()?, most),
        What::Auth(least) => {
            let own = args.auth.get().filter(|own| own.value < least)?;
            Some(weaker(Key::Auth, "auth", own.span, own.value.word(), least.word()))
        }
        What::Csrf(least) => {
            // What this version cannot do is said at the profile.
            let own = args.csrf.get().filter(|own| own.value < least && !Csrf::LATER.contains(&least))?;
            Some(weaker(Key::Csrf, "csrf", own.span, own.value.word(), least.word()))
        }
        What::Lifetime(least) => {
            let own = args.lifetime.get().filter(|own| least == Lifetime::Browser && own.value != least)?;
            Some(weaker(Key::Lifetime, "lifetime", own.span, own.value.word(), least.word()))
        }
    }
}

/// A SHALL knows no deviation.
fn past_shall(facts: &PolicyFacts, report: &Report<'_>) {
    for breach in breaches(&facts.args).into_iter().filter(|breach| breach.demand.verb == Verb::Shall) {
        let Breach { key, name, span, text, .. } = breach;
        facts.args.slot(key).set_wrong();
        let excused = facts.args.deviation.value().into_iter().flatten().any(|deviation| deviation.key == name);
        let but = if excused { ", for no deviation is possible from a SHALL" } else { "" };
        report.at(span, format_args!("{text}{but}"));
    }
}

/// What is past a SHOULD, and so needs a reason.
pub(super) fn deviating(args: &SessionArgs) -> impl Iterator<Item = Choice> {
    let past = breaches(args).into_iter().filter(|breach| breach.demand.verb == Verb::Should);
    past.map(|Breach { key, name, span, text, .. }| {
        let text = format!("{text}, or why it may: `deviation({name} = \"…\")`");
        Choice { id: ids::PAST_PROFILE_SHOULD, key, name, span, text }
    })
}

/// What is written, seen against what a profile fills.
fn leaves_no_room(facts: &PolicyFacts, report: &Report<'_>) {
    let args = &facts.args;
    let filled = Filled::by(written(args).iter().map(|profile| profile.value));
    // The profile whose limit is the strictest.
    let filler = |what: What| {
        let mut of =
            written(args).iter().filter(|profile| profile.value.demands.iter().any(|demand| demand.what == what));
        of.next().map_or("", |profile| profile.value.name)
    };
    if let (Some(absolute), false) = (filled.absolute, args.absolute.is_written()) {
        let name = filler(What::Absolute(absolute));
        let most = show(absolute);
        let not_shorter = |key: &str, slot: &Slot<u32>| {
            if let Some(own) = slot.value().filter(|own| absolute <= **own) {
                let long = show(*own);
                report.wrong(
                    slot,
                    format_args!(
                        "`{key}` ({long}) is not shorter than the `absolute` ({most}) of `{name}`, so it can never fire; \
                         write a shorter `{key}`"
                    ),
                );
            }
        };
        not_shorter("idle", &args.idle);
        not_shorter("rotate_every", &args.rotate_every);
        if let Some(fresh) = args.fresh.value().filter(|fresh| absolute < **fresh) {
            let long = show(*fresh);
            report.wrong(
                &args.fresh,
                format_args!(
                    "`fresh` ({long}) is longer than the `absolute` ({most}) of `{name}`, so it can never fire; write a \
                     shorter `fresh`"
                ),
            );
        }
    }
    if let (Some(idle), false) = (filled.idle, args.idle.is_written()) {
        let name = filler(What::Idle(idle));
        let limit = show(idle);
        if let Some(touch) = args.touch.value().filter(|touch| idle / 10 < **touch) {
            let (coarse, tenth) = (show(*touch), show(idle / 10));
            report.wrong(
                &args.touch,
                format_args!(
                    "`touch` ({coarse}) is more than a tenth of the `idle` ({limit}) of `{name}`, which would make the limit \
                     inexact; write at most `\"{tenth}\"`"
                ),
            );
        }
        if let Some(warn) = args.warn.value().filter(|warn| idle <= **warn) {
            let long = show(*warn);
            report.wrong(
                &args.warn,
                format_args!(
                    "`warn` ({long}) is not shorter than the `idle` ({limit}) of `{name}`, so the warning would always be \
                     there; write a shorter `warn`"
                ),
            );
        }
    }
}

/// A profile is refused rather than silently weakened.
fn not_supported(facts: &PolicyFacts, report: &Report<'_>) {
    let args = &facts.args;
    // Who writes the word is told there.
    let said = args.csrf.value().is_some_and(|csrf| Csrf::LATER.contains(csrf));
    for profile in written(args).iter().filter(|_| !said && args.profile.right().is_some()) {
        for demand in profile.value.demands {
            if let What::Csrf(csrf) = demand.what
                && Csrf::LATER.contains(&csrf)
            {
                let (name, word, source) = (profile.value.name, csrf.word(), demand.source);
                report.at(
                    profile.span,
                    format_args!(
                        "`{name}` demands `csrf = \"{word}\"` ({source}: SHALL), which is not supported by this version; \
                         remove the profile"
                    ),
                );
            }
        }
    }
}
