//! The figures of published standards, typed in from `facts/standards.md`: seconds, and whether the standard says SHALL.

/// A limit, and whether it is a SHALL.
type Limit = Option<(u64, bool)>;

pub(super) struct Profile {
    pub(super) name: &'static str,
    pub(super) idle: Limit,
    pub(super) absolute: Limit,
    /// SHALL be multi-factor.
    pub(super) mfa: bool,
    /// SHALL carry a token against cross-site requests.
    pub(super) token: bool,
    /// The session SHOULD (false) or SHALL (true) end with the browser.
    pub(super) browser: Option<bool>,
}

const MINUTES: u64 = 60;
const HOURS: u64 = 3_600;
const DAYS: u64 = 86_400;

const fn nist(name: &'static str, idle: Limit, absolute: Limit, mfa: bool, browser: bool) -> Profile {
    Profile { name, idle, absolute, mfa, token: true, browser: Some(browser) }
}

const fn other(name: &'static str, idle: Limit, absolute: Limit, mfa: bool) -> Profile {
    Profile { name, idle, absolute, mfa, token: false, browser: None }
}

pub(super) const PROFILES: &[Profile] = &[
    nist("nist-800-63b-4-aal1", None, Some((30 * DAYS, false)), false, false),
    nist("nist-800-63b-4-aal2", Some((HOURS, false)), Some((24 * HOURS, false)), true, false),
    nist("nist-800-63b-4-aal3", Some((15 * MINUTES, false)), Some((12 * HOURS, true)), true, false),
    nist("nist-800-63b-3-aal1", None, Some((30 * DAYS, false)), false, true),
    nist("nist-800-63b-3-aal2", Some((30 * MINUTES, true)), Some((12 * HOURS, true)), true, true),
    nist("nist-800-63b-3-aal3", Some((15 * MINUTES, true)), Some((12 * HOURS, true)), true, true),
    other("asvs-4-l1", None, Some((30 * DAYS, true)), false),
    other("asvs-4-l2", Some((30 * MINUTES, true)), Some((12 * HOURS, true)), false),
    other("asvs-4-l3", Some((15 * MINUTES, true)), Some((12 * HOURS, true)), true),
    other("owasp-low", Some((30 * MINUTES, false)), Some((8 * HOURS, false)), false),
    other("owasp-high", Some((5 * MINUTES, false)), Some((8 * HOURS, false)), false),
    other("pci-dss-4", Some((15 * MINUTES, true)), None, false),
];
