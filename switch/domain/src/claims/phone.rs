//! Mobile numbers of the mainland: 11 digits, the first 1, the second 3 to 9.

use super::secret::{Masked, Secret, plain};
use std::fmt;

/// A longer text is no number.
const TYPED_BYTES_MAX: usize = 64;
const DIGITS: usize = 11;

/// A mobile number without its country code. Prints masked, forgets when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(Secret<DIGITS>);

/// The text is no mobile number. Nothing of it is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("expected a mobile number of the mainland: 11 digits from 13 to 19 on, +86 or 0086 before it or not")]
pub struct PhoneError;

impl PhoneNumber {
    /// Reads what somebody typed: spaces and hyphens are left out, full-width digits are taken for plain ones.
    ///
    /// # Errors
    /// It is no mobile number of the mainland.
    pub fn parse(typed: &str) -> Result<Self, PhoneError> {
        if typed.len() > TYPED_BYTES_MAX {
            return Err(PhoneError);
        }
        let plain_text = typed.chars().map(plain).filter(|character| !matches!(character, ' ' | '-'));
        let text = Secret::<TYPED_BYTES_MAX>::collect(plain_text).ok_or(PhoneError)?;
        let text = text.reveal();
        let digits = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086")).unwrap_or(text);
        let well_formed = matches!(digits.as_bytes(), [b'1', b'3'..=b'9', rest @ ..]
            if rest.len() == DIGITS - 2 && rest.iter().all(u8::is_ascii_digit));
        let number = if well_formed { Secret::new(digits) } else { None };
        number.map(Self).ok_or(PhoneError)
    }

    /// The 11 digits, in full: to be sealed, hashed under a key, and told an identity provider; for nothing else.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

/// `138****1234`.
impl fmt::Display for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Masked { text: self.reveal(), front: 3, end: 4 }, formatter)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_their_normal_form() {
        for typed in ["13800001234", "+86 138-0000-1234", "0086 13800001234", "＋８６１３８００００１２３４"]
        {
            assert_eq!(PhoneNumber::parse(typed).unwrap().reveal(), "13800001234", "{typed}");
        }
    }

    #[test]
    fn what_is_none() {
        for typed in ["", "1380000123", "138000012345", "12800001234", "23800001234", "1380000123a", "+8513800001234"] {
            assert_eq!(PhoneNumber::parse(typed), Err(PhoneError), "{typed}");
        }
        for second in b'3'..=b'9' {
            assert!(PhoneNumber::parse(&format!("1{}000001234", char::from(second))).is_ok());
        }
        assert!(PhoneNumber::parse(&"1".repeat(100_000)).is_err());
        assert!(PhoneNumber::parse("00860086138").is_err());
    }

    #[test]
    fn nothing_prints_a_number() {
        let number = PhoneNumber::parse("13800001234").unwrap();
        assert_eq!((number.to_string().as_str(), format!("{number:?}").as_str()), ("138****1234", "138****1234"));
    }
}
