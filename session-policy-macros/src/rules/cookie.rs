//! Rules about a session cookie (RFC 6265bis, RFC 9110, OWASP ASVS 5.0 chapter 3).

use super::{Report, Rule, ids};
use crate::args::{CookieArgs, SameSite, Slot, Spanned};

pub(crate) const RULES: &[Rule<CookieArgs>] = &[
    Rule::new(ids::COOKIE_NAME_NOT_TOKEN, name_not_token),
    Rule::new(ids::COOKIE_NAME_PREFIX, name_prefix),
    Rule::new(ids::COOKIE_NAME_OF_FRAMEWORK, name_of_framework),
    Rule::new(ids::COOKIE_TOO_LONG, too_long),
    Rule::new(ids::HOST_PREFIX_WITH_DOMAIN, host_prefix_with_domain),
    Rule::new(ids::HOST_PREFIX_WITH_PATH, host_prefix_with_path),
    Rule::new(ids::COOKIE_PATH, path),
    Rule::new(ids::COOKIE_DOMAIN, domain),
    Rule::new(ids::COOKIE_WITHOUT_PURPOSE, without_purpose),
    Rule::new(ids::PURPOSE_OF_NOTHING, purpose_of_nothing),
    Rule::new(ids::PARTITIONED_WITHOUT_NONE, partitioned_without_none),
];

const HOST: &str = "__Host-";
const SECURE: &str = "__Secure-";

/// The default names of well-known frameworks, in lower case: they tell an attacker what runs, and collide.
const OF_FRAMEWORKS: &[&str] = &[
    ".aspnetcore.cookies",
    ".aspnetcore.session",
    "_session_id",
    "asp.net_sessionid",
    "cfid",
    "cftoken",
    "ci_session",
    "connect.sid",
    "express.sid",
    "jsessionid",
    "koa.sess",
    "laravel_session",
    "phpsessid",
    "play_session",
    "rack.session",
    "session",
    "sessionid",
    "symfony",
    "wordpress_logged_in",
];

/// Browsers ignore a cookie whose name and value together are longer.
const LONGEST_PAIR: usize = 4096;
/// Our token.
const VALUE: usize = 43;
/// Browsers ignore an attribute that is longer.
const LONGEST_ATTRIBUTE: usize = 1024;

fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// The name without its prefix, if that is spelled as it must be.
fn stem(name: &str) -> Option<&str> {
    name.strip_prefix(HOST).or_else(|| name.strip_prefix(SECURE))
}

/// The name, if rules about its parts make sense.
fn name(args: &CookieArgs) -> Option<&Spanned<String>> {
    args.name.get().filter(|name| is_token(&name.value))
}

/// Whether `__Host-` is the prefix; it is by default. Unknown while the name is wrong.
fn is_host(args: &CookieArgs) -> Option<bool> {
    match args.name.get() {
        None => (!args.name.is_written()).then_some(true),
        Some(name) => stem(&name.value).map(|_| name.value.starts_with(HOST)),
    }
}

fn name_not_token(args: &CookieArgs, report: &Report<'_>) {
    let Some(name) = args.name.get().filter(|name| !is_token(&name.value)) else { return };
    match name.value.chars().find(|c| !c.is_ascii() || !is_token(&c.to_string())) {
        None => report.at(name.span, "the cookie's name is empty; write one such as `\"__Host-id\"`"),
        Some(bad) => report.at(
            name.span,
            format_args!(
                "{bad:?} cannot stand in a cookie's name, which is a token (RFC 9110); write letters, \
                 digits, `-` and `_`"
            ),
        ),
    }
}

fn name_prefix(args: &CookieArgs, report: &Report<'_>) {
    let Some(Spanned { value, span }) = name(args) else { return };
    let lower = value.to_ascii_lowercase();
    match stem(value) {
        Some("") => report
            .at(*span, format_args!("`\"{value}\"` is a prefix without a name; write one such as `\"{value}id\"`")),
        Some(_) => {}
        None => {
            let misspelled = [HOST, SECURE].into_iter().find(|prefix| lower.starts_with(&prefix.to_ascii_lowercase()));
            match misspelled.and_then(|prefix| Some((prefix, value.get(prefix.len()..)?))) {
                Some((prefix, rest)) => report.at(
                    *span,
                    format_args!(
                        "browsers honour the prefix in this spelling, servers may not (RFC 6265bis); \
                         write `\"{prefix}{rest}\"`"
                    ),
                ),
                None if args.domain.is_written() || args.path.is_written() => report.at(
                    *span,
                    format_args!(
                        "without a prefix, any page on a neighbouring host can plant this cookie \
                         (OWASP ASVS 5.0 3.3.1); write `\"{SECURE}{value}\"`"
                    ),
                ),
                None => report.at(
                    *span,
                    format_args!(
                        "without a prefix, any page on a neighbouring host can plant this cookie \
                         (OWASP ASVS 5.0 3.3.3); write `\"{HOST}{value}\"`"
                    ),
                ),
            }
        }
    }
}

fn name_of_framework(args: &CookieArgs, report: &Report<'_>) {
    let Some(Spanned { value, span }) = name(args) else { return };
    let bare = stem(value).unwrap_or(value);
    if OF_FRAMEWORKS.contains(&bare.to_ascii_lowercase().as_str()) {
        report.at(
            *span,
            format_args!(
                "`{bare}` is the default name of a well-known framework and tells strangers what runs \
                 here; write one of your own, such as `\"{HOST}id\"`"
            ),
        );
    }
}

fn too_long(args: &CookieArgs, report: &Report<'_>) {
    if let Some(Spanned { value, span }) = args.name.get()
        && LONGEST_PAIR - VALUE < value.len()
    {
        let n = value.len();
        report.at(
            *span,
            format_args!(
                "name ({n}) and value ({VALUE}) are longer than {LONGEST_PAIR} bytes, so browsers \
                 ignore the cookie (RFC 6265bis); write a shorter name"
            ),
        );
    }
    for (key, slot) in [("path", &args.path), ("domain", &args.domain)] {
        if let Some(Spanned { value, span }) = slot.get()
            && LONGEST_ATTRIBUTE < value.len()
        {
            report.at(
                *span,
                format_args!(
                    "`{key}` is longer than {LONGEST_ATTRIBUTE} bytes, so browsers ignore it (RFC \
                     6265bis); write a shorter one"
                ),
            );
        }
    }
}

fn host_prefix_with_domain(args: &CookieArgs, report: &Report<'_>) {
    if let Some(domain) = args.domain.get()
        && is_host(args) == Some(true)
    {
        report.at(
            domain.span,
            format_args!(
                "browsers refuse a `{HOST}` cookie with a `domain` (RFC 6265bis); remove `domain`, or \
                 write a `name` with `{SECURE}`"
            ),
        );
    }
}

fn host_prefix_with_path(args: &CookieArgs, report: &Report<'_>) {
    if let Some(path) = args.path.get().filter(|path| path.value != "/")
        && is_host(args) == Some(true)
    {
        report.at(
            path.span,
            format_args!(
                "browsers refuse a `{HOST}` cookie with another path than `/` (RFC 6265bis); remove \
                 `path`, or write a `name` with `{SECURE}`"
            ),
        );
    }
}

fn path(args: &CookieArgs, report: &Report<'_>) {
    let Some(Spanned { value, span }) = args.path.get() else { return };
    if !value.starts_with('/') {
        report.at(*span, "browsers ignore a path that does not begin with `/` (RFC 6265bis); write it with one");
    } else if let Some(bad) = value.chars().find(|c| *c == ';' || !matches!(c, ' '..='~')) {
        report.at(*span, format_args!("{bad:?} cannot stand in a cookie's path (RFC 6265bis); percent-encode it"));
    }
}

fn domain(args: &CookieArgs, report: &Report<'_>) {
    let Some(Spanned { value, span }) = args.domain.get() else { return };
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if let Some(rest) = value.strip_prefix('.') {
        report.at(*span, format_args!("browsers ignore the leading dot (RFC 6265bis); write `\"{rest}\"`"));
    } else if value.parse::<std::net::IpAddr>().is_ok() {
        report.at(*span, "an address has no subdomains to share a cookie with; remove `domain`");
    } else if !value.split('.').all(label) {
        report.at(*span, "this is not a host name; write one such as `\"example.com\"`, without scheme and port");
    } else if !value.contains('.') {
        report.at(*span, "browsers refuse a cookie for a whole top-level domain; write one such as `\"example.com\"`");
    }
}

/// What needs a purpose: `same_site = "none"`, a `domain`.
fn needs(args: &CookieArgs) -> impl Iterator<Item = (&'static str, proc_macro2::Span)> + use<> {
    let none = args.same_site.get().filter(|same_site| same_site.value == SameSite::None);
    let none = none.map(|none| ("sends the session on requests that other sites start", none.span));
    let domain = args.domain.get().map(|domain| ("gives the session to every subdomain", domain.span));
    none.into_iter().chain(domain)
}

fn without_purpose(args: &CookieArgs, report: &Report<'_>) {
    if !args.purpose.is_written() {
        for (what, span) in needs(args) {
            report.at(
                span,
                format_args!("this {what} (OWASP ASVS 5.0 3.3.2, 3.3.3); remove it, or write why: `purpose = \"…\"`"),
            );
        }
    }
}

fn purpose_of_nothing(args: &CookieArgs, report: &Report<'_>) {
    fn unread<T>(slot: &Slot<T>) -> bool {
        slot.is_written() && slot.get().is_none()
    }
    if let Some(key) = args.purpose.key()
        && needs(args).next().is_none()
        && !unread(&args.same_site)
        && !unread(&args.domain)
    {
        report.at(
            key.span(),
            "`purpose` can have no effect: only `same_site = \"none\"` and `domain` need one; remove it",
        );
    }
}

fn partitioned_without_none(args: &CookieArgs, report: &Report<'_>) {
    let same_site = &args.same_site;
    let unread = same_site.is_written() && same_site.get().is_none();
    if let Some(key) = args.partitioned.key()
        && !unread
        && same_site.value() != Some(&SameSite::None)
    {
        report.at(
            key.span(),
            "`partitioned` can have no effect: embedded in another site, the cookie is only sent with \
             `same_site = \"none\"`; write that or remove it",
        );
    }
}
