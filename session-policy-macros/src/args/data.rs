//! `#[data(…)]`.

use proc_macro2::Ident;
use syn::Path;

use super::{
    entries::{Entry, Given},
    keys::{Support, plain},
    slot::{Slot, Written},
    value,
    words::{Carry, Until},
};
use crate::{ctxt::Ctxt, rules::ids, suggest};

/// Everything that is written in one attribute.
#[derive(Default)]
pub(crate) struct DataArgs {
    pub(crate) key: Slot<String>,
    pub(crate) carry: Slot<Carry>,
    pub(crate) ttl: Slot<u32>,
    pub(crate) until: Slot<Until>,
    pub(crate) once: Slot<()>,
    pub(crate) krate: Slot<Path>,
    /// Whether there is a key that nobody knows: what seems to be missing may be that.
    pub(crate) doubtful: bool,
}

const KEYS: [(&str, Support); 6] = [
    ("key", Support::Now),
    ("carry", Support::Now),
    ("ttl", Support::Later),
    ("until", Support::Later),
    ("once", Support::Later),
    ("crate", Support::Now),
];

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
            "ttl" => self.ttl.fill(cx, key, || value::seconds(cx, key, given, "ttl = \"1h\"")),
            "until" => self.until.fill(cx, key, || value::word(cx, key, given, "until = \"browser_close\"")),
            "once" => self.once.fill(cx, key, || value::flag(cx, key, given)),
            written => {
                self.doubtful = true;
                unknown(cx, key, written);
            }
        }
    }
}

impl DataArgs {
    /// The slots of the keys that this version does not carry out.
    pub(crate) fn later(&self) -> impl Iterator<Item = &dyn Written> {
        KEYS.iter().filter(|(_, support)| *support == Support::Later).filter_map(|(name, _)| {
            let slot: &dyn Written = match *name {
                "key" => &self.key,
                "carry" => &self.carry,
                "ttl" => &self.ttl,
                "until" => &self.until,
                "once" => &self.once,
                "crate" => &self.krate,
                _ => return None,
            };
            Some(slot)
        })
    }
}

fn unknown(cx: &Ctxt, key: &Ident, written: &str) {
    let met = match plain(written).as_str() {
        "name" => Some("key"),
        "expires" | "maxage" | "lifetime" | "timeout" => Some("ttl"),
        "flash" => Some("once"),
        _ => None,
    };
    match met.or_else(|| suggest::closest(written, KEYS.map(|(name, _)| name))) {
        Some(near) => {
            cx.error(key.span(), ids::UNKNOWN_KEY, format_args!("unknown key `{written}`, did you mean `{near}`?"));
        }
        None => {
            let all =
                suggest::any_of(KEYS.iter().filter(|(_, support)| *support == Support::Now).map(|(name, _)| *name));
            cx.error(key.span(), ids::UNKNOWN_KEY, format_args!("unknown key `{written}`; session data takes {all}"));
        }
    }
}
