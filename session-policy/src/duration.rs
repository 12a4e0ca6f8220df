//! Durations as the policy language writes them, read at run time.

use std::{fmt, time::Duration};

/// The longest duration that the language takes: 3650 days, in seconds.
pub const MOST_SECONDS: u64 = 3650 * 86_400;

/// The units, largest first: letter, seconds, and what people write instead.
const UNITS: [(char, u64, &[&str]); 5] = [
    ('w', 604_800, &["wk", "wks", "week", "weeks"]),
    ('d', 86_400, &["day", "days"]),
    ('h', 3_600, &["hr", "hrs", "hour", "hours"]),
    ('m', 60, &["min", "mins", "minute", "minutes"]),
    ('s', 1, &["sec", "secs", "second", "seconds"]),
];

/// Reads a duration: integers with the units `s m h d w`, largest first, each at most once; together more than nothing and at
/// most 3650 days. The same grammar as in an attribute.
///
/// # Errors
/// [`DurationError`], which shows the right spelling where one can be guessed.
///
/// ```
/// use session_policy::duration::parse;
/// use std::time::Duration;
///
/// assert_eq!(parse("1h30m")?, Duration::from_secs(5400));
/// assert_eq!(parse("30").unwrap_err().to_string(), r#"`30` has no unit: write "30m" or "30s""#);
/// assert_eq!(parse("1.5h").unwrap_err().to_string(), r#"`1.5h` is not a duration: write "1h30m""#);
/// # Ok::<(), session_policy::duration::DurationError>(())
/// ```
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let fault = |cause| DurationError { text: text.chars().take(40).collect(), cause };
    match strict(text) {
        Some(0) => Err(fault(Cause::Zero)),
        Some(seconds) if seconds > MOST_SECONDS => Err(fault(Cause::TooLong)),
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => Err(fault(Cause::NoUnit)),
        None => Err(fault(Cause::Spelling(lenient(text)))),
    }
}

/// The grammar to the letter, in seconds.
fn strict(text: &str) -> Option<u64> {
    let (mut rest, mut total) = (text, 0_u64);
    for (unit, seconds, _) in UNITS {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(after) = digits.strip_prefix(unit) else { continue };
        // Too many digits for a number is longer than any limit, not a misspelling.
        let count = rest.get(..rest.len() - digits.len()).filter(|d| !d.is_empty())?.parse().unwrap_or(u64::MAX);
        total = total.saturating_add(seconds.saturating_mul(count));
        rest = after;
    }
    (rest.is_empty() && !text.is_empty()).then_some(total)
}

/// What was probably meant, in seconds: any order, case and spacing, words for units, fractions.
fn lenient(text: &str) -> Option<u64> {
    let folded: String = text.chars().take(40).filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let (mut rest, mut total) = (folded.as_str(), 0.0_f64);
    while !rest.is_empty() {
        let word_at = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(word_at);
        let end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (word, after) = tail.split_at(end);
        let (_, seconds, _) =
            UNITS.iter().find(|(letter, _, words)| word.strip_prefix(*letter) == Some("") || words.contains(&word))?;
        let part = number.parse::<f64>().ok()? * (*seconds as f64);
        total += part;
        rest = after;
    }
    // Up to the limit, f64 counts seconds exactly.
    let most = MOST_SECONDS as f64;
    (total.fract() == 0.0 && (1.0..=most).contains(&total)).then_some(total as u64)
}

/// Seconds as the language writes them: `5400` is `1h30m`. Weeks are written as days, which never needs a second glance.
///
/// ```
/// use session_policy::duration::Written;
/// assert_eq!(Written(5_400).to_string(), "1h30m");
/// assert_eq!(Written(14 * 86_400).to_string(), "14d");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written(pub u64);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, seconds, _) in UNITS.into_iter().skip(1) {
            if rest >= seconds {
                write!(f, "{}{unit}", rest / seconds)?;
                rest %= seconds;
            }
        }
        Ok(())
    }
}

/// A text is not a duration of the policy language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationError {
    text: String,
    cause: Cause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cause {
    NoUnit,
    Zero,
    TooLong,
    Spelling(Option<u64>),
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match self.cause {
            Cause::NoUnit => write!(f, "`{text}` has no unit: write \"{text}m\" or \"{text}s\""),
            Cause::Zero => write!(f, "`{text}` is no time at all: write at least \"1s\""),
            Cause::TooLong => write!(f, "`{text}` is longer than 3650 days: write at most \"3650d\""),
            Cause::Spelling(Some(seconds)) => write!(f, "`{text}` is not a duration: write \"{}\"", Written(seconds)),
            Cause::Spelling(None) => write!(
                f,
                "`{text}` is not a duration: write integers with the units w d h m s, largest first, for example \"1h30m\""
            ),
        }
    }
}

impl std::error::Error for DurationError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_the_language_writes() {
        for (text, seconds) in [
            ("90s", 90),
            ("1h30m", 5_400),
            ("14d", 1_209_600),
            ("1799s", 1_799),
            ("1w2d3h4m5s", 788_645),
            ("1w5s", 604_805),
            ("3650d", MOST_SECONDS),
            ("007m", 420),
            ("1h0m", 3_600),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn shows_the_right_spelling() {
        for (text, said) in [
            ("30", r#"`30` has no unit: write "30m" or "30s""#),
            ("30min", r#"`30min` is not a duration: write "30m""#),
            ("1.5h", r#"`1.5h` is not a duration: write "1h30m""#),
            ("30M", r#"`30M` is not a duration: write "30m""#),
            ("1h 30m", r#"`1h 30m` is not a duration: write "1h30m""#),
            (" 8h", r#"` 8h` is not a duration: write "8h""#),
            ("30m1h", r#"`30m1h` is not a duration: write "1h30m""#),
            ("1m1m", r#"`1m1m` is not a duration: write "2m""#),
            ("2 hours", r#"`2 hours` is not a duration: write "2h""#),
            ("0h0s", r#"`0h0s` is no time at all: write at least "1s""#),
            ("0s", r#"`0s` is no time at all: write at least "1s""#),
            ("3651d", r#"`3651d` is longer than 3650 days: write at most "3650d""#),
            (
                "99999999999999999999999s",
                "`99999999999999999999999s` is longer than 3650 days: write at most \"3650d\"",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), said, "{text}");
        }
        for text in ["", "m", "h30m", "-5m", "+5m", "1y", "500ms", "½h", "١m", "5mm", "1.2.3h", "0.1s"] {
            let said = parse(text).unwrap_err().to_string();
            assert!(said.contains(r#"for example "1h30m""#), "{text}: {said}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seconds in 1..=MOST_SECONDS) {
            prop_assert_eq!(parse(&Written(seconds).to_string()), Ok(Duration::from_secs(seconds)));
        }

        #[test]
        fn a_suggestion_is_always_right(text in "[0-9]{0,4}[ .]?[0-9]{0,2} ?(m|M|min|h|Hours|d|w|s|x)[0-9]{0,3}[smhdw]?") {
            if let Err(DurationError { cause: Cause::Spelling(Some(seconds)), .. }) = parse(&text) {
                prop_assert_eq!(parse(&Written(seconds).to_string()), Ok(Duration::from_secs(seconds)));
            }
        }

        #[test]
        fn never_panics(text in ".{0,60}") {
            let _ = parse(&text).map_err(|error| error.to_string());
        }
    }
}
