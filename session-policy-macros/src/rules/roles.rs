//! Rules about an enum of roles.

use proc_macro2::Ident;
use syn::Fields;

use super::{Report, Rule, ids};
use crate::{
    args::{SessionArgs, Spanned},
    model::plain,
};

/// What the rules look at.
pub(crate) struct RolesFacts {
    pub(crate) name: Ident,
    pub(crate) roles: Vec<(syn::Variant, SessionArgs)>,
}

pub(crate) const RULES: &[Rule<RolesFacts>] = &[
    Rule::new(ids::NUMBER_OF_ROLES, number_of_roles),
    Rule::new(ids::ROLE_WITH_FIELDS, role_with_fields),
    Rule::new(ids::ROLE_ID, role_id),
    Rule::new(ids::DUPLICATE_ROLE_ID, duplicate_role_id),
];

/// A set of roles is 64 bits.
const MOST_ROLES: usize = 64;
/// Stored in every record.
const LONGEST_ID: usize = 64;

fn number_of_roles(facts: &RolesFacts, report: &Report<'_>) {
    let name = &facts.name;
    if facts.roles.is_empty() {
        report.at(
            name.span(),
            format_args!("`{name}` names no role; add a variant, or use `()` where there are no roles"),
        );
    }
    if let Some((first, _)) = facts.roles.get(MOST_ROLES) {
        let n = facts.roles.len();
        report.at(first.ident.span(), format_args!("`{name}` has {n} roles; there can be at most {MOST_ROLES}"));
    }
}

fn role_with_fields(facts: &RolesFacts, report: &Report<'_>) {
    for (variant, _) in &facts.roles {
        if !matches!(variant.fields, Fields::Unit) {
            let name = &variant.ident;
            report.on(
                &variant.fields,
                format_args!("a role carries no fields; write `{name}` and keep the rest in your own user type"),
            );
        }
    }
}

fn role_id(facts: &RolesFacts, report: &Report<'_>) {
    for (_, args) in &facts.roles {
        let Some(Spanned { value, span }) = args.id.get() else { continue };
        if value.is_empty() {
            report.at(*span, "the stored name of a role is empty; write a name, or remove `id` to store the variant's");
        } else if value.len() > LONGEST_ID {
            let n = value.len();
            report.at(
                *span,
                format_args!("the stored name of a role is {n} bytes long; there can be at most {LONGEST_ID}"),
            );
        } else if value.chars().any(char::is_control) {
            report.at(*span, "the stored name of a role contains a control character; write a printable one");
        }
    }
}

fn duplicate_role_id(facts: &RolesFacts, report: &Report<'_>) {
    let mut before: Vec<(String, &Ident)> = Vec::new();
    for (variant, args) in &facts.roles {
        let id = args.id.value().cloned().unwrap_or_else(|| plain(&variant.ident));
        if let Some((_, first)) = before.iter().find(|(other, _)| *other == id) {
            let span = args.id.get().map_or(variant.ident.span(), |id| id.span);
            report.at(
                span,
                format_args!(
                    "`{first}` is stored as `\"{id}\"` too, so sessions could not tell them apart; write another `id`"
                ),
            );
        }
        before.push((id, &variant.ident));
    }
}
