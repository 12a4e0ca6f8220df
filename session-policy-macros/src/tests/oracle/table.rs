//! The table of keys of the language's page, typed in from there.

use super::text::Place::{self, Base, Handler, Module, Role, Roles};

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    Duration,
    Word(&'static [&'static str]),
    Words(&'static [&'static str]),
    Paths,
    Path,
    Name,
    /// Nothing: it stands alone.
    Flag,
    Reasons,
    /// Kinds of client properties.
    Binds,
    /// Names of published standards.
    Profiles,
    DurationOrOff,
    Count,
}

#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    pub(super) places: &'static [Place],
}

/// "H handler or module"
const HRB: &[Place] = &[Handler, Module, Role, Base];
const RB: &[Place] = &[Role, Base];
const H: &[Place] = &[Handler, Module];

const fn key(name: &'static str, takes: Takes, places: &'static [Place]) -> Key {
    Key { name, takes, places }
}

pub(super) const KEYS: &[Key] = &[
    key("idle", Takes::Duration, HRB),
    key("absolute", Takes::Duration, HRB),
    key("fresh", Takes::Duration, HRB),
    key("auth", Takes::Word(&["anonymous", "remembered", "full", "mfa"]), HRB),
    key("role", Takes::Paths, H),
    key("bind", Takes::Binds, HRB),
    key("on_mismatch", Takes::Word(&["log", "step_up", "end"]), HRB),
    key("rotate_on", Takes::Words(&["login", "reauth", "privilege"]), HRB),
    key("rotate_every", Takes::Duration, RB),
    key("grace", Takes::Duration, RB),
    key("touch", Takes::Duration, RB),
    key("warn", Takes::Duration, RB),
    key("csrf", Takes::Word(&["off", "origin", "token"]), HRB),
    key("activity", Takes::Word(&["active", "passive", "stream"]), H),
    key("on_denied", Takes::Word(&["auto", "status", "redirect"]), H),
    key("on_store_error", Takes::Word(&["deny", "anonymous"]), H),
    key("lifetime", Takes::Word(&["browser", "persistent"]), RB),
    key("remember", Takes::DurationOrOff, RB),
    key("max_sessions", Takes::Count, RB),
    key("on_limit", Takes::Word(&["reject", "evict_oldest", "evict_idle"]), RB),
    key("extends", Takes::Path, HRB),
    key("profile", Takes::Profiles, HRB),
    key("deviation", Takes::Reasons, HRB),
    key("id", Takes::Name, &[Role]),
    key("public", Takes::Flag, &[Handler]),
    key("crate", Takes::Path, &[Handler, Module, Base, Roles]),
];

/// Keys that this version carries out in no place.
pub(super) const LATER: &[&str] = &["warn", "lifetime", "remember"];

/// Words that this version does not carry out.
pub(super) const LATER_WORDS: &[(&str, &str)] = &[("csrf", "token"), ("activity", "stream")];

/// "Unsafe choices do not exist".
pub(super) const UNSAFE: &[(&str, &[&str])] = &[("rotate_on", &["never"]), ("on_store_error", &["allow"])];

/// The row of a key.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Whether a table of words has that word under that key.
pub(super) fn has(table: &[(&str, &[&str])], key: &str, word: &str) -> bool {
    table.iter().any(|(name, words)| *name == key && words.contains(&word))
}
