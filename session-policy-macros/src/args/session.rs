//! `#[session(…)]`.

use proc_macro2::Ident;
use syn::{LitStr, Path};

use super::{
    entries::{Entry, Given, entries},
    keys::{KEYS, Key, LATER, MET, OF_THE_COOKIE, Row, Where, plain},
    slot::{Slot, Spanned},
    value,
    words::{Activity, Bind, Csrf, Event, Level, OnDenied, OnMismatch, OnStoreError},
};
use crate::{ctxt::Ctxt, rules::ids, suggest};

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
    pub(crate) touch: Slot<u32>,
    pub(crate) csrf: Slot<Csrf>,
    pub(crate) activity: Slot<Activity>,
    pub(crate) on_denied: Slot<OnDenied>,
    pub(crate) on_store_error: Slot<OnStoreError>,
    pub(crate) extends: Slot<Path>,
    pub(crate) deviation: Slot<Vec<Deviation>>,
    pub(crate) public: Slot<()>,
    pub(crate) id: Slot<String>,
    pub(crate) krate: Slot<Path>,
    /// `#[session(Site)]`
    pub(crate) named: Option<Path>,
    /// Whether there is a key that nobody knows: what seems to be missing may be that.
    pub(crate) doubtful: bool,
    /// Every key but `crate`, as written, also those that could not be read.
    pub(crate) keys: Vec<Ident>,
}

impl SessionArgs {
    /// Sorts entries into slots; reports what does not belong there.
    pub(crate) fn read(cx: &Ctxt, place: Where, entries: Vec<Entry>) -> Self {
        let mut args = Self::default();
        for entry in entries {
            match entry {
                Entry::Key(key, given) => {
                    if key != "crate" {
                        args.keys.push(key.clone());
                    }
                    match find(cx, place, &key) {
                        Some(row) => args.fill(cx, row, &key, given),
                        None => args.doubtful = true,
                    }
                }
                Entry::Path(path) if place != Where::Handler => {
                    let text = value::spelled(&path);
                    cx.error_on(
                        &path,
                        ids::SYNTAX,
                        format_args!("expected a key; to start from a policy write `extends = {text}`"),
                    );
                }
                Entry::Path(path) if args.named.is_some() => {
                    cx.error_on(&path, ids::DUPLICATE_KEY, "a second policy; a handler has one");
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
            Key::Bind => self.bind.fill(cx, key, || value::words(cx, key, given, example)),
            Key::OnMismatch => self.on_mismatch.fill(cx, key, || value::word(cx, key, given, example)),
            Key::RotateOn => self.rotate_on.fill(cx, key, || value::words(cx, key, given, example)),
            Key::Touch => self.touch.fill(cx, key, || value::seconds(cx, key, given, example)),
            Key::Csrf => self.csrf.fill(cx, key, || value::word(cx, key, given, example)),
            Key::Activity => self.activity.fill(cx, key, || value::word(cx, key, given, example)),
            Key::OnDenied => self.on_denied.fill(cx, key, || value::word(cx, key, given, example)),
            Key::OnStoreError => self.on_store_error.fill(cx, key, || value::word(cx, key, given, example)),
            Key::Extends => self.extends.fill(cx, key, || value::path(cx, key, given, example)),
            Key::Deviation => self.deviation.fill(cx, key, || deviations(cx, key, given)),
            Key::Public => self.public.fill(cx, key, || value::flag(cx, key, given)),
            Key::Id => self.id.fill(cx, key, || value::text(cx, key, given, example)),
            Key::Crate => self.krate.fill(cx, key, || value::krate(cx, key, given)),
        }
    }
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
    if LATER.contains(&written.as_str()) {
        cx.error(key.span(), ids::NOT_SUPPORTED, format_args!("`{written}` is not supported by this version"));
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
            let all = suggest::any_of(here());
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
        let known = KEYS.iter().map(|row| row.name).chain(LATER.iter().copied());
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
