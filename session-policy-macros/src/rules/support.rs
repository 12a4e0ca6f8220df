//! What is right, but not carried out by this version. It comes last: a mistake is told first.

use super::{Report, Rule, data::DataFacts, ids, policy::PolicyFacts};
use crate::args::{Activity, Csrf, KEYS, Spanned, Support, Word, Written};

pub(crate) const POLICY: &[Rule<PolicyFacts>] = &[Rule::new(ids::NOT_SUPPORTED, of_policy)];
pub(crate) const DATA: &[Rule<DataFacts>] = &[Rule::new(ids::NOT_SUPPORTED, of_data)];

fn of_policy(facts: &PolicyFacts, report: &Report<'_>) {
    let args = &facts.args;
    for row in KEYS.iter().filter(|row| row.support == Support::Later) {
        if let Some(key) = args.slot(row.key).right() {
            report.at(key.span(), format_args!("`{key}` is not supported by this version"));
        }
    }
    let later = |bind: &&Spanned<_>| crate::args::Bind::support(&bind.value) == Support::Later;
    if args.bind.right().is_some() {
        for bind in args.bind.value().into_iter().flatten().filter(later) {
            let written = bind.value.kind();
            report.at(bind.span, format_args!("`bind` to `{written}` is not supported by this version"));
        }
    }
    let csrf = args.csrf.get().filter(|csrf| Csrf::LATER.contains(&csrf.value) && args.csrf.right().is_some());
    let activity =
        args.activity.get().filter(|word| Activity::LATER.contains(&word.value) && args.activity.right().is_some());
    let words = [csrf.map(|csrf| (csrf.span, csrf.value.word())), activity.map(|word| (word.span, word.value.word()))];
    for (span, word) in words.into_iter().flatten() {
        report.at(span, format_args!("`\"{word}\"` is not supported by this version"));
    }
}

fn of_data(facts: &DataFacts, report: &Report<'_>) {
    for slot in facts.args.later() {
        if let Some(key) = slot.right() {
            report.at(key.span(), format_args!("`{key}` is not supported by this version"));
        }
    }
}
