//! Profiles: what published standards say about sessions, as one table. A profile fills what is unset and caps what is
//! written. The reference page `docs/profiles.md` of the runtime crate is generated from it.

use crate::args::{Csrf, Level, Lifetime};

/// A standard, with its revision and its level.
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) demands: &'static [Demand],
}

/// What a standard says about one key.
#[derive(Clone, Copy)]
pub(crate) struct Demand {
    pub(crate) what: What,
    pub(crate) verb: Verb,
    /// Where the standard says so.
    pub(crate) source: &'static str,
    pub(crate) known: Known,
}

/// The key and its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// At most so many seconds.
    Idle(u32),
    /// At most so many seconds.
    Absolute(u32),
    /// At least this.
    Auth(Level),
    /// At least this.
    Csrf(Csrf),
    /// This, or one that ends sooner.
    Lifetime(Lifetime),
}

/// How strongly the standard says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    /// Past it only with a `deviation`.
    Should,
    /// Never past it.
    Shall,
}

/// How the figure is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Read in the standard itself.
    Read,
    /// From a secondary source only.
    Secondary,
}

impl Verb {
    /// As standards write it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Should => "SHOULD",
            Self::Shall => "SHALL",
        }
    }
}

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

const fn shall(what: What, source: &'static str) -> Demand {
    Demand { what, verb: Verb::Shall, source, known: Known::Read }
}

const fn should(what: What, source: &'static str) -> Demand {
    Demand { what, verb: Verb::Should, source, known: Known::Read }
}

const NIST_4_CSRF: Demand = shall(What::Csrf(Csrf::Token), "NIST SP 800-63B-4 5.1");
const NIST_4_BROWSER: Demand = should(What::Lifetime(Lifetime::Browser), "NIST SP 800-63B-4 5.1");
const NIST_3_CSRF: Demand = shall(What::Csrf(Csrf::Token), "NIST SP 800-63B-3 7.1");
const NIST_3_BROWSER: Demand = shall(What::Lifetime(Lifetime::Browser), "NIST SP 800-63B-3 7.1");
const MFA: What = What::Auth(Level::Mfa);

/// Every profile, in the order in which the language's page lists them.
pub(crate) const PROFILES: &[Profile] = &[
    Profile {
        name: "nist-800-63b-4-aal1",
        demands: &[should(What::Absolute(30 * DAY), "NIST SP 800-63B-4 2.1.3"), NIST_4_CSRF, NIST_4_BROWSER],
    },
    Profile {
        name: "nist-800-63b-4-aal2",
        demands: &[
            should(What::Idle(HOUR), "NIST SP 800-63B-4 2.2.3"),
            should(What::Absolute(DAY), "NIST SP 800-63B-4 2.2.3"),
            shall(MFA, "NIST SP 800-63B-4 2.2.1"),
            NIST_4_CSRF,
            NIST_4_BROWSER,
        ],
    },
    Profile {
        name: "nist-800-63b-4-aal3",
        demands: &[
            should(What::Idle(15 * MINUTE), "NIST SP 800-63B-4 2.3.3"),
            shall(What::Absolute(12 * HOUR), "NIST SP 800-63B-4 2.3.3"),
            shall(MFA, "NIST SP 800-63B-4 2.3.1"),
            NIST_4_CSRF,
            NIST_4_BROWSER,
        ],
    },
    Profile {
        name: "nist-800-63b-3-aal1",
        demands: &[should(What::Absolute(30 * DAY), "NIST SP 800-63B-3 4.1.3"), NIST_3_CSRF, NIST_3_BROWSER],
    },
    Profile {
        name: "nist-800-63b-3-aal2",
        demands: &[
            shall(What::Idle(30 * MINUTE), "NIST SP 800-63B-3 4.2.3"),
            shall(What::Absolute(12 * HOUR), "NIST SP 800-63B-3 4.2.3"),
            shall(MFA, "NIST SP 800-63B-3 4.2.1"),
            NIST_3_CSRF,
            NIST_3_BROWSER,
        ],
    },
    Profile {
        name: "nist-800-63b-3-aal3",
        demands: &[
            shall(What::Idle(15 * MINUTE), "NIST SP 800-63B-3 4.3.3"),
            shall(What::Absolute(12 * HOUR), "NIST SP 800-63B-3 4.3.3"),
            shall(MFA, "NIST SP 800-63B-3 4.3.1"),
            NIST_3_CSRF,
            NIST_3_BROWSER,
        ],
    },
    Profile { name: "asvs-4-l1", demands: &[shall(What::Absolute(30 * DAY), "OWASP ASVS 4.0.3 3.3.2, level 1")] },
    Profile {
        name: "asvs-4-l2",
        demands: &[
            shall(What::Idle(30 * MINUTE), "OWASP ASVS 4.0.3 3.3.2, level 2"),
            shall(What::Absolute(12 * HOUR), "OWASP ASVS 4.0.3 3.3.2, level 2"),
        ],
    },
    Profile {
        name: "asvs-4-l3",
        demands: &[
            shall(What::Idle(15 * MINUTE), "OWASP ASVS 4.0.3 3.3.2, level 3"),
            shall(What::Absolute(12 * HOUR), "OWASP ASVS 4.0.3 3.3.2, level 3"),
            shall(MFA, "OWASP ASVS 4.0.3 3.3.2, level 3"),
        ],
    },
    Profile {
        name: "owasp-low",
        demands: &[
            should(What::Idle(30 * MINUTE), "OWASP Session Management Cheat Sheet"),
            should(What::Absolute(8 * HOUR), "OWASP Session Management Cheat Sheet"),
        ],
    },
    Profile {
        name: "owasp-high",
        demands: &[
            should(What::Idle(5 * MINUTE), "OWASP Session Management Cheat Sheet"),
            should(What::Absolute(8 * HOUR), "OWASP Session Management Cheat Sheet"),
        ],
    },
    Profile {
        name: "pci-dss-4",
        demands: &[Demand {
            what: What::Idle(15 * MINUTE),
            verb: Verb::Shall,
            source: "PCI DSS 4.0 8.2.8",
            known: Known::Secondary,
        }],
    },
];

/// How people also call them, in lower case without separators, and ours.
const MET: &[(&str, &str)] = &[
    ("nistaal1", "nist-800-63b-4-aal1"),
    ("nistaal2", "nist-800-63b-4-aal2"),
    ("nistaal3", "nist-800-63b-4-aal3"),
    ("aal1", "nist-800-63b-4-aal1"),
    ("aal2", "nist-800-63b-4-aal2"),
    ("aal3", "nist-800-63b-4-aal3"),
    ("nist80063baal1", "nist-800-63b-4-aal1"),
    ("nist80063baal2", "nist-800-63b-4-aal2"),
    ("nist80063baal3", "nist-800-63b-4-aal3"),
    ("asvsl1", "asvs-4-l1"),
    ("asvsl2", "asvs-4-l2"),
    ("asvsl3", "asvs-4-l3"),
    ("owasp", "owasp-low"),
    ("pci", "pci-dss-4"),
    ("pcidss", "pci-dss-4"),
];

impl Profile {
    /// The profile of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// The name that was meant by one of other habits.
    pub(crate) fn met(written: &str) -> Option<&'static str> {
        let bare: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
        MET.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(&bare)).map(|(_, ours)| *ours)
    }
}

/// What a list of profiles gives a policy that leaves a key unset: the strictest of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) idle: Option<u32>,
    pub(crate) absolute: Option<u32>,
    pub(crate) auth: Option<Level>,
    pub(crate) csrf: Option<Csrf>,
}

impl Filled {
    pub(crate) fn by<'a>(profiles: impl IntoIterator<Item = &'a Profile>) -> Self {
        let least = |a: Option<u32>, b: u32| Some(a.map_or(b, |a| a.min(b)));
        let mut filled = Self::default();
        for demand in profiles.into_iter().flat_map(|profile| profile.demands) {
            match demand.what {
                What::Idle(seconds) => filled.idle = least(filled.idle, seconds),
                What::Absolute(seconds) => filled.absolute = least(filled.absolute, seconds),
                What::Auth(level) => filled.auth = filled.auth.max(Some(level)),
                What::Csrf(csrf) => filled.csrf = filled.csrf.max(Some(csrf)),
                // The default ends soonest.
                What::Lifetime(_) => {}
            }
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::{Filled, PROFILES, What};

    /// So that no list of profiles can contradict itself: every limit is an upper one, every word a lower one, and the
    /// shortest `absolute` of the table is longer than its longest `idle`.
    #[test]
    fn all_profiles_hold_together() {
        let demands = || PROFILES.iter().flat_map(|profile| profile.demands);
        let idle =
            demands().filter_map(|demand| if let What::Idle(seconds) = demand.what { Some(seconds) } else { None });
        let absolute =
            demands().filter_map(|demand| if let What::Absolute(seconds) = demand.what { Some(seconds) } else { None });
        assert!(idle.max() < absolute.min());
        let all = Filled::by(PROFILES);
        assert_eq!((all.idle, all.absolute), (Some(300), Some(8 * 3600)));
    }

    #[test]
    fn names_are_unique() {
        for (i, profile) in PROFILES.iter().enumerate() {
            assert!(PROFILES.iter().skip(i + 1).all(|other| other.name != profile.name), "{}", profile.name);
        }
    }
}
