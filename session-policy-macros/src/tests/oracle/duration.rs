//! Durations, read once more: largest unit first, each at most once, so a text is at most one integer per unit.

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duration {
    Seconds(u64),
    NotOne,
    Zero,
    TooLong,
}

const LONGEST: u128 = 3650 * 24 * 60 * 60;

pub(super) fn read(text: &str) -> Duration {
    let mut rest = text.as_bytes();
    let mut total = 0_u128;
    for (unit, seconds) in [(b'w', 7 * 86_400), (b'd', 86_400), (b'h', 3_600), (b'm', 60), (b's', 1)] {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 && rest.get(digits) == Some(&unit) {
            let amount = rest[..digits]
                .iter()
                .fold(0_u128, |n, digit| n.saturating_mul(10).saturating_add(u128::from(digit - b'0')));
            total = total.saturating_add(amount.saturating_mul(seconds));
            rest = &rest[digits + 1..];
        }
    }
    match total {
        _ if text.is_empty() || !rest.is_empty() => Duration::NotOne,
        0 => Duration::Zero,
        LONGEST.. if total > LONGEST => Duration::TooLong,
        seconds => Duration::Seconds(seconds as u64),
    }
}

#[test]
fn durations_are_read() {
    for (text, is) in [
        ("90s", Duration::Seconds(90)),
        ("1h30m", Duration::Seconds(5_400)),
        ("3650d", Duration::Seconds(315_360_000)),
        ("521w3d", Duration::Seconds(315_360_000)),
        ("0h1s", Duration::Seconds(1)),
        ("0w0s", Duration::Zero),
        ("3650d1s", Duration::TooLong),
        ("99999999999999999999999999999999999999999s", Duration::TooLong),
        ("", Duration::NotOne),
        ("30", Duration::NotOne),
        ("m", Duration::NotOne),
        ("30M", Duration::NotOne),
        ("1h 30m", Duration::NotOne),
        ("30m1h", Duration::NotOne),
        ("1h1h", Duration::NotOne),
        ("1.5h", Duration::NotOne),
        ("30min", Duration::NotOne),
    ] {
        assert_eq!(read(text), is, "{text}");
    }
}
