//! Policies in the language's own words.

use std::fmt::{self, Display, Formatter};

use super::{BindRule, Csrf, Events, Rules, SessionLimit, Spec};
use crate::duration::Written;

/// Writes `key = value` pairs with commas between them.
struct Pairs<'a, 'b> {
    f: &'a mut Formatter<'b>,
    first: bool,
}

impl Pairs<'_, '_> {
    fn pair(&mut self, key: &str, value: impl Display) -> fmt::Result {
        let comma = if self.first { "" } else { ", " };
        self.first = false;
        write!(self.f, "{comma}{key} = {value}")
    }

    fn seconds(&mut self, key: &str, value: Option<u32>) -> fmt::Result {
        match value {
            Some(seconds) => self.pair(key, format_args!("\"{}\"", Written(u64::from(seconds)))),
            None => Ok(()),
        }
    }

    fn word(&mut self, key: &str, value: Option<&str>) -> fmt::Result {
        match value {
            Some(word) => self.pair(key, format_args!("\"{word}\"")),
            None => Ok(()),
        }
    }

    fn rules(&mut self, rules: &Rules) -> fmt::Result {
        self.seconds("idle", rules.idle)?;
        self.seconds("absolute", rules.absolute)?;
        self.seconds("fresh", rules.fresh)?;
        self.word("auth", rules.auth.map(super::Level::as_str))?;
        if let Some(set) = rules.role {
            let table = set.table();
            let names: Vec<String> = set.iter().map(|role| format!("{}::{}", table.name, role.variant)).collect();
            match names.as_slice() {
                [one] => self.pair("role", one)?,
                several => self.pair("role", format_args!("[{}]", several.join(", ")))?,
            }
        }
        match rules.bind.ua {
            BindRule::Unset => {}
            BindRule::Bound => self.word("bind", Some("ua"))?,
            BindRule::BoundWith(on_mismatch) => {
                self.word("bind", Some("ua"))?;
                self.word("on_mismatch", Some(on_mismatch.as_str()))?;
            }
        }
        let events: Vec<&str> =
            Events::ALL.iter().filter(|(event, _)| rules.rotate_on.contains(*event)).map(|(_, word)| *word).collect();
        match events.as_slice() {
            [] => {}
            [one] => self.word("rotate_on", Some(one))?,
            several => self.pair("rotate_on", format_args!("[\"{}\"]", several.join("\", \"")))?,
        }
        self.seconds("rotate_every", rules.rotate_every)?;
        self.seconds("grace", rules.grace)?;
        self.seconds("touch", rules.touch)?;
        self.word("csrf", rules.csrf.map(Csrf::as_str))?;
        if let Some(SessionLimit { most, on_limit }) = rules.limit {
            self.pair("max_sessions", most)?;
            self.word("on_limit", Some(on_limit.as_str()))?;
        }
        Ok(())
    }
}

/// The keys that are set, in the order of the language's table.
impl Display for Rules {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Pairs { f, first: true }.rules(self)
    }
}

/// What holds at the handler: own keys and all that it extends, then the nearest keys and the reasons. `public` for a public one.
impl Display for Spec {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.public {
            return f.write_str("public");
        }
        let mut pairs = Pairs { f, first: true };
        pairs.rules(&self.rules())?;
        pairs.word("activity", self.nearest.activity.map(super::Activity::as_str))?;
        pairs.word("on_denied", self.nearest.on_denied.map(super::OnDenied::as_str))?;
        pairs.word("on_store_error", self.nearest.on_store_error.map(super::OnStoreError::as_str))?;
        match self.profiles {
            [] => {}
            [one] => pairs.word("profile", Some(one))?,
            several => pairs.pair("profile", format_args!("[\"{}\"]", several.join("\", \"")))?,
        }
        for deviation in self.deviations {
            let comma = if pairs.first { "" } else { ", " };
            pairs.first = false;
            write!(pairs.f, "{comma}deviation({} = {:?})", deviation.key, deviation.why)?;
        }
        Ok(())
    }
}
