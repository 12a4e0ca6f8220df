//! Published controls, what meets them here, and when. A control is listed only if the runtime enforces it; what an
//! application must do itself (a logout button, a list of sessions) is not claimed.
//!
//! Sources: OWASP ASVS 5.0.0, chapters V3, V7, V8, V11, V14, V16; NIST SP 800-63B-4 (final, August 2025), §2 and §5; OWASP
//! Session Management Cheat Sheet. The words are ours.

use super::model::{Control, GuardKind, Held, Met, Report, Route, values};
use crate::duration;

/// A row of the table.
struct Claim {
    standard: &'static str,
    id: &'static str,
    strength: &'static str,
    gist: &'static str,
    by: &'static str,
    condition: &'static str,
    judge: fn(&Report) -> Judged,
}

struct Judged {
    met: Met,
    detail: String,
}

const ASVS: &str = "OWASP ASVS 5.0";
const NIST: &str = "NIST SP 800-63B-4";
const CHEAT_SHEET: &str = "OWASP Session Management Cheat Sheet";
const ALWAYS: &str = "always";
const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;

const fn asvs(
    id: &'static str,
    strength: &'static str,
    gist: &'static str,
    by: &'static str,
    condition: &'static str,
    judge: fn(&Report) -> Judged,
) -> Claim {
    Claim { standard: ASVS, id, strength, gist, by, condition, judge }
}

const fn nist(
    id: &'static str,
    strength: &'static str,
    gist: &'static str,
    by: &'static str,
    condition: &'static str,
    judge: fn(&Report) -> Judged,
) -> Claim {
    Claim { standard: NIST, id, strength, gist, by, condition, judge }
}

const CLAIMS: &[Claim] = &[
    asvs(
        "v5.0.0-3.3.1",
        "L1",
        "Cookies are `Secure`, with the prefix `__Secure-` or `__Host-`.",
        "`#[cookie(name)]`",
        "the name has one of the prefixes",
        prefixed,
    ),
    asvs(
        "v5.0.0-3.3.2",
        "L2",
        "`SameSite` is set to suit the cookie's purpose.",
        "`#[cookie(same_site)]`",
        "`lax` or `strict`, or a stated purpose",
        same_site,
    ),
    asvs(
        "v5.0.0-3.3.3",
        "L2",
        "`__Host-`, unless the cookie is meant to be shared with other hosts.",
        "`#[cookie(name, domain)]`",
        "the prefix `__Host-`, or a domain with a stated purpose",
        host_prefixed,
    ),
    asvs(
        "v5.0.0-3.3.4",
        "L2",
        "`HttpOnly`, and the token travels by `Set-Cookie` alone.",
        "cookie, token",
        ALWAYS,
        always,
    ),
    asvs(
        "v5.0.0-3.3.5",
        "L3",
        "Name and value of the cookie are at most 4096 bytes.",
        "`#[cookie(name)]`",
        "the name leaves room for the 43 characters of the token",
        small,
    ),
    asvs(
        "v5.0.0-3.5.1",
        "L1",
        "Requests with effects are shown to come from the application itself.",
        "`csrf`",
        "`csrf` is not `off` on any guarded route",
        origin_checked,
    ),
    asvs(
        "v5.0.0-7.1.2",
        "L2",
        "How many sessions an account may have at once, and what one more does, is decided and written down.",
        "`max_sessions`, `on_limit`",
        "every session has a limit",
        limited_sessions,
    ),
    asvs("v5.0.0-7.2.1", "L1", "Tokens are verified on the server.", "before the handler", ALWAYS, always),
    asvs("v5.0.0-7.2.2", "L1", "Tokens are made for the session, not static secrets.", "token", ALWAYS, always),
    asvs(
        "v5.0.0-7.2.3",
        "L1",
        "Reference tokens are unique, from a CSPRNG, with at least 128 bits.",
        "token (256 bits)",
        "the builder's `random` is the default one",
        system_random,
    ),
    asvs(
        "v5.0.0-7.2.4",
        "L1",
        "Authentication and re-authentication issue a new token and end the old one.",
        "rotation",
        ALWAYS,
        always,
    ),
    asvs("v5.0.0-7.3.1", "L2", "An inactivity limit enforces authentication.", "`idle`", ALWAYS, longest_idle),
    asvs("v5.0.0-7.3.2", "L2", "An absolute limit enforces authentication.", "`absolute`", ALWAYS, longest_absolute),
    asvs(
        "v5.0.0-7.4.1",
        "L1",
        "A session that was ended or has expired cannot be used again.",
        "limits, lowering",
        ALWAYS,
        always,
    ),
    asvs(
        "v5.0.0-7.5.1",
        "L2",
        "Full authentication again before changes to sensitive account data.",
        "`fresh`",
        "on routes with `fresh`; which ones need it is the application's to say",
        fresh_routes,
    ),
    asvs(
        "v5.0.0-7.5.3",
        "L3",
        "Another factor or a second look before highly sensitive operations.",
        "`fresh`",
        "on routes with `fresh`; which ones need it is the application's to say",
        fresh_routes,
    ),
    asvs(
        "v5.0.0-8.3.1",
        "L1",
        "Access is decided on the server.",
        "`role`",
        "on routes with `role`; decisions about single objects are the application's",
        role_routes,
    ),
    asvs(
        "v5.0.0-11.5.1",
        "L2",
        "Values that must not be guessed come from a CSPRNG with at least 128 bits.",
        "token (256 bits)",
        "for the token; the builder's `random` is the default one",
        system_random,
    ),
    asvs("v5.0.0-14.2.1", "L1", "No token in a URL.", "token", ALWAYS, always),
    asvs(
        "v5.0.0-14.3.2",
        "L2",
        "Answers with sensitive data forbid caching.",
        "never cached",
        "on routes with a policy that is not `public`",
        guarded_routes,
    ),
    asvs(
        "v5.0.0-16.2.5",
        "L2",
        "Tokens are not logged in the clear.",
        "token",
        "for events and `Debug` of this library",
        always,
    ),
    asvs("v5.0.0-16.5.3", "L2", "No failure opens a door.", "failure is closed", ALWAYS, always),
    nist(
        "§2.1.3",
        "SHOULD",
        "AAL1: an overall limit of at most 30 days.",
        "`absolute`",
        "no session lives longer",
        |report| limits(report, 30 * DAY, None),
    ),
    nist(
        "§2.2.3",
        "SHOULD",
        "AAL2: an overall limit of at most 24 hours, inactivity of at most 1 hour.",
        "`absolute`, `idle`",
        "no session lives longer; limits only, not authenticators",
        |report| limits(report, 24 * HOUR, Some(HOUR)),
    ),
    nist(
        "§2.3.3",
        "SHALL",
        "AAL3: an overall limit of at most 12 hours (SHALL), inactivity of at most 15 minutes (SHOULD).",
        "`absolute`, `idle`",
        "no session lives longer; limits only, not authenticators",
        |report| limits(report, 12 * HOUR, Some(15 * 60)),
    ),
    nist(
        "§5.1",
        "SHALL",
        "Secrets come from an approved generator, with at least 64 bits, made at the authentication.",
        "token, rotation",
        "the builder's `random` is the default one, and the system's generator is approved",
        system_random,
    ),
    nist(
        "§5.1",
        "SHALL",
        "No fall back from HTTPS to HTTP.",
        "secure channel",
        "the transport is `tls` or `behind`, not `loopback`",
        deployed,
    ),
    nist(
        "§5.1",
        "SHALL",
        "POST and PUT carry an identifier that the server verifies.",
        "`csrf`",
        "`csrf` is `token` on every guarded route",
        token_checked,
    ),
    nist(
        "§5.1.1",
        "SHALL",
        "Session cookies are `Secure`, limited to the fewest hosts and paths.",
        "`#[cookie(…)]`",
        "no `Domain`",
        host_only,
    ),
    nist(
        "§5.1.1",
        "SHOULD",
        "Session cookies are `HttpOnly`, `__Host-` with `Path=/`, and `SameSite` `Lax` or `Strict`.",
        "`#[cookie(…)]`",
        "the prefix `__Host-`, `lax` or `strict`",
        host_and_lax,
    ),
    nist("§5.1.1", "SHALL", "Session cookies hold no personal data in the clear.", "token", ALWAYS, always),
    nist(
        "§5.2",
        "SHALL",
        "Either limit ends the session; activity moves only inactivity, and re-authentication moves both.",
        "limits, `idle`, `absolute`",
        "re-authentication at the session's own level",
        always,
    ),
    nist(
        "§5.3",
        "MAY",
        "Sessions are watched for a change of the client.",
        "`bind`",
        "on routes with `bind`",
        bound_routes,
    ),
    Claim {
        standard: CHEAT_SHEET,
        id: "Renewal timeout",
        strength: "advice",
        gist: "The token is replaced in the course of a session; the old one is good for a short while only.",
        by: "`rotate_every`, `grace`",
        condition: "every session's token is replaced",
        judge: renewed_tokens,
    },
];

/// The table, judged by this report.
pub(super) fn judged(report: &Report) -> Vec<Control> {
    CLAIMS
        .iter()
        .map(|claim| {
            let Judged { met, detail } = (claim.judge)(report);
            let Claim { standard, id, strength, gist, by, condition, .. } = *claim;
            Control { standard, id, strength, gist, by, condition, met, detail }
        })
        .collect()
}

fn yes(detail: impl Into<String>) -> Judged {
    Judged { met: Met::Yes, detail: detail.into() }
}

fn no(detail: impl Into<String>) -> Judged {
    Judged { met: Met::No, detail: detail.into() }
}

fn decided(met: bool, detail: impl Into<String>) -> Judged {
    if met { yes(detail) } else { no(detail) }
}

fn always(_: &Report) -> Judged {
    yes("")
}

fn system_random(report: &Report) -> Judged {
    decided(report.system_random, if report.system_random { "" } else { "another `random` is set" })
}

fn prefixed(report: &Report) -> Judged {
    let name = &report.cookie.name;
    decided(name.starts_with("__Host-") || name.starts_with("__Secure-"), format!("the cookie is `{name}`"))
}

fn same_site(report: &Report) -> Judged {
    let cookie = &report.cookie;
    decided(cookie.same_site != "none" || cookie.purpose.is_some(), format!("`{}`", cookie.same_site))
}

fn host_prefixed(report: &Report) -> Judged {
    let cookie = &report.cookie;
    let shared = cookie.domain.is_some() && cookie.purpose.is_some();
    decided(cookie.name.starts_with("__Host-") || shared, format!("the cookie is `{}`", cookie.name))
}

fn host_only(report: &Report) -> Judged {
    match &report.cookie.domain {
        None => yes(""),
        Some(domain) => no(format!("the cookie goes to `{domain}` and all hosts below it")),
    }
}

fn host_and_lax(report: &Report) -> Judged {
    let cookie = &report.cookie;
    let met = cookie.name.starts_with("__Host-") && cookie.same_site != "none";
    decided(met, format!("`{}`, `{}`", cookie.name, cookie.same_site))
}

fn small(report: &Report) -> Judged {
    let bytes = report.cookie.name.len() + crate::token::Token::TEXT_LEN;
    decided(bytes <= 4096, format!("{bytes} bytes"))
}

fn deployed(report: &Report) -> Judged {
    decided(report.transport != "loopback", format!("the transport is `{}`", report.transport))
}

fn origin_checked(report: &Report) -> Judged {
    unless(report, |route| route.values("csrf").iter().any(|held| held.value == "off"), "`csrf` is `off` on")
}

fn token_checked(report: &Report) -> Judged {
    unless(report, |route| route.values("csrf").iter().any(|held| held.value != "token"), "`csrf` is not `token` on")
}

fn limited_sessions(report: &Report) -> Judged {
    of_sessions(report, "max_sessions", "`max_sessions`")
}

fn renewed_tokens(report: &Report) -> Judged {
    of_sessions(report, "rotate_every", "`rotate_every`")
}

/// Met if a key that is `none` by default is set for every kind of session.
fn of_sessions(report: &Report, key: &str, shown: &str) -> Judged {
    let rows = values(&report.sessions, key);
    let for_whom = |held: &Held| {
        if held.roles.is_empty() { String::new() } else { format!(" for {}", held.roles.join(", ")) }
    };
    match rows.iter().find(|held| held.value == "none") {
        Some(without) => no(format!("{shown} is not set{}", for_whom(without))),
        None => {
            let each: Vec<String> = rows.iter().map(|held| format!("{}{}", held.value, for_whom(held))).collect();
            decided(!each.is_empty(), format!("{shown}: {}", each.join("; ")))
        }
    }
}

fn guarded_routes(report: &Report) -> Judged {
    on(report, |_| true)
}

fn fresh_routes(report: &Report) -> Judged {
    on(report, |route| demands(route.values("fresh"), "none"))
}

fn role_routes(report: &Report) -> Judged {
    on(report, |route| demands(route.values("role"), "any"))
}

fn bound_routes(report: &Report) -> Judged {
    on(report, |route| demands(route.values("bind"), "none"))
}

/// Whether every session meets a demand.
fn demands(values: &[Held], nothing: &str) -> bool {
    !values.is_empty() && values.iter().all(|held| held.value != nothing)
}

fn longest_idle(report: &Report) -> Judged {
    longest(report, "idle").map_or_else(|| no("unknown"), |seconds| yes(at_most(seconds)))
}

fn longest_absolute(report: &Report) -> Judged {
    longest(report, "absolute").map_or_else(|| no("unknown"), |seconds| yes(at_most(seconds)))
}

fn at_most(seconds: u64) -> String {
    format!("at most {}", duration::Written(seconds))
}

fn limits(report: &Report, absolute: u64, idle: Option<u64>) -> Judged {
    let (Some(longest_absolute), Some(longest_idle)) = (longest(report, "absolute"), longest(report, "idle")) else {
        return no("unknown");
    };
    let met = longest_absolute <= absolute && idle.is_none_or(|idle| longest_idle <= idle);
    let held = format!("`absolute` {}", at_most(longest_absolute));
    decided(met, if idle.is_some() { format!("{held}, `idle` {}", at_most(longest_idle)) } else { held })
}

/// The longest value of a key that any session has, in seconds.
fn longest(report: &Report, key: &str) -> Option<u64> {
    let all: Option<Vec<u64>> = values(&report.sessions, key)
        .iter()
        .map(|held| duration::parse(&held.value).ok().map(|value| value.as_secs()))
        .collect();
    all?.into_iter().max()
}

fn guarded(report: &Report) -> impl Iterator<Item = &Route> {
    report.routes.iter().filter(|route| route.guard == GuardKind::Policy)
}

/// Met by the routes that `meets` finds.
fn on(report: &Report, meets: fn(&Route) -> bool) -> Judged {
    let routes: Vec<String> = guarded(report).filter(|route| meets(route)).map(Route::title).collect();
    match routes.len() {
        0 => no("on no route"),
        count if count == report.routes.len() => yes("on every route"),
        count => Judged { met: Met::OnRoutes, detail: listed(&routes, count) },
    }
}

/// Met, unless `fails` finds a guarded route.
fn unless(report: &Report, fails: fn(&Route) -> bool, words: &str) -> Judged {
    let routes: Vec<String> = guarded(report).filter(|route| fails(route)).map(Route::title).collect();
    match routes.len() {
        0 => yes(""),
        count => no(format!("{words} {}", listed(&routes, count))),
    }
}

/// All of a few, the first of many.
fn listed(routes: &[String], count: usize) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = routes.iter().take(SHOWN).map(|route| format!("`{route}`")).collect();
    let more = count.saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
