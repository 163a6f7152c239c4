//! A card number as the issuer keys its accounts by it. It never prints in the clear.

use std::fmt;

/// Longest card number (ISO/IEC 7812-1).
const DIGITS_MAX: usize = 19;

/// A card number. Displays and debugs as its first 6 and last 4 digits; a shorter one than 13 digits as stars alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Card {
    digits: [u8; DIGITS_MAX],
    length: u8,
}

impl Card {
    /// From the digits of field 2; `None` when there are none, more than 19, or something else than digits.
    #[must_use]
    pub fn from_digits(number: &[u8]) -> Option<Self> {
        let length = u8::try_from(number.len()).ok().filter(|length| *length > 0)?;
        let mut digits = [0; DIGITS_MAX];
        digits.get_mut(..number.len())?.copy_from_slice(number);
        number.iter().all(u8::is_ascii_digit).then_some(Self { digits, length })
    }

    /// From track 2 (field 35): what stands before the separator, `=` or `D`.
    #[must_use]
    pub fn from_track2(track: &[u8]) -> Option<Self> {
        let end = track.iter().position(|byte| matches!(byte, b'=' | b'D' | b'd'))?;
        Self::from_digits(track.get(..end)?)
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        let shown_behind = digits.len().saturating_sub(4);
        for (at, digit) in digits.iter().enumerate() {
            let shown = digits.len() >= 13 && (at < 6 || at >= shown_behind);
            write!(f, "{}", if shown { char::from(*digit) } else { '*' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_masked_only() {
        let check = |number: &str, masked: &str| {
            let card = Card::from_digits(number.as_bytes()).unwrap();
            assert_eq!(format!("{card} {card:?}"), format!("{masked} {masked}"));
        };
        check("6222021234567890", "622202******7890");
        check("6222021234567890123", "622202*********0123");
        check("622202123456", "************");
    }

    #[test]
    fn one_card_by_number_and_by_track() {
        let card = Card::from_digits(b"6222021234567890");
        assert_eq!(Card::from_track2(b"6222021234567890=30122010000"), card);
        assert_eq!(Card::from_track2(b"6222021234567890D30122010000"), card);
        assert!(card.is_some());
    }

    #[test]
    fn no_card_at_all() {
        for number in ["", "62220212345678901234", "622202-234567890"] {
            assert_eq!(Card::from_digits(number.as_bytes()), None);
        }
        assert_eq!(Card::from_track2(b"6222021234567890"), None);
    }
}
