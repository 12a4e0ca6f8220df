//! Times in words.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// `7 h 58 min`; what is less than a minute is `less than a minute`. No line breaks between a number and its unit.
pub(super) fn span(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "less than a minute".to_owned(),
        (0, minutes) => format!("{minutes}\u{a0}min"),
        (hours, 0) => format!("{hours}\u{a0}h"),
        (hours, minutes) => format!("{hours}\u{a0}h {minutes}\u{a0}min"),
    }
}

/// `12 min ago`; what is less than a minute ago is `just now`.
pub(super) fn ago(then_ms: u64, now_ms: u64) -> String {
    match Duration::from_millis(now_ms.saturating_sub(then_ms)) {
        recent if recent.as_secs() < 60 => "just now".to_owned(),
        time => format!("{} ago", span(time)),
    }
}

/// `2026-01-05` and `09:00`; a time that no calendar holds (a test clock goes far) is shown as a dash.
pub(super) fn when(at_ms: u64) -> [String; 2] {
    let time = i64::try_from(at_ms / 1000).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let Some(time) = time else { return ["–".to_owned(), String::new()] };
    [time.date().to_string(), format!("{:02}:{:02}", time.hour(), time.minute())]
}

/// UTC milliseconds since 1970; a time before that is 1970.
pub(super) fn ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_words() {
        for (seconds, text) in
            [(59, "less than a minute"), (60, "1 min"), (1799, "29 min"), (28_800, "8 h"), (28_740, "7 h 59 min")]
        {
            assert_eq!(span(Duration::from_secs(seconds)).replace('\u{a0}', " "), text);
        }
        for (then, text) in
            [(100_000, "just now"), (40_001, "just now"), (40_000, "1\u{a0}min ago"), (100_001, "just now")]
        {
            assert_eq!(ago(then, 100_000), text);
        }
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(when(1_767_603_600_000), ["2026-01-05", "09:00"]);
        assert_eq!(when(0), ["1970-01-01", "00:00"]);
        assert_eq!(when(u64::MAX), ["–", ""]);
        assert_eq!(ms(UNIX_EPOCH + Duration::from_millis(1_767_603_600_001)), 1_767_603_600_001);
    }
}
