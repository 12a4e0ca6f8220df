//! Words: the values of keys that have a few.

/// The values of one key.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// The words of the language, and the variant of the runtime's type.
    const WORDS: &'static [(&'static str, &'static str, Self)];
    /// Those of them that this version does not carry out.
    const LATER: &'static [Self] = &[];
    /// What other frameworks call it, in lower case without separators, and ours.
    const MET: &'static [(&'static str, &'static str)] = &[];
    /// Choices that do not exist because they are unsafe, and why.
    const UNSAFE: &'static [(&'static str, &'static str)] = &[];

    /// The word.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, _, value)| *value == self).map_or("", |(word, _, _)| word)
    }

    /// The variant of the runtime's type.
    fn variant(self) -> &'static str {
        Self::WORDS.iter().find(|(_, _, value)| *value == self).map_or("", |(_, variant, _)| variant)
    }
}

const FIXATION: &str = "a token that survives a login lets an attacker plant it (session fixation, OWASP ASVS \
 5.0 7.2.4); remove the key, all three events always hold";
const OPEN: &str = "a store that cannot answer must not let anyone in (OWASP ASVS 5.0 16.5.3); write \
 `\"deny\"`, or `\"anonymous\"` on an anonymous route";
const UNSEEN: &str = "a mismatch is at least logged; write `\"log\"`";

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal => $runtime:literal,)* } $($rest:tt)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum $name { $($variant,)* }
        impl Word for $name {
            const WORDS: &'static [(&'static str, &'static str, Self)] = &[$(($word, $runtime, Self::$variant),)*];
            $($rest)*
        }
    };
}

words! {
    /// `auth`, weakest first.
    Level {
        Anonymous = "anonymous" => "Anonymous",
        Remembered = "remembered" => "Remembered",
        Full = "full" => "Full",
        Mfa = "mfa" => "Mfa",
    }
    const MET: &'static [(&'static str, &'static str)] = &[
        ("none", "anonymous"), ("guest", "anonymous"), ("optional", "anonymous"), ("rememberme", "remembered"),
        ("user", "full"), ("password", "full"), ("required", "full"), ("login", "full"), ("2fa", "mfa"),
        ("totp", "mfa"), ("webauthn", "mfa"), ("passkey", "mfa"),
    ];
}

words! {
    /// `on_mismatch`, weakest first.
    OnMismatch {
        Log = "log" => "Log",
        StepUp = "step_up" => "StepUp",
        End = "end" => "End",
    }
    const MET: &'static [(&'static str, &'static str)] = &[
        ("stepup", "step_up"), ("reauth", "step_up"), ("challenge", "step_up"), ("warn", "log"), ("report", "log"),
        ("terminate", "end"), ("logout", "end"), ("deny", "end"), ("kill", "end"), ("destroy", "end"),
    ];
    const UNSAFE: &'static [(&'static str, &'static str)] = &[
        ("ignore", UNSEEN), ("allow", UNSEEN),
    ];
}

words! {
    /// `rotate_on`.
    Event {
        Login = "login" => "LOGIN",
        Reauth = "reauth" => "REAUTH",
        Privilege = "privilege" => "PRIVILEGE",
    }
    const MET: &'static [(&'static str, &'static str)] = &[
        ("signin", "login"), ("authentication", "login"), ("reauthentication", "reauth"), ("stepup", "reauth"),
        ("role", "privilege"), ("rolechange", "privilege"), ("level", "privilege"),
    ];
    const UNSAFE: &'static [(&'static str, &'static str)] = &[
        ("never", FIXATION), ("none", FIXATION),
    ];
}

words! {
    /// `csrf`, weakest first.
    Csrf {
        Off = "off" => "Off",
        Origin = "origin" => "Origin",
        Token = "token" => "Token",
    }
    const LATER: &'static [Self] = &[Self::Token];
    const MET: &'static [(&'static str, &'static str)] = &[
        ("none", "off"), ("disabled", "off"), ("false", "off"), ("fetchmetadata", "origin"), ("header", "origin"),
        ("referer", "origin"), ("on", "origin"), ("true", "origin"),
    ];
}

words! {
    /// `activity`.
    Activity {
        Active = "active" => "Active",
        Passive = "passive" => "Passive",
        Stream = "stream" => "Stream",
    }
    const LATER: &'static [Self] = &[Self::Stream];
    const MET: &'static [(&'static str, &'static str)] = &[
        ("none", "passive"), ("background", "passive"), ("poll", "passive"), ("polling", "passive"),
    ];
}

words! {
    /// `on_denied`.
    OnDenied {
        Auto = "auto" => "Auto",
        Status = "status" => "Status",
        Redirect = "redirect" => "Redirect",
    }
    const MET: &'static [(&'static str, &'static str)] = &[
        ("401", "status"), ("json", "status"), ("problem", "status"), ("api", "status"), ("303", "redirect"),
        ("login", "redirect"),
    ];
}

words! {
    /// `on_store_error`.
    OnStoreError {
        Deny = "deny" => "Deny",
        Anonymous = "anonymous" => "Anonymous",
    }
    const MET: &'static [(&'static str, &'static str)] = &[
        ("503", "deny"), ("reject", "deny"), ("closed", "deny"), ("fail", "deny"),
    ];
    const UNSAFE: &'static [(&'static str, &'static str)] = &[
        ("allow", OPEN), ("open", OPEN), ("ignore", OPEN),
    ];
}

words! {
    /// `lifetime`.
    Lifetime {
        Browser = "browser" => "Browser",
        Persistent = "persistent" => "Persistent",
    }
    const MET: &'static [(&'static str, &'static str)] = &[
        ("session", "browser"), ("sessioncookie", "browser"), ("permanent", "persistent"), ("true", "persistent"),
        ("forever", "persistent"),
    ];
}

words! {
    /// `on_limit`.
    OnLimit {
        Reject = "reject" => "Reject",
        EvictOldest = "evict_oldest" => "EvictOldest",
        EvictIdle = "evict_idle" => "EvictIdle",
    }
    const MET: &'static [(&'static str, &'static str)] = &[
        ("deny", "reject"), ("refuse", "reject"), ("block", "reject"), ("evict", "evict_oldest"),
        ("revokeoldest", "evict_oldest"), ("logoutoldest", "evict_oldest"), ("kick", "evict_oldest"),
    ];
}

words! {
    /// `until` of session data.
    Until {
        BrowserClose = "browser_close" => "BrowserClose",
    }
    const MET: &'static [(&'static str, &'static str)] = &[
        ("browser", "browser_close"), ("close", "browser_close"), ("session", "browser_close"),
    ];
}

words! {
    /// `same_site` of the cookie.
    SameSite {
        Lax = "lax" => "Lax",
        Strict = "strict" => "Strict",
        None = "none" => "None",
    }
}

words! {
    /// `carry` of session data.
    Carry {
        Login = "login" => "Login",
    }
}
