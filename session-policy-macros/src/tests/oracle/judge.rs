//! One attribute: every rule that it breaks, once per breach.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    profile::{PROFILES, Profile},
    read::{Read, read},
    table::{LATER, LATER_WORDS, find},
    text::{Entry, Place, Value, own_name},
};

/// What must be said about an attribute, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) errors: Vec<String>,
    /// Only of an attribute without errors.
    pub(super) warnings: Vec<String>,
}

/// What the attribute says, key by key; a key that could not be read says nothing, but is there.
struct Said<'a> {
    place: Place,
    keys: BTreeMap<&'static str, Option<Read>>,
    named: Option<&'a str>,
    /// An unknown key may be any that seems to be missing.
    doubt: bool,
    rules: Vec<&'static str>,
    /// Keys at which, or at whose value, a rule about figures is broken.
    wrong: BTreeSet<&'static str>,
}

pub(super) fn judge(place: Place, entries: &[Entry]) -> Verdict {
    let mut said =
        Said { place, keys: BTreeMap::new(), named: None, doubt: false, rules: Vec::new(), wrong: BTreeSet::new() };
    said.read(entries);
    if place != Place::Roles {
        said.without_effect();
        said.times();
        said.nobody();
        said.rotation_and_limits();
        let past = said.profiles();
        said.reasons(&past);
        said.support();
    }
    let mut warnings = if said.rules.is_empty() && place != Place::Roles { said.weak() } else { Vec::new() };
    let mut errors = said.rules;
    errors.sort_unstable();
    warnings.sort_unstable();
    let owned = |rules: Vec<&str>| rules.into_iter().map(str::to_owned).collect();
    Verdict { errors: owned(errors), warnings: owned(warnings) }
}

impl<'a> Said<'a> {
    fn read(&mut self, entries: &'a [Entry]) {
        let (place, rules) = (self.place, &mut self.rules);
        for entry in entries {
            // `key =` lacks its value whatever the key.
            rules.extend(matches!(entry, Entry::Key(_, Value::Missing)).then_some("missing-value"));
            match entry {
                Entry::Path(_) if !matches!(place, Place::Handler | Place::Module) => rules.push("syntax"),
                Entry::Path(_) if self.named.is_some() => rules.push("duplicate-key"),
                Entry::Path(path) => self.named = Some(path),
                Entry::Key(name, value) => match find(name) {
                    None => {
                        rules.push("unknown-key");
                        self.doubt = true;
                    }
                    Some(key) if !key.places.contains(&place) => rules.push("key-in-wrong-place"),
                    Some(key) if self.keys.contains_key(key.name) => rules.push("duplicate-key"),
                    Some(key) => {
                        let value = read(place, key.name, key.takes, value, rules);
                        self.keys.insert(key.name, value);
                    }
                },
            }
        }
    }

    fn written(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    fn unread(&self, key: &str) -> bool {
        matches!(self.keys.get(key), Some(None))
    }

    fn seconds(&self, key: &str) -> Option<u64> {
        match self.keys.get(key) {
            Some(Some(Read::Seconds(seconds))) => Some(*seconds),
            _ => None,
        }
    }

    /// Both values, if both are there.
    fn both(&self, a: &str, b: &str) -> Option<(u64, u64)> {
        self.seconds(a).zip(self.seconds(b))
    }

    fn words(&self, key: &str) -> &[String] {
        match self.keys.get(key) {
            Some(Some(Read::Words(words))) => words,
            _ => &[],
        }
    }

    fn is(&self, key: &str, word: &str) -> bool {
        self.words(key).iter().any(|other| other == word)
    }

    fn breach(&mut self, rule: &'static str, breached: bool) {
        self.rules.extend(breached.then_some(rule));
    }

    /// A breach at a key or its value.
    fn wrong(&mut self, key: &'static str, rule: &'static str, breached: bool) {
        self.breach(rule, breached);
        self.wrong.extend(breached.then_some(key));
    }

    /// "A key that can have no effect is an error at the key."
    fn without_effect(&mut self) {
        let lone = |said: &Self, key, other| said.written(key) && !said.written(other) && !said.doubt;
        self.breach("on-mismatch-without-bind", lone(self, "on_mismatch", "bind"));
        self.wrong("grace", "grace-without-rotate-every", lone(self, "grace", "rotate_every"));
        self.wrong("on_limit", "on-limit-without-max-sessions", lone(self, "on_limit", "max_sessions"));
        self.wrong("max_sessions", "max-sessions-without-on-limit", lone(self, "max_sessions", "on_limit"));
        let others: Vec<&'static str> =
            self.keys.keys().copied().filter(|key| !["public", "crate"].contains(key)).collect();
        if self.written("public") {
            for key in others {
                self.wrong(key, "public-with-keys", true);
            }
            self.breach("public-with-keys", self.named.is_some());
        } else {
            self.breach("named-policy-with-keys", self.named.is_some() && !others.is_empty());
        }
        let paths: Vec<String> = self.words("extends").iter().cloned().chain(self.named.map(str::to_owned)).collect();
        for path in paths {
            self.breach("extends-itself", path == "Self" || own_name(self.place) == Some(path.as_str()));
        }
    }

    /// "The value that cannot take effect."
    fn times(&mut self) {
        let breached = |pair: Option<(u64, u64)>, wrong: fn(u64, u64) -> bool| pair.is_some_and(|(a, b)| wrong(a, b));
        let idle = breached(self.both("idle", "absolute"), |idle, absolute| idle >= absolute);
        let fresh = breached(self.both("fresh", "absolute"), |fresh, absolute| fresh > absolute);
        let touch = breached(self.both("touch", "idle"), |touch, idle| touch * 10 > idle);
        let warn = breached(self.both("warn", "idle"), |warn, idle| warn >= idle);
        let every = breached(self.both("rotate_every", "absolute"), |every, absolute| every >= absolute);
        let grace = breached(self.both("grace", "rotate_every"), |grace, every| grace >= every);
        self.breach("idle-not-below-absolute", idle);
        self.breach("fresh-above-absolute", fresh);
        self.breach("touch-above-tenth-of-idle", touch);
        self.wrong("warn", "warn-not-below-idle", warn);
        self.wrong("rotate_every", "rotate-every-not-below-absolute", every);
        self.wrong("grace", "grace-not-below-rotate-every", grace);
    }

    /// Somebody must be asked for, before somebody's freshness or role can be.
    fn nobody(&mut self) {
        let anonymous = self.is("auth", "anonymous");
        self.breach("fresh-of-nobody", anonymous && self.written("fresh"));
        self.breach("role-of-nobody", anonymous && self.written("role"));
        self.breach("fresh-on-passive", self.written("fresh") && self.is("activity", "passive"));
        // "Needs `auth = "anonymous"` without role, bind or fresh".
        if self.is("on_store_error", "anonymous") {
            let elsewhere = self.written("extends") || self.named.is_some() || self.doubt;
            let elsewhere = self.unread("auth") || !self.written("auth") && elsewhere;
            self.breach("store-error-opens-route", !anonymous && !elsewhere);
            for key in ["role", "bind", "fresh"] {
                self.breach("store-error-opens-route", self.written(key));
            }
        }
    }

    /// Bounds with figures.
    fn rotation_and_limits(&mut self) {
        let below = |said: &Self, key, least| said.seconds(key).is_some_and(|seconds| seconds < least);
        let above = |said: &Self, key, most| said.seconds(key).is_some_and(|seconds| seconds > most);
        const BROWSERS_KEEP: u64 = 400 * 86_400;
        self.wrong("rotate_every", "rotate-every-too-short", below(self, "rotate_every", 120));
        self.wrong("grace", "grace-too-long", above(self, "grace", 60));
        self.wrong("warn", "warn-too-short", below(self, "warn", 20));
        let none = matches!(self.keys.get("max_sessions"), Some(Some(Read::Count(0))));
        self.wrong("max_sessions", "no-sessions", none);
        let kept = self.is("lifetime", "persistent") && above(self, "absolute", BROWSERS_KEEP);
        self.wrong("absolute", "cookie-outlives-browser-limit", kept);
        self.wrong("remember", "cookie-outlives-browser-limit", above(self, "remember", BROWSERS_KEEP));
    }

    /// "Fills what is unset and caps what is set"; gives the keys that are past a SHOULD.
    fn profiles(&mut self) -> Vec<&'static str> {
        let all: Vec<&Profile> =
            PROFILES.iter().filter(|profile| self.words("profile").iter().any(|name| name == profile.name)).collect();
        let mut past = Vec::new();
        for (key, limit) in [
            ("idle", (|profile| profile.idle) as fn(&Profile) -> Option<(u64, bool)>),
            ("absolute", |profile| profile.absolute),
        ] {
            let limits = || all.iter().filter_map(|profile| limit(profile));
            let Some(own) = self.seconds(key) else { continue };
            if limits().any(|(most, shall)| shall && own > most) {
                self.wrong(key, "past-profile-shall", true);
            } else if limits().any(|(most, _)| own > most) {
                past.push(key);
            }
        }
        let weak = !self.words("auth").is_empty() && !self.is("auth", "mfa");
        self.wrong("auth", "past-profile-shall", weak && all.iter().any(|profile| profile.mfa));
        if self.is("lifetime", "persistent") {
            match all.iter().filter_map(|profile| profile.browser).max() {
                Some(true) => self.wrong("lifetime", "past-profile-shall", true),
                Some(false) => past.push("lifetime"),
                None => {}
            }
        }

        // What is filled can leave no room for what is written.
        let filled = |limit: fn(&Profile) -> Option<(u64, bool)>, key: &str| {
            let least = all.iter().filter_map(|profile| limit(profile)).map(|(most, _)| most).min();
            least.filter(|_| !self.written(key))
        };
        let absolute = filled(|profile| profile.absolute, "absolute");
        let idle = filled(|profile| profile.idle, "idle");
        let room = |key: &str, most: Option<u64>, wrong: fn(u64, u64) -> bool| {
            self.seconds(key).zip(most).is_some_and(|(own, most)| wrong(own, most))
        };
        let tight = [
            ("idle", room("idle", absolute, |idle, absolute| idle >= absolute)),
            ("fresh", room("fresh", absolute, |fresh, absolute| fresh > absolute)),
            ("rotate_every", room("rotate_every", absolute, |every, absolute| every >= absolute)),
            ("touch", room("touch", idle, |touch, idle| touch * 10 > idle)),
            ("warn", room("warn", idle, |warn, idle| warn >= idle)),
        ];
        for (key, breached) in tight {
            self.wrong(key, "profile-leaves-no-room", breached);
        }
        // Refused, not silently weaker.
        for _ in all.iter().filter(|profile| profile.token) {
            self.breach("not-supported", !self.is("csrf", "token") && !self.wrong.contains("profile"));
        }
        past
    }

    /// What needs a reason, and reasons for nothing.
    fn reasons(&mut self, past: &[&'static str]) {
        let header = |bind: &&String| bind.eq_ignore_ascii_case("header:user-agent");
        let ip = |bind: &String| bind == "ip" || bind.starts_with("ip/");
        let mut choices: Vec<(&'static str, &'static str)> = Vec::new();
        choices.extend(self.is("csrf", "off").then_some(("csrf", "csrf-off-without-reason")));
        let ends = self.is("on_mismatch", "end") && self.words("bind").iter().any(ip);
        choices.extend(ends.then_some(("on_mismatch", "end-on-ip-mismatch")));
        choices.extend(self.words("bind").iter().filter(header).map(|_| ("bind", "user-agent-exact")));
        choices.extend(past.iter().map(|key| (*key, "past-profile-should")));
        for (key, rule) in &choices {
            let reasoned = self.is("deviation", key) || self.unread("deviation");
            self.wrong(key, rule, !reasoned && !self.doubt);
        }
        if self.wrong.contains("deviation") {
            return;
        }
        let about: Vec<String> = self.words("deviation").to_vec();
        for key in about {
            let deviates = choices.iter().any(|(choice, _)| *choice == key);
            let reported =
                self.unread(&key) && key != "crate" || self.wrong.contains(key.as_str()) || self.unread("profile");
            let hidden = self.doubt && !self.written(&key);
            self.breach("deviation-from-nothing", !deviates && !reported && !hidden);
        }
    }

    /// What is right and not carried out.
    fn support(&mut self) {
        let right = |said: &Self, key: &str| said.written(key) && !said.unread(key) && !said.wrong.contains(key);
        for key in LATER {
            self.breach("not-supported", right(self, key));
        }
        for (key, word) in LATER_WORDS {
            self.breach("not-supported", right(self, key) && self.is(key, word));
        }
        let later = self.words("bind").iter().filter(|bind| *bind != "ua").count();
        for _ in 0..later {
            self.breach("not-supported", right(self, "bind"));
        }
    }

    /// Weak, but legal.
    fn weak(&self) -> Vec<&'static str> {
        let mut all = Vec::new();
        all.extend(self.seconds("idle").filter(|idle| *idle > 86_400).map(|_| "idle-over-a-day"));
        all.extend(self.seconds("absolute").filter(|most| *most > 30 * 86_400).map(|_| "absolute-over-30-days"));
        all.extend(self.seconds("fresh").filter(|fresh| *fresh < 30).map(|_| "fresh-under-30-seconds"));
        let seldom = self.both("rotate_every", "idle").filter(|(every, idle)| every > idle);
        all.extend(seldom.map(|_| "rotate-every-above-idle"));
        all
    }
}
