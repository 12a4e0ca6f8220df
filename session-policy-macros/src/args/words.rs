//! Words: the values of keys that have a few.

/// The values of one key.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// The words of the language that this version supports, and the variant of the runtime's type.
    const WORDS: &'static [(&'static str, &'static str, Self)];
    /// Whether the language has the word, but this version does not.
    fn is_later(_word: &str) -> bool {
        false
    }
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
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// `bind`.
    Bind {
        Ua = "ua" => "ua",
    }
    fn is_later(word: &str) -> bool {
        matches!(word, "ip" | "dbsc" | "dbsc-optional") || word.starts_with("ip/") || word.starts_with("header:")
    }
    const MET: &'static [(&'static str, &'static str)] = &[
        ("useragent", "ua"), ("agent", "ua"), ("browser", "ua"),
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
    }
    fn is_later(word: &str) -> bool {
        word == "token"
    }
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
    }
    fn is_later(word: &str) -> bool {
        word == "stream"
    }
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
