//! `#[session(…)]`.

use proc_macro2::Ident;
use syn::{LitStr, Path};

use super::{
    bind::{self, Bind},
    entries::{Entry, Given, entries},
    keys::{HIDDEN_KEY, KEYS, Key, MET, OF_THE_COOKIE, Row, Support, Where, plain},
    slot::{Slot, Spanned, Written},
    value,
    words::{Activity, Csrf, Event, Level, Lifetime, OnDenied, OnLimit, OnMismatch, OnStoreError},
};
use crate::{
    ctxt::Ctxt,
    profiles::{PROFILES, Profile},
    rules::ids,
    suggest,
};

/// Roles as they are written.
pub(crate) type RoleList = Vec<Path>;

/// `deviation(key = "why")`.
#[derive(Clone)]
pub(crate) struct Deviation {
    pub(crate) key: Ident,
    pub(crate) why: LitStr,
}

/// Everything that is written in one attribute.
#[derive(Default)]
pub(crate) struct SessionArgs {
    pub(crate) idle: Slot<u32>,
    pub(crate) absolute: Slot<u32>,
    pub(crate) fresh: Slot<u32>,
    pub(crate) auth: Slot<Level>,
    pub(crate) role: Slot<RoleList>,
    pub(crate) bind: Slot<Vec<Spanned<Bind>>>,
    pub(crate) on_mismatch: Slot<OnMismatch>,
    pub(crate) rotate_on: Slot<Vec<Spanned<Event>>>,
    pub(crate) rotate_every: Slot<u32>,
    pub(crate) grace: Slot<u32>,
    pub(crate) touch: Slot<u32>,
    pub(crate) warn: Slot<u32>,
    pub(crate) csrf: Slot<Csrf>,
    pub(crate) activity: Slot<Activity>,
    pub(crate) on_denied: Slot<OnDenied>,
    pub(crate) on_store_error: Slot<OnStoreError>,
    pub(crate) lifetime: Slot<Lifetime>,
    /// `"off"` is `None`.
    pub(crate) remember: Slot<Option<u32>>,
    pub(crate) max_sessions: Slot<u32>,
    pub(crate) on_limit: Slot<OnLimit>,
    pub(crate) extends: Slot<Path>,
    pub(crate) profile: Slot<Vec<Spanned<&'static Profile>>>,
    pub(crate) deviation: Slot<Vec<Deviation>>,
    pub(crate) public: Slot<()>,
    pub(crate) id: Slot<String>,
    pub(crate) krate: Slot<Path>,
    /// `#[session(Site)]`
    pub(crate) named: Option<Path>,
    /// The policy of the module around it, which the module's own attribute writes here.
    pub(crate) module: Option<Path>,
    /// What it is written on.
    pub(crate) place: Option<Where>,
    /// Whether there is a key that nobody knows: what seems to be missing may be that.
    pub(crate) doubtful: bool,
    /// Every key but `crate` that may stand here, once, also if its value could not be read.
    pub(crate) keys: Vec<Ident>,
}

impl SessionArgs {
    /// Sorts entries into slots; reports what does not belong there.
    pub(crate) fn read(cx: &Ctxt, place: Where, entries: Vec<Entry>) -> Self {
        let mut args = Self { place: Some(place), ..Self::default() };
        for entry in entries {
            match entry {
                // The nearest module tells last and stands first; it knows of those further out.
                Entry::Key(key, Given::Value(path)) if key == HIDDEN_KEY => {
                    args.module = args.module.or_else(|| syn::parse2(path).ok());
                }
                Entry::Key(key, given) => {
                    match find(cx, place, &key) {
                        Some(row) => {
                            if key != "crate" && !args.keys.contains(&key) {
                                args.keys.push(key.clone());
                            }
                            args.fill(cx, row, &key, given);
                        }
                        // A key of the language is no misspelled one, also where it does not belong.
                        None => args.doubtful |= !of_the_language(&key.to_string()),
                    }
                }
                Entry::Path(path) if !matches!(place, Where::Handler | Where::Module) => {
                    let text = value::spelled(&path);
                    cx.error_on(
                        &path,
                        ids::SYNTAX,
                        format_args!("expected a key; to start from a policy write `extends = {text}`"),
                    );
                }
                Entry::Path(path) if args.named.is_some() => {
                    cx.error_on(&path, ids::DUPLICATE_KEY, format_args!("a second policy; {place} has one"));
                }
                Entry::Path(path) => args.named = Some(path),
            }
        }
        args
    }

    fn fill(&mut self, cx: &Ctxt, row: &Row, key: &Ident, given: Given) {
        let example = row.example;
        match row.key {
            Key::Idle => self.idle.fill(cx, key, || value::seconds(cx, key, given, example)),
            Key::Absolute => self.absolute.fill(cx, key, || value::seconds(cx, key, given, example)),
            Key::Fresh => self.fresh.fill(cx, key, || value::seconds(cx, key, given, example)),
            Key::Auth => self.auth.fill(cx, key, || value::word(cx, key, given, example)),
            Key::Role => self.role.fill(cx, key, || value::paths(cx, key, given, example)),
            Key::Bind => {
                let place = self.place.unwrap_or(Where::Handler);
                self.bind.fill(cx, key, || bind::read(cx, place, key, given, example));
            }
            Key::OnMismatch => self.on_mismatch.fill(cx, key, || value::word(cx, key, given, example)),
            Key::RotateOn => self.rotate_on.fill(cx, key, || value::words(cx, key, given, example)),
            Key::RotateEvery => self.rotate_every.fill(cx, key, || value::seconds(cx, key, given, example)),
            Key::Grace => self.grace.fill(cx, key, || value::seconds(cx, key, given, example)),
            Key::Warn => self.warn.fill(cx, key, || value::seconds(cx, key, given, example)),
            Key::Touch => self.touch.fill(cx, key, || value::seconds(cx, key, given, example)),
            Key::Csrf => self.csrf.fill(cx, key, || value::word(cx, key, given, example)),
            Key::Activity => self.activity.fill(cx, key, || value::word(cx, key, given, example)),
            Key::OnDenied => self.on_denied.fill(cx, key, || value::word(cx, key, given, example)),
            Key::OnStoreError => self.on_store_error.fill(cx, key, || value::word(cx, key, given, example)),
            Key::Lifetime => self.lifetime.fill(cx, key, || value::word(cx, key, given, example)),
            Key::Remember => self.remember.fill(cx, key, || value::seconds_or_off(cx, key, given, example)),
            Key::MaxSessions => self.max_sessions.fill(cx, key, || value::count(cx, key, given, example)),
            Key::OnLimit => self.on_limit.fill(cx, key, || value::word(cx, key, given, example)),
            Key::Profile => self.profile.fill(cx, key, || profiles(cx, key, given, example)),
            Key::Extends => self.extends.fill(cx, key, || value::path(cx, key, given, example)),
            Key::Deviation => self.deviation.fill(cx, key, || deviations(cx, key, given)),
            Key::Public => self.public.fill(cx, key, || value::flag(cx, key, given)),
            Key::Id => self.id.fill(cx, key, || value::text(cx, key, given, example)),
            Key::Crate => self.krate.fill(cx, key, || value::krate(cx, key, given)),
        }
    }
}

/// Whether the language has the key, if not here.
fn of_the_language(name: &str) -> bool {
    KEYS.iter().any(|row| row.name == name)
}

impl SessionArgs {
    /// The slot of a key.
    pub(crate) fn slot(&self, key: Key) -> &dyn Written {
        match key {
            Key::Idle => &self.idle,
            Key::Absolute => &self.absolute,
            Key::Fresh => &self.fresh,
            Key::Auth => &self.auth,
            Key::Role => &self.role,
            Key::Bind => &self.bind,
            Key::OnMismatch => &self.on_mismatch,
            Key::RotateOn => &self.rotate_on,
            Key::RotateEvery => &self.rotate_every,
            Key::Grace => &self.grace,
            Key::Touch => &self.touch,
            Key::Warn => &self.warn,
            Key::Csrf => &self.csrf,
            Key::Activity => &self.activity,
            Key::OnDenied => &self.on_denied,
            Key::OnStoreError => &self.on_store_error,
            Key::Lifetime => &self.lifetime,
            Key::Remember => &self.remember,
            Key::MaxSessions => &self.max_sessions,
            Key::OnLimit => &self.on_limit,
            Key::Extends => &self.extends,
            Key::Profile => &self.profile,
            Key::Deviation => &self.deviation,
            Key::Public => &self.public,
            Key::Id => &self.id,
            Key::Crate => &self.krate,
        }
    }
}

/// One profile or a list, none twice.
fn profiles(cx: &Ctxt, key: &Ident, given: Given, example: &str) -> Option<Spanned<Vec<Spanned<&'static Profile>>>> {
    let list = value::items(cx, key, value::tokens(cx, key, given, example)?)?;
    let mut all: Vec<Spanned<&'static Profile>> = Vec::new();
    let mut bad = false;
    for item in list.value {
        let Some(text) = value::string(cx, key, &item, "the name of a profile") else {
            bad = true;
            continue;
        };
        let (written, span) = (text.value(), text.span());
        let Some(value) = Profile::named(&written) else {
            bad = true;
            let names = || PROFILES.iter().map(|profile| profile.name);
            match Profile::met(&written).or_else(|| suggest::closest(&written, names())) {
                Some(near) => {
                    let text = format_args!("unknown profile `\"{written}\"`, did you mean `\"{near}\"`?");
                    cx.error(span, ids::UNKNOWN_VALUE, text);
                }
                None => {
                    let all = suggest::any_of(names());
                    cx.error(
                        span,
                        ids::UNKNOWN_VALUE,
                        format_args!("unknown profile `\"{written}\"`; there are {all}"),
                    );
                }
            }
            continue;
        };
        if all.iter().any(|before| before.value.name == value.name) {
            cx.error(span, ids::DUPLICATE_ENTRY, format_args!("`\"{written}\"` is listed twice; remove one"));
            bad = true;
        } else {
            all.push(Spanned { value, span });
        }
    }
    (!bad).then_some(Spanned { value: all, span: list.span })
}

/// The row of a key that may stand here; everything else is reported.
fn find(cx: &Ctxt, place: Where, key: &Ident) -> Option<&'static Row> {
    let written = key.to_string();
    let here = || KEYS.iter().filter(move |row| row.places.contains(&place)).map(|row| row.name);
    if let Some(row) = KEYS.iter().find(|row| row.name == written) {
        if row.places.contains(&place) {
            return Some(row);
        }
        let where_else = match (row.places, place) {
            (_, Where::Roles) if row.places.contains(&Where::Role) => "write it above a variant".to_owned(),
            ([one], _) => format!("it belongs to {one}"),
            ([Where::Handler, Where::Module], _) => "it belongs to a handler or a module".to_owned(),
            ([Where::Role, Where::Base], _) => "it belongs to a named policy or a role".to_owned(),
            _ => "remove it".to_owned(),
        };
        cx.error(
            key.span(),
            ids::KEY_IN_WRONG_PLACE,
            format_args!("`{written}` is not a key of {place}; {where_else}"),
        );
        return None;
    }
    let bare = plain(&written);
    let met = MET.iter().find(|(theirs, _)| *theirs == bare).map(|(_, ours)| *ours);
    // A slip of the fingers first: `roles` is met above, `rol` here.
    let near = met.or_else(|| suggest::closest(&written, here()));
    match near {
        Some(ours) => {
            let example = KEYS.iter().find(|row| row.name == ours).map_or("", |row| row.example);
            cx.error(
                key.span(),
                ids::UNKNOWN_KEY,
                format_args!("unknown key `{written}`, did you mean `{ours}`? it is written `{example}`"),
            );
        }
        None if OF_THE_COOKIE.contains(&bare.as_str()) => cx.error(
            key.span(),
            ids::UNKNOWN_KEY,
            format_args!(
                "unknown key `{written}`: what the cookie looks like is written in `#[cookie(…)]` \
                 above a struct that derives `SessionCookie`"
            ),
        ),
        None => {
            let now = KEYS.iter().filter(|row| row.places.contains(&place) && row.support == Support::Now);
            let all = suggest::any_of(now.map(|row| row.name));
            cx.error(key.span(), ids::UNKNOWN_KEY, format_args!("unknown key `{written}`; {place} takes {all}"));
        }
    }
    None
}

/// `(key = "why", …)`
fn deviations(cx: &Ctxt, key: &Ident, given: Given) -> Option<Spanned<Vec<Deviation>>> {
    let group = match given {
        Given::Parens(group) => group,
        Given::Reported => return None,
        Given::Nothing | Given::Value(_) => {
            cx.error(
                key.span(),
                ids::WRONG_KIND_OF_VALUE,
                "a deviation names its key; write `deviation(csrf = \"why\")`",
            );
            return None;
        }
    };
    let mut all: Vec<Deviation> = Vec::new();
    let mut bad = false;
    let list = entries(cx, group.stream());
    if list.is_empty() {
        cx.error(group.span(), ids::EMPTY_LIST, "this deviation names no key; write `deviation(csrf = \"why\")`");
        return None;
    }
    for entry in list {
        let (about, given) = match entry {
            Entry::Key(about, given) => (about, given),
            Entry::Path(path) => {
                cx.error_on(&path, ids::SYNTAX, "expected a key and a reason, such as `csrf = \"why\"`");
                bad = true;
                continue;
            }
        };
        let written = about.to_string();
        let known = KEYS.iter().map(|row| row.name);
        if !known.clone().any(|name| name == written) {
            match suggest::closest(&written, known) {
                Some(near) => {
                    cx.error(
                        about.span(),
                        ids::UNKNOWN_KEY,
                        format_args!("unknown key `{written}`, did you mean `{near}`?"),
                    );
                }
                None => cx.error(about.span(), ids::UNKNOWN_KEY, format_args!("unknown key `{written}`")),
            }
            bad = true;
        } else if all.iter().any(|before| before.key == about) {
            cx.error(about.span(), ids::DUPLICATE_KEY, format_args!("`{about}` is written twice; remove one"));
        } else if let Some(why) = value::reason(cx, &about, given, "csrf = \"why\"") {
            let why = LitStr::new(&why.value, why.span);
            all.push(Deviation { key: about, why });
        } else {
            bad = true;
        }
    }
    (!bad).then_some(Spanned { value: all, span: group.span() })
}
