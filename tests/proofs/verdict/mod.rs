//! The judgement, against a second reading of semantics.md §2.4, §3 and §6.

mod oracle;
mod order;
mod random;

use session_policy::{
    client::UaMatch,
    policy::Level,
    verdict::{Facts, Judgement, Obligation, Remedy, Seen},
};

/// A morning in 2026.
const NOW: u64 = 1_767_603_600_000;

/// A session of a member that signed in, and was seen, a minute ago; a request from its own page.
fn calm() -> Facts {
    let minute_ago = NOW - 60_000;
    Facts {
        now: NOW,
        max_skew_ms: 10_000,
        created: minute_ago,
        authenticated: [None, None, Some(minute_ago), None],
        last_seen: minute_ago,
        longest_gap: 0,
        level: Level::Full,
        role: Some(0),
        granted: None,
        ua: UaMatch::Same,
        step_up: false,
        recovered: false,
        at_reauth: false,
        seen: Seen { secure: true, is_unsafe: false, same_origin: true, csrf_on_every_method: false },
    }
}

/// A judgement as one line: `allow`, or the reason, what would help, and what is to be done.
fn line(judgement: &Judgement) -> String {
    let verdict = match judgement.denial {
        None => "allow".to_owned(),
        Some(denial) => {
            let remedy = match denial.remedy {
                Remedy::Login => "login".to_owned(),
                Remedy::Nothing => "nothing".to_owned(),
                Remedy::Retry => "retry".to_owned(),
                Remedy::Reauthenticate { max_age, level } => {
                    let age = max_age.map_or(String::new(), |age| format!(" max_age={age}"));
                    let level = level.map_or(String::new(), |level| format!(" level={}", level.as_str()));
                    format!("reauth{age}{level}")
                }
            };
            format!("{} {} → {remedy}", denial.reason.status(), denial.reason.as_str())
        }
    };
    let obligation = match judgement.obligation {
        Obligation::Nothing => String::new(),
        Obligation::End(reason) => format!("; end {}", reason.as_str()),
        Obligation::MarkStepUp => "; mark".to_owned(),
        Obligation::ReportMismatch => "; report".to_owned(),
    };
    verdict + &obligation
}
