//! Choices that need a documented reason: `deviation(key = "why")`.

use proc_macro2::Span;

use super::{Id, Report, Rule, ids, policy::PolicyFacts, profile};
use crate::args::{Bind, Csrf, Key, OnMismatch, SessionArgs, Written as _};

pub(crate) const RULES: &[Rule<PolicyFacts>] = &[
    Rule::new(ids::CSRF_OFF_WITHOUT_REASON, unreasoned),
    Rule::new(ids::END_ON_IP_MISMATCH, unreasoned),
    Rule::new(ids::USER_AGENT_EXACT, unreasoned),
    Rule::new(ids::PAST_PROFILE_SHOULD, unreasoned),
    Rule::new(ids::DEVIATION_FROM_NOTHING, from_nothing),
];

/// One choice that needs a reason.
pub(super) struct Choice {
    pub(super) id: Id,
    pub(super) key: Key,
    pub(super) name: &'static str,
    pub(super) span: Span,
    pub(super) text: String,
}

/// All such choices of one attribute.
fn choices(args: &SessionArgs) -> Vec<Choice> {
    let mut all = Vec::new();
    if let Some(csrf) = args.csrf.get().filter(|csrf| csrf.value == Csrf::Off) {
        all.push(Choice {
            id: ids::CSRF_OFF_WITHOUT_REASON,
            key: Key::Csrf,
            name: "csrf",
            span: csrf.span,
            text: "`csrf = \"off\"` accepts unsafe requests from any site (OWASP ASVS 5.0 3.5.1); write `\"origin\"`, or why \
                   it may: `deviation(csrf = \"…\")`"
                .to_owned(),
        });
    }
    let bound = args.bind.value().map_or(&[][..], Vec::as_slice);
    if let Some(end) = args.on_mismatch.get().filter(|rung| rung.value == OnMismatch::End)
        && bound.iter().any(|bind| matches!(bind.value, Bind::Ip { .. }))
    {
        all.push(Choice {
            id: ids::END_ON_IP_MISMATCH,
            key: Key::OnMismatch,
            name: "on_mismatch",
            span: end.span,
            text: "`on_mismatch = \"end\"` signs people out when their provider changes their address (RFC 6269, OWASP ASVS \
                   5.0 15.3.4); write `\"step_up\"`, or why: `deviation(on_mismatch = \"…\")`"
                .to_owned(),
        });
    }
    for bind in bound {
        if let Bind::Header(name) = &bind.value
            && name.eq_ignore_ascii_case("user-agent")
        {
            all.push(Choice {
                id: ids::USER_AGENT_EXACT,
                key: Key::Bind,
                name: "bind",
                span: bind.span,
                text: "the exact `User-Agent` changes with every update of the browser (OWASP Cookie Theft Mitigation Cheat \
                       Sheet: compare by meaning); write `\"ua\"`, or why: `deviation(bind = \"…\")`"
                    .to_owned(),
            });
        }
    }
    all.extend(profile::deviating(args));
    all
}

/// A choice of this rule without a reason.
fn unreasoned(facts: &PolicyFacts, report: &Report<'_>) {
    let args = &facts.args;
    for choice in choices(args).into_iter().filter(|choice| choice.id == report.id()) {
        // A deviation that could not be read is reported already.
        let reasoned = match args.deviation.value() {
            Some(all) => all.iter().any(|deviation| deviation.key == choice.name),
            None => args.deviation.is_written(),
        };
        if !reasoned && !args.doubtful {
            args.slot(choice.key).set_wrong();
            report.at(choice.span, choice.text);
        }
    }
}

fn from_nothing(facts: &PolicyFacts, report: &Report<'_>) {
    let args = &facts.args;
    let choices = choices(args);
    // Beside `public` it is reported as a whole.
    if args.deviation.right().is_none() {
        return;
    }
    for deviation in args.deviation.value().into_iter().flatten() {
        let name = deviation.key.to_string();
        let written = args.keys.iter().any(|key| *key == name);
        let row = crate::args::KEYS.iter().find(|row| row.name == name);
        // What could not be read, or is past a SHALL, is reported already.
        let unread = written && row.is_some_and(|row| args.slot(row.key).right().is_none());
        let unread = unread || args.profile.is_written() && args.profile.get().is_none();
        let unknown = args.doubtful && !written;
        if choices.iter().any(|choice| choice.name == name) || unread || unknown {
            continue;
        }
        let why = if written {
            format!("the value of `{name}` needs no reason")
        } else {
            format!("`{name}` is not written here")
        };
        report.at(deviation.key.span(), format_args!("this deviation deviates from nothing: {why}; remove it"));
    }
}
