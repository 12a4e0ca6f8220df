//! Rules about a typed entry of session data.

use super::{Report, Rule, ids};
use crate::args::{DataArgs, Spanned, Written as _};

/// What the rules look at.
pub(crate) struct DataFacts {
    pub(crate) args: DataArgs,
    pub(crate) item: syn::DeriveInput,
}

pub(crate) const RULES: &[Rule<DataFacts>] = &[
    Rule::new(ids::DATA_KEY_MISSING, key_missing),
    Rule::new(ids::DATA_KEY, key_grammar),
    Rule::new(ids::DATA_SHAPE, shape),
    Rule::new(ids::ONCE_WITH_CARRY, once_with_carry),
];

const LONGEST_KEY: usize = 64;

fn key_missing(DataFacts { args, item }: &DataFacts, report: &Report<'_>) {
    if !args.key.is_written() && !args.doubtful {
        let name = &item.ident;
        let key = name.to_string().to_ascii_lowercase();
        report.at(
            name.span(),
            format_args!("session data needs a key, under which it is stored; write `#[data(key = \"{key}\")]`"),
        );
    }
}

fn key_grammar(DataFacts { args, .. }: &DataFacts, report: &Report<'_>) {
    let Some(Spanned { value, span }) = args.key.get() else { return };
    if value.is_empty() {
        report.at(*span, "the key is empty; write one such as `\"cart\"`");
    } else if let Some(bad) = value.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '.' | '-')) {
        report.at(*span, format_args!("{bad:?} cannot stand in a key; write `a`–`z`, `0`–`9`, `_`, `.` and `-`"));
    } else if LONGEST_KEY < value.len() {
        let n = value.len();
        report.at(*span, format_args!("the key is {n} bytes long; there can be at most {LONGEST_KEY}"));
    }
}

fn shape(DataFacts { item, .. }: &DataFacts, report: &Report<'_>) {
    if !item.generics.params.is_empty() {
        report.on(
            &item.generics,
            "one key stands for one type, so session data has no parameters; derive it on a type of its own",
        );
    }
    if let syn::Data::Union(data) = &item.data {
        report.at(data.union_token.span, "session data is a struct or an enum");
    }
}

/// Who signs in is another one than who was told once (semantics: one-time entries never move).
fn once_with_carry(DataFacts { args, .. }: &DataFacts, report: &Report<'_>) {
    if let Some(carry) = args.carry.key()
        && args.once.is_written()
    {
        args.once.set_wrong();
        report.at(
            carry.span(),
            "`carry` can have no effect beside `once`: a one-time entry never moves over; remove one of the two",
        );
    }
}

/// The name of the macro that makes a second use of `key` clash: what is not a letter, digit or `_` is escaped in
/// upper case, which no key contains.
pub(crate) fn ident_of_key(key: &str) -> String {
    let mut name = "session_data_key_".to_owned();
    for c in key.chars() {
        match c {
            'a'..='z' | '0'..='9' | '_' => name.push(c),
            other => name.push_str(&format!("X{:02X}", u32::from(other))),
        }
    }
    name.push_str("_is_used_twice");
    name
}
