//! Text built in constants, for the messages of [`check`](super::check).

use super::{RoleSet, RoleSpec};

/// What stands for a `{}` of a template.
#[derive(Clone, Copy)]
pub(super) enum Piece<'a> {
    /// As it is.
    Text(&'a str),
    /// A duration, in seconds.
    Time(u32),
    /// A number of things.
    Count(u32),
    /// A role: `Role::Admin`.
    Role(RoleSet, &'a RoleSpec),
}

/// A message; what does not fit is cut off.
pub(super) struct Message {
    bytes: [u8; Self::LONGEST],
    len: usize,
}

impl Message {
    const LONGEST: usize = 512;

    /// Fills the pieces into the `{}` of the template, in order.
    pub(super) const fn new(template: &str, pieces: &[Piece<'_>]) -> Self {
        let mut this = Self { bytes: [0; Self::LONGEST], len: 0 };
        let (mut rest, mut pieces) = (template.as_bytes(), pieces);
        while let Some((byte, next)) = rest.split_first() {
            rest = next;
            if let (b'{', Some((b'}', after)), Some((piece, others))) =
                (*byte, next.split_first(), pieces.split_first())
            {
                this = this.piece(piece);
                (rest, pieces) = (after, others);
            } else {
                this = this.byte(*byte);
            }
        }
        this
    }

    const fn piece(self, piece: &Piece<'_>) -> Self {
        match piece {
            Piece::Text(text) => self.text(text),
            Piece::Time(seconds) => self.duration(*seconds),
            Piece::Count(number) => self.number(*number),
            Piece::Role(set, role) => self.text(set.table().name).text("::").text(role.variant),
        }
    }

    const fn text(mut self, text: &str) -> Self {
        let mut rest = text.as_bytes();
        while let Some((byte, next)) = rest.split_first() {
            self = self.byte(*byte);
            rest = next;
        }
        self
    }

    /// As the language writes it: `1h30m`.
    const fn duration(mut self, seconds: u32) -> Self {
        let mut rest = seconds;
        let mut units: &[(u32, u8)] = &[(86_400, b'd'), (3_600, b'h'), (60, b'm'), (1, b's')];
        while let Some(((size, unit), next)) = units.split_first() {
            if *size <= rest {
                self = self.number(rest / *size).byte(*unit);
                rest %= *size;
            }
            units = next;
        }
        self
    }

    const fn number(self, number: u32) -> Self {
        let this = if number < 10 { self } else { self.number(number / 10) };
        this.byte(b'0' + (number % 10) as u8)
    }

    const fn byte(mut self, byte: u8) -> Self {
        if self.len < Self::LONGEST {
            // `get_mut` is not yet constant.
            let (_, end) = self.bytes.split_at_mut(self.len);
            if let Some(first) = end.first_mut() {
                *first = byte;
            }
            self.len += 1;
        }
        self
    }

    /// The text; empty if it was cut within a character.
    pub(super) const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, Piece};

    #[test]
    fn fills_pieces_in() {
        let message = Message::new("`idle` ({}) of `{}` {}", &[Piece::Time(90), Piece::Text("Site")]);
        assert_eq!(message.as_str(), "`idle` (1m30s) of `Site` {}");
        assert_eq!(
            Message::new("{} of {}", &[Piece::Count(0), Piece::Count(4_294_967_295)]).as_str(),
            "0 of 4294967295"
        );
    }

    #[test]
    fn writes_durations_as_the_language_does() {
        for (seconds, text) in [(1, "1s"), (90, "1m30s"), (5_400, "1h30m"), (1_209_600, "14d"), (315_360_000, "3650d")]
        {
            assert_eq!(Message::new("{}", &[Piece::Time(seconds)]).as_str(), text);
        }
    }

    #[test]
    fn cuts_what_does_not_fit() {
        assert_eq!(Message::new(&"x".repeat(600), &[]).as_str().len(), 512);
    }
}
