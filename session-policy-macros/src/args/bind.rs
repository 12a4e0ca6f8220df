//! `bind`: kinds of client properties, some with a parameter.

use proc_macro2::{Ident, Span};

use super::{
    entries::Given,
    keys::{Support, Where, plain},
    slot::Spanned,
    value,
};
use crate::{ctxt::Ctxt, rules::ids, suggest};

/// One entry of `bind`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bind {
    /// `"ua"`
    Ua,
    /// `"ip"`, `"ip/24"`, `"ip/24/64"`: the prefixes.
    Ip { v4: u8, v6: u8 },
    /// `"header:Name"`
    Header(String),
    /// `"dbsc"`, and whether a browser without it is let in.
    Dbsc { optional: bool },
}

/// How each kind is written, and whether this version carries it out.
const KINDS: &[(&str, Support)] = &[
    ("ua", Support::Now),
    ("ip", Support::Later),
    ("ip/24", Support::Later),
    ("ip/24/64", Support::Later),
    ("header:Name", Support::Later),
    ("dbsc", Support::Later),
    ("dbsc-optional", Support::Later),
];

/// What other frameworks call it, in lower case without separators, and ours.
const MET: &[(&str, &str)] = &[
    ("useragent", "ua"),
    ("agent", "ua"),
    ("browser", "ua"),
    ("ipaddress", "ip"),
    ("address", "ip"),
    ("ipv4", "ip"),
    ("ipv6", "ip"),
    ("subnet", "ip/24"),
    ("device", "dbsc"),
    ("dbscoptional", "dbsc-optional"),
];

/// The longest prefixes: an IPv4 address, and what temporary IPv6 addresses (RFC 8981) move inside.
const LONGEST_V4: u8 = 32;
const LONGEST_V6: u8 = 64;

impl Bind {
    /// Its first words, which decide about the default of `on_mismatch` and what counts as twice.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Ua => "ua".to_owned(),
            Self::Ip { .. } => "ip".to_owned(),
            Self::Header(name) => format!("header:{}", name.to_ascii_lowercase()),
            Self::Dbsc { .. } => "dbsc".to_owned(),
        }
    }

    /// Whether this version carries it out.
    pub(crate) fn support(&self) -> Support {
        let name = match self {
            Self::Ua => "ua",
            Self::Ip { .. } => "ip",
            Self::Header(_) => "header:Name",
            Self::Dbsc { optional: false } => "dbsc",
            Self::Dbsc { optional: true } => "dbsc-optional",
        };
        KINDS.iter().find(|(kind, _)| *kind == name).map_or(Support::Later, |(_, support)| *support)
    }
}

/// One kind or a list, none twice.
pub(super) fn read(
    cx: &Ctxt,
    place: Where,
    key: &Ident,
    given: Given,
    example: &str,
) -> Option<Spanned<Vec<Spanned<Bind>>>> {
    let list = value::items(cx, key, value::tokens(cx, key, given, example)?)?;
    let mut all: Vec<Spanned<Bind>> = Vec::new();
    let mut bad = false;
    for item in list.value {
        let text = value::string(cx, key, &item, &allowed());
        let Some(bind) = text.and_then(|text| one(cx, place, &text.value(), text.span())) else {
            bad = true;
            continue;
        };
        if all.iter().any(|before| before.value.kind() == bind.value.kind()) {
            let kind = bind.value.kind();
            let text = format_args!("`\"{kind}\"` is listed twice; remove one");
            cx.error(bind.span, ids::DUPLICATE_ENTRY, text);
            bad = true;
        } else {
            all.push(bind);
        }
    }
    (!bad).then_some(Spanned { value: all, span: list.span })
}

fn allowed() -> String {
    let now = KINDS.iter().filter(|(_, support)| *support == Support::Now);
    let now: Vec<String> = now.map(|(kind, _)| format!("\"{kind}\"")).collect();
    suggest::any_of(now.iter().map(String::as_str))
}

fn one(cx: &Ctxt, place: Where, written: &str, span: Span) -> Option<Spanned<Bind>> {
    let value = match written {
        "ua" => Some(Bind::Ua),
        "ip" => Some(Bind::Ip { v4: LONGEST_V4, v6: LONGEST_V6 }),
        "dbsc" => Some(Bind::Dbsc { optional: false }),
        "dbsc-optional" => Some(Bind::Dbsc { optional: true }),
        _ => match (written.strip_prefix("ip/"), written.strip_prefix("header:")) {
            (Some(prefixes), _) => prefix(cx, prefixes, span),
            (_, Some(name)) => header(cx, place, name, span),
            _ => {
                unknown(cx, written, span);
                None
            }
        },
    };
    value.map(|value| Spanned { value, span })
}

fn prefix(cx: &Ctxt, written: &str, span: Span) -> Option<Bind> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let (v4, v6) = match written.split_once('/') {
        Some((v4, v6)) => (number(v4), number(v6)),
        None => (number(written), Some(u32::from(LONGEST_V6))),
    };
    let (Some(v4), Some(v6)) = (v4, v6) else {
        cx.error(span, ids::IP_PREFIX, "prefixes are numbers; write `\"ip/24\"`, or `\"ip/24/64\"` for both versions");
        return None;
    };
    let text = if v4 > u32::from(LONGEST_V4) {
        format!("an IPv4 prefix is at most /{LONGEST_V4}, but this is /{v4}; write `\"ip/24\"`")
    } else if v6 > u32::from(LONGEST_V6) {
        format!(
            "an IPv6 prefix is at most /{LONGEST_V6}, but this is /{v6}: temporary addresses move inside a /64 (RFC 8981); \
             write `\"ip/{v4}/64\"`"
        )
    } else if v4 == 0 || v6 == 0 {
        "a prefix of 0 holds every address, so it binds nothing; write `\"ip/24\"`, or remove it".to_owned()
    } else {
        let narrow = |prefix: u32, longest: u8| u8::try_from(prefix).unwrap_or(longest);
        return Some(Bind::Ip { v4: narrow(v4, LONGEST_V4), v6: narrow(v6, LONGEST_V6) });
    };
    cx.error(span, ids::IP_PREFIX, text);
    None
}

fn header(cx: &Ctxt, place: Where, name: &str, span: Span) -> Option<Bind> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() {
        cx.error(span, ids::HEADER_NAME, "a header's name is missing; write one such as `\"header:X-Device\"`");
        return None;
    }
    if let Some(bad) = name.chars().find(|c| !c.is_ascii() || !u8::try_from(*c).is_ok_and(token)) {
        cx.error(
            span,
            ids::HEADER_NAME,
            format_args!(
                "{bad:?} cannot stand in a header's name, which is a token (RFC 9110); write letters, digits and `-`"
            ),
        );
        return None;
    }
    if name.eq_ignore_ascii_case("cookie") {
        let text = "`Cookie` carries the token, which changes, so it would never match; remove it";
        cx.error(span, ids::HEADER_NAME, text);
        return None;
    }
    if !matches!(place, Where::Role | Where::Base) {
        cx.error(
            span,
            ids::KEY_IN_WRONG_PLACE,
            format_args!(
                "`\"header:…\"` is captured at login, so it is not for {place}; it belongs to a named policy or a role"
            ),
        );
        return None;
    }
    Some(Bind::Header(name.to_owned()))
}

fn unknown(cx: &Ctxt, written: &str, span: Span) {
    let bare = plain(written);
    let met = MET.iter().find(|(theirs, _)| *theirs == bare).map(|(_, ours)| *ours);
    let near = met.or_else(|| suggest::closest(written, KINDS.iter().map(|(kind, _)| *kind)));
    match near {
        Some(near) => {
            let text = format_args!("unknown value `\"{written}\"`, did you mean `\"{near}\"`?");
            cx.error(span, ids::UNKNOWN_VALUE, text);
        }
        None => {
            let allowed = allowed();
            let text = format_args!("unknown value `\"{written}\"`; `bind` takes {allowed}");
            cx.error(span, ids::UNKNOWN_VALUE, text);
        }
    }
}
