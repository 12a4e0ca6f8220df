//! Durations: integers with the units `s m h d w`, largest first, each at most once.
//!
//! No general parser is used: for a security limit, `"30M"` must be neither 30 minutes nor 30 months, but an error.

/// The longest duration that may be written: 3650 days, in seconds.
pub(crate) const MAX: u32 = 3650 * 86_400;

/// Units, largest first, with their seconds and the words by which people also call them.
const UNITS: [(char, u32, &[&str]); 5] = [
    ('w', 604_800, &["week", "weeks", "wk", "wks"]),
    ('d', 86_400, &["day", "days"]),
    ('h', 3_600, &["hour", "hours", "hr", "hrs"]),
    ('m', 60, &["min", "mins", "minute", "minutes"]),
    ('s', 1, &["sec", "secs", "second", "seconds"]),
];

/// Why a text is not a duration, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not the grammar.
    Grammar(String),
    /// Zero.
    Zero(String),
    /// Longer than [`MAX`].
    TooLong(String),
}

/// Reads a duration, in seconds.
pub(crate) fn parse(text: &str) -> Result<u32, Fault> {
    let parts = match strict(text) {
        Ok(parts) => parts,
        Err(why) => return Err(Fault::Grammar(format!("`\"{text}\"` is not a duration: {why}; {}", advice(text)))),
    };
    let total = parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(part.amount?.checked_mul(part.seconds)?));
    match total.map(u32::try_from) {
        Some(Ok(0)) => Err(Fault::Zero(format!("`\"{text}\"` is no time at all; write a duration such as `\"30m\"`"))),
        Some(Ok(seconds)) if seconds <= MAX => Ok(seconds),
        _ => Err(Fault::TooLong(format!("`\"{text}\"` is longer than 3650 days, the longest duration there is"))),
    }
}

/// As the language writes it: `1h30m`.
pub(crate) fn show(seconds: u32) -> String {
    let mut rest = seconds;
    let mut out = String::new();
    for (unit, size, _) in UNITS.into_iter().skip(1) {
        if rest >= size {
            out.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    out
}

/// An integer (`None` if it is too large) and the seconds of its unit.
struct Part {
    amount: Option<u64>,
    seconds: u64,
}

fn strict(text: &str) -> Result<Vec<Part>, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.chars().any(char::is_whitespace) {
        return Err("it contains a space");
    }
    if text.chars().any(|c| c.is_ascii_uppercase()) {
        return Err("units are in lower case");
    }
    if text.contains(['.', ',']) {
        return Err("a fraction is not allowed");
    }
    if text.starts_with(['-', '+']) {
        return Err("a sign is not allowed");
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(number) = rest.strip_suffix(after).filter(|number| !number.is_empty()) else {
            return Err("a number is missing before the unit");
        };
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at_checked(end).unwrap_or((after, ""));
        if unit.is_empty() {
            return Err("the unit is missing");
        }
        let Some((_, seconds, _)) = UNITS.into_iter().find(|(letter, _, _)| unit.chars().eq([*letter])) else {
            return Err("units are `w`, `d`, `h`, `m` and `s`");
        };
        if parts.last().is_some_and(|before| before.seconds <= u64::from(seconds)) {
            return Err("units stand largest first, each at most once");
        }
        parts.push(Part { amount: number.parse().ok(), seconds: u64::from(seconds) });
        rest = next;
    }
    Ok(parts)
}

/// What to write instead of a text that is not a duration.
fn advice(text: &str) -> String {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    if !bare.is_empty() && bare.len() < 10 && bare.chars().all(|c| c.is_ascii_digit()) {
        return bare_number(&bare);
    }
    match repair(&bare.to_ascii_lowercase()) {
        Some(right) => format!("write `\"{right}\"`"),
        None => "write integers with units, such as `\"30m\"`, `\"1h30m\"` or `\"14d\"`".to_owned(),
    }
}

/// What to write instead of a number without unit.
pub(crate) fn bare_number(digits: &str) -> String {
    format!("write `\"{digits}m\"` or `\"{digits}s\"`")
}

/// What was probably meant by words of other languages, fractions, another order.
fn repair(text: &str) -> Option<String> {
    let text = text.trim_start_matches("pt");
    let mut rest = text;
    let mut total = 0.0;
    let mut spelled = String::new();
    let mut smallest = u32::MAX;
    let mut plain = true;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = rest.strip_suffix(after)?;
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (word, next) = after.split_at_checked(end)?;
        let (letter, seconds, _) =
            UNITS.into_iter().find(|(letter, _, names)| word.chars().eq([*letter]) || names.contains(&word))?;
        let amount: f64 = number.parse().ok()?;
        total += amount * f64::from(seconds);
        plain &= number.chars().all(|c| c.is_ascii_digit()) && seconds < smallest;
        smallest = seconds;
        spelled.push_str(&format!("{number}{letter}"));
        rest = next;
    }
    if !(1.0..=f64::from(MAX)).contains(&total) || total.fract() != 0.0 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number within 1..=MAX")]
    Some(if plain { spelled } else { show(total as u32) })
}

#[cfg(test)]
mod tests {
    use super::{Fault, MAX, parse, show};

    #[test]
    fn reads_the_grammar() {
        for (text, seconds) in [
            ("90s", 90),
            ("1h30m", 5_400),
            ("14d", 1_209_600),
            ("2w", 1_209_600),
            ("1w1d1h1m1s", 694_861),
            ("3650d", MAX),
            ("007m", 420),
        ] {
            assert_eq!(parse(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn shows_the_right_spelling() {
        for (text, advice) in [
            ("30", "`\"30m\"` or `\"30s\"`"),
            ("30min", "write `\"30m\"`"),
            ("90 minutes", "write `\"90m\"`"),
            ("1.5h", "write `\"1h30m\"`"),
            ("30M", "write `\"30m\"`"),
            ("PT30M", "write `\"30m\"`"),
            ("1h 30m", "write `\"1h30m\"`"),
            ("30m1h", "write `\"1h30m\"`"),
            ("1h1h", "write `\"2h\"`"),
            ("1hour", "write `\"1h\"`"),
            ("1y", "such as `\"30m\"`"),
            ("-5m", "such as `\"30m\"`"),
            ("", "such as `\"30m\"`"),
            ("m", "such as `\"30m\"`"),
            ("1h30", "such as `\"30m\"`"),
            ("é5m", "such as `\"30m\"`"),
            ("500ms", "such as `\"30m\"`"),
        ] {
            let said = parse(text);
            assert!(matches!(&said, Err(Fault::Grammar(message)) if message.contains(advice)), "{text}: {said:?}");
        }
    }

    #[test]
    fn refuses_zero_and_the_too_long() {
        for text in ["0s", "0h0m", "00d"] {
            assert!(matches!(parse(text), Err(Fault::Zero(_))), "{text}");
        }
        for text in ["3651d", "522w", "99999999999999999999999999s", "3650d1s"] {
            assert!(matches!(parse(text), Err(Fault::TooLong(_))), "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for seconds in [1, 59, 60, 61, 3_599, 3_600, 5_400, 86_399, 86_400, 604_800, 1_234_567, MAX] {
            assert_eq!(parse(&show(seconds)), Ok(seconds));
        }
    }
}
