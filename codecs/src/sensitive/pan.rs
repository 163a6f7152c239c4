//! Card numbers.

use super::{forget, luhn_is_valid};
use std::fmt;

/// The longest card number (ISO/IEC 7812).
const DIGITS_MAX: usize = 19;
/// Shorter ones are no card numbers, and print no digit.
const DIGITS_MIN: usize = 12;

/// What was to be a card number has other characters than digits, or not 12 to 19 of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a card number has 12 to 19 digits, got {got_bytes} bytes or other characters")]
pub struct NotAPan {
    /// Bytes given.
    pub got_bytes: usize,
}

/// A card number that borrows its digits, for a look while they are at hand.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PanRef<'a>(&'a [u8]);

impl<'a> PanRef<'a> {
    /// From ASCII digits.
    ///
    /// # Errors
    /// Other characters, or not 12 to 19 digits.
    pub fn new(digits: &'a [u8]) -> Result<Self, NotAPan> {
        if (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
            Ok(Self(digits))
        } else {
            Err(NotAPan { got_bytes: digits.len() })
        }
    }

    /// The digits, in full: for the wire and for keyed hashes only.
    #[must_use]
    pub fn reveal(&self) -> &'a [u8] {
        self.0
    }

    /// The first six digits.
    #[must_use]
    pub fn bin(&self) -> &'a [u8] {
        self.0.get(..6).unwrap_or_default()
    }

    /// Whether the check digit is right.
    #[must_use]
    pub fn has_valid_check_digit(&self) -> bool {
        luhn_is_valid(self.0)
    }

    /// A copy that forgets when dropped.
    #[must_use]
    pub fn to_owned(&self) -> Pan {
        let mut digits = [0; DIGITS_MAX];
        for (slot, digit) in digits.iter_mut().zip(self.0) {
            *slot = *digit;
        }
        Pan { digits, length: self.0.len() }
    }
}

/// A card number of its own. Zeroed when dropped.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pan {
    digits: [u8; DIGITS_MAX],
    length: usize,
}

impl Pan {
    /// From ASCII digits.
    ///
    /// # Errors
    /// Other characters, or not 12 to 19 digits.
    pub fn new(digits: &[u8]) -> Result<Self, NotAPan> {
        Ok(PanRef::new(digits)?.to_owned())
    }

    /// Borrowed.
    #[must_use]
    pub fn as_ref(&self) -> PanRef<'_> {
        PanRef(self.reveal())
    }

    /// The digits, in full: for the wire and for keyed hashes only.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }

    /// The first six digits.
    #[must_use]
    pub fn bin(&self) -> &[u8] {
        self.as_ref().bin()
    }

    /// Whether the check digit is right.
    #[must_use]
    pub fn has_valid_check_digit(&self) -> bool {
        luhn_is_valid(self.reveal())
    }
}

impl Drop for Pan {
    fn drop(&mut self) {
        forget(&mut self.digits);
    }
}

/// Prints the first six and last four of the digits, or only stars when there are too few of them or other characters.
pub(crate) fn print_masked(digits: &[u8], f: &mut impl fmt::Write) -> fmt::Result {
    let showable = PanRef::new(digits).is_ok();
    for (at, &digit) in digits.iter().enumerate() {
        let shown = showable && (at < 6 || at + 4 >= digits.len());
        f.write_char(if shown { char::from(digit) } else { '*' })?;
    }
    Ok(())
}

macro_rules! print_masked {
    ($($kind:ty),*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                print_masked(self.reveal(), f)
            }
        }

        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                print_masked(self.reveal(), f)
            }
        }
    )*};
}

print_masked!(Pan, PanRef<'_>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_six_and_four_at_most() {
        let check = |digits: &str, expected: &str| {
            let pan = Pan::new(digits.as_bytes()).unwrap();
            assert_eq!((pan.to_string(), format!("{pan:?}")), (expected.to_owned(), expected.to_owned()));
            assert_eq!(pan.as_ref().to_string(), expected);
        };
        check("4761739001010119", "476173******0119");
        check("6217000012345678901", "621700*********8901");
        check("622848123456", "622848**3456");
    }

    #[test]
    fn what_is_no_card_number_shows_nothing() {
        for text in ["", "12345678901", "12345678901234567890", "476173900101011x"] {
            assert!(Pan::new(text.as_bytes()).is_err());
            let mut out = String::new();
            print_masked(text.as_bytes(), &mut out).unwrap();
            assert_eq!(out, "*".repeat(text.len()));
        }
    }
}
