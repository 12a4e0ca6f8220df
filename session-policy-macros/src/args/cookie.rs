//! `#[cookie(…)]`.

use proc_macro2::Ident;
use syn::Path;

use super::{
    entries::{Entry, Given},
    keys::plain,
    slot::Slot,
    value,
    words::SameSite,
};
use crate::{ctxt::Ctxt, rules::ids, suggest};

/// Everything that is written in one attribute.
#[derive(Default)]
pub(crate) struct CookieArgs {
    pub(crate) name: Slot<String>,
    pub(crate) same_site: Slot<SameSite>,
    pub(crate) path: Slot<String>,
    pub(crate) domain: Slot<String>,
    pub(crate) partitioned: Slot<()>,
    pub(crate) purpose: Slot<String>,
    pub(crate) krate: Slot<Path>,
}

const KEYS: [&str; 7] = ["name", "same_site", "path", "domain", "partitioned", "purpose", "crate"];

impl CookieArgs {
    pub(crate) fn read(cx: &Ctxt, entries: Vec<Entry>) -> Self {
        let mut args = Self::default();
        for entry in entries {
            match entry {
                Entry::Key(key, given) => args.fill(cx, &key, given),
                Entry::Path(path) => cx.error_on(&path, ids::SYNTAX, "expected a key such as `name`"),
            }
        }
        args
    }

    fn fill(&mut self, cx: &Ctxt, key: &Ident, given: Given) {
        match key.to_string().as_str() {
            "name" => self.name.fill(cx, key, || value::text(cx, key, given, "name = \"__Host-id\"")),
            "same_site" => self.same_site.fill(cx, key, || value::word(cx, key, given, "same_site = \"strict\"")),
            "path" => self.path.fill(cx, key, || value::text(cx, key, given, "path = \"/app\"")),
            "domain" => self.domain.fill(cx, key, || value::text(cx, key, given, "domain = \"example.com\"")),
            "partitioned" => self.partitioned.fill(cx, key, || value::flag(cx, key, given)),
            "purpose" => self.purpose.fill(cx, key, || value::reason(cx, key, given, "purpose = \"why\"")),
            "crate" => self.krate.fill(cx, key, || value::krate(cx, key, given)),
            other => unknown(cx, key, other, &given),
        }
    }
}

fn unknown(cx: &Ctxt, key: &Ident, written: &str, given: &Given) {
    let bare = plain(written);
    match bare.as_str() {
        "secure" | "httponly" => {
            let name = if bare == "secure" { "Secure" } else { "HttpOnly" };
            let off = matches!(given, Given::Value(tokens) if tokens.to_string().contains("false"));
            if off {
                cx.error(
                    key.span(),
                    ids::UNSAFE_VALUE,
                    format_args!("`{name}` cannot be turned off (OWASP ASVS 5.0 3.3.1, 3.3.4); remove `{written}`"),
                );
            } else {
                cx.error(
                    key.span(),
                    ids::UNKNOWN_KEY,
                    format_args!("the cookie always has `{name}`; remove `{written}`"),
                );
            }
        }
        "maxage" | "expires" | "lifetime" => cx.error(
            key.span(),
            ids::UNKNOWN_KEY,
            format_args!("unknown key `{written}`: how long a session lives is its policy's `idle` and `absolute`"),
        ),
        _ => match suggest::closest(written, KEYS).or((bare == "samesite").then_some("same_site")) {
            Some(near) => {
                cx.error(key.span(), ids::UNKNOWN_KEY, format_args!("unknown key `{written}`, did you mean `{near}`?"));
            }
            None => {
                let all = suggest::any_of(KEYS);
                cx.error(key.span(), ids::UNKNOWN_KEY, format_args!("unknown key `{written}`; a cookie takes {all}"));
            }
        },
    }
}
