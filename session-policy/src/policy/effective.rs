//! What holds once all meets are done: defaults applied, `touch` clamped.

use super::{Csrf, Level, OnMismatch, RoleSet, Rules, SessionLimit};

/// `idle` where nothing is written: 30 minutes (OWASP Session Management Cheat Sheet, upper end for low-risk applications).
const IDLE: u32 = 30 * 60;
/// `absolute` where nothing is written: 12 hours.
const ABSOLUTE: u32 = 12 * 60 * 60;
/// `grace` where nothing is written: 30 seconds, longer than a page takes to load all that belongs to it.
const GRACE: u32 = 30;
/// `touch` where nothing is written: a sixtieth of `idle`, at most a minute.
const TOUCH_SHARE: u64 = 60;
const TOUCH_MOST_MS: u64 = 60_000;
/// A written `touch` is clamped to a tenth of `idle`.
const TOUCH_CLAMP: u64 = 10;

/// The rules in force; all durations in milliseconds.
///
/// ```
/// use session_policy::policy::{Level, Rules};
///
/// let default = Rules::UNSET.resolve();
/// assert_eq!((default.idle_ms, default.absolute_ms), (30 * 60_000, 12 * 3_600_000));
/// assert_eq!(default.auth, Level::Full);
/// assert_eq!(default.touch_ms, 30_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effective {
    /// An unattended gap as long as this is too long. Never longer than `absolute_ms`.
    pub idle_ms: u64,
    /// So long after the last authentication the session is over.
    pub absolute_ms: u64,
    /// The last active authentication may be at most this long ago. Never longer than `absolute_ms`.
    pub fresh_ms: Option<u64>,
    /// The least level. At least [`Level::Remembered`] with a role, at least [`Level::Full`] with `fresh_ms`.
    pub auth: Level,
    /// One of these roles; `None` allows any.
    pub role: Option<RoleSet>,
    /// Bindings and what a mismatch does.
    pub bind: EffectiveBindings,
    /// How often the token is replaced while the session is used. Never longer than `absolute_ms`.
    pub rotate_every_ms: Option<u64>,
    /// How long a replaced token is still accepted.
    pub grace_ms: u64,
    /// How many sessions a user may have.
    pub limit: Option<SessionLimit>,
    /// How coarsely activity is written; at most a tenth of `idle_ms`.
    pub touch_ms: u64,
    /// Cross-site defence.
    pub csrf: Csrf,
}

/// The bindings in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EffectiveBindings {
    /// What a user-agent mismatch does, if it is bound.
    pub ua: Option<OnMismatch>,
}

impl Rules {
    /// Applies the defaults, once, after all meets.
    ///
    /// Valid rules stay valid under [`meet`](Self::meet): where two of them together leave a limit that can never fire
    /// (one brings `idle = "2h"`, the other `absolute = "1h"`), the longer is cut to the shorter, which changes no verdict.
    #[must_use]
    pub const fn resolve(self) -> Effective {
        let absolute_ms = ms(or(self.absolute, ABSOLUTE));
        let idle_ms = least(ms(or(self.idle, IDLE)), absolute_ms);
        let mut auth = match self.auth {
            Some(level) => level,
            None => Level::Full,
        };
        if self.role.is_some() {
            auth = auth.max(Level::Remembered);
        }
        if self.fresh.is_some() {
            auth = auth.max(Level::Full);
        }
        Effective {
            idle_ms,
            absolute_ms,
            fresh_ms: match self.fresh {
                Some(seconds) => Some(least(ms(seconds), absolute_ms)),
                None => None,
            },
            auth,
            role: self.role,
            bind: EffectiveBindings { ua: self.bind.ua.resolve(OnMismatch::End) },
            rotate_every_ms: match self.rotate_every {
                Some(seconds) => Some(least(ms(seconds), absolute_ms)),
                None => None,
            },
            grace_ms: ms(or(self.grace, GRACE)),
            limit: self.limit,
            touch_ms: match self.touch {
                Some(seconds) => least(ms(seconds), coarsest_touch_ms(idle_ms)),
                None => least(idle_ms / TOUCH_SHARE, TOUCH_MOST_MS),
            },
            csrf: match self.csrf {
                Some(csrf) => csrf,
                None => Csrf::Origin,
            },
        }
    }
}

/// The coarsest `touch` beside an `idle`.
pub(crate) const fn coarsest_touch_ms(idle_ms: u64) -> u64 {
    idle_ms / TOUCH_CLAMP
}

const fn ms(seconds: u32) -> u64 {
    seconds as u64 * 1000
}

const fn or(written: Option<u32>, default: u32) -> u32 {
    match written {
        Some(seconds) => seconds,
        None => default,
    }
}

const fn least(a: u64, b: u64) -> u64 {
    if a < b { a } else { b }
}
