//! Amounts of money, in cents: read from what people type, shown as they expect it.

use std::fmt;

/// An amount in cents; never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cents(pub(crate) u64);

impl Cents {
    /// Reads `12`, `12.5`, `12.50` (and `12,50`, as half of Europe writes it). `None` for anything else, signs and
    /// thousands separators included: what could be read in two ways is not read.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 2 {
            return None;
        }
        let part: u64 = part.parse::<u64>().ok()? * if part.len() == 1 { 10 } else { 1 };
        whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part).map(Self)
    }
}

/// `€ 1,234.50`
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = ((self.0 / 100).to_string(), self.0 % 100);
        f.write_str("€\u{a0}")?;
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, ".{part:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        for (text, cents) in [("12", 1200), ("12.5", 1250), ("12.50", 1250), (" 0,07 ", 7), ("0", 0), ("007", 700)] {
            assert_eq!(Cents::parse(text), Some(Cents(cents)), "{text:?}");
        }
        for text in [
            "",
            "-1",
            "+1",
            "1.234",
            "1,234.00",
            "1e3",
            ".5",
            "1.",
            "12 50",
            "٣",
            "99999999999999999999",
            "184467440737095517",
        ] {
            assert_eq!(Cents::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn shows_what_people_expect() {
        for (cents, text) in
            [(0, "0.00"), (7, "0.07"), (100_000, "1,000.00"), (123_456_789, "1,234,567.89"), (99_900, "999.00")]
        {
            assert_eq!(Cents(cents).to_string(), format!("€\u{a0}{text}"));
        }
    }
}
