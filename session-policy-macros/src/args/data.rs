//! `#[data(…)]`.

use proc_macro2::Ident;
use syn::Path;

use super::{
    entries::{Entry, Given},
    slot::Slot,
    value,
    words::Carry,
};
use crate::{ctxt::Ctxt, rules::ids, suggest};

/// Everything that is written in one attribute.
#[derive(Default)]
pub(crate) struct DataArgs {
    pub(crate) key: Slot<String>,
    pub(crate) carry: Slot<Carry>,
    pub(crate) krate: Slot<Path>,
    /// Whether there is a key that nobody knows: what seems to be missing may be that.
    pub(crate) doubtful: bool,
}

const KEYS: [&str; 3] = ["key", "carry", "crate"];
/// Keys of the language that this version does not support.
const LATER: [&str; 3] = ["ttl", "until", "once"];

impl DataArgs {
    pub(crate) fn read(cx: &Ctxt, entries: Vec<Entry>) -> Self {
        let mut args = Self::default();
        for entry in entries {
            match entry {
                Entry::Key(key, given) => args.fill(cx, &key, given),
                Entry::Path(path) => cx.error_on(&path, ids::SYNTAX, "expected a key such as `key = \"cart\"`"),
            }
        }
        args
    }

    fn fill(&mut self, cx: &Ctxt, key: &Ident, given: Given) {
        match key.to_string().as_str() {
            "key" => self.key.fill(cx, key, || value::text(cx, key, given, "key = \"cart\"")),
            "carry" => self.carry.fill(cx, key, || value::word(cx, key, given, "carry = \"login\"")),
            "crate" => self.krate.fill(cx, key, || value::krate(cx, key, given)),
            later if LATER.contains(&later) => {
                cx.error(key.span(), ids::NOT_SUPPORTED, format_args!("`{later}` is not supported by this version"));
            }
            written => {
                self.doubtful = true;
                unknown(cx, key, written);
            }
        }
    }
}

fn unknown(cx: &Ctxt, key: &Ident, written: &str) {
    match suggest::closest(written, KEYS).or((written == "name").then_some("key")) {
        Some(near) => {
            cx.error(key.span(), ids::UNKNOWN_KEY, format_args!("unknown key `{written}`, did you mean `{near}`?"));
        }
        None => {
            let all = suggest::any_of(KEYS);
            cx.error(key.span(), ids::UNKNOWN_KEY, format_args!("unknown key `{written}`; session data takes {all}"));
        }
    }
}
