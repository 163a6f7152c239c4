//! Numbers of identity documents: what can be said of one without asking anybody.
//!
//! | document | form | source |
//! |---|---|---|
//! | resident identity card | 18 characters: region (6), date of birth (8), sequence (3), check | GB 11643 |
//! | residence permit of residents of Hong Kong, Macao and Taiwan | the same, regions 810000, 820000, 830000 | State Council order of 2018 |
//! | permit to the mainland of residents of Hong Kong (H) and Macao (M) | the letter and 8 digits | card form since 2013 |
//! | permit to the mainland of residents of Taiwan | 8 digits | card form since 2015 |
//!
//! The 15 digits of the first identity cards are refused: they have been invalid since 2013. A right number proves nothing of
//! who presents it; an identity provider does.

use super::region::{self, RegionError};
use super::secret::{Masked, Secret, plain};
use jiff::civil::Date;
use std::fmt;

/// A longer text is no number of any document, however many spaces stand in it.
const TYPED_BYTES_MAX: usize = 96;
/// Characters of a GB 11643 number.
const CHARACTERS: usize = 18;
/// Weights of its first seventeen digits (ISO 7064, MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder.
const CHECKS: &[u8; 11] = b"10X98765432";
/// Nobody alive was born earlier.
const BORN_MIN_YEAR: i16 = 1800;

/// The number of an identity document in its normal form. Prints masked, forgets when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityNumber {
    kind: DocumentKind,
    text: Secret<CHARACTERS>,
}

/// Which document.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum DocumentKind {
    /// Resident identity card.
    ResidentCard,
    /// Residence permit of residents of Hong Kong, Macao and Taiwan.
    ResidencePermit,
    /// Permit to the mainland of residents of Hong Kong and Macao.
    HongKongMacaoPermit,
    /// Permit to the mainland of residents of Taiwan.
    TaiwanPermit,
}

impl DocumentKind {
    /// One byte for keyed hashes and sealed rows: it never changes.
    pub const fn code(self) -> u8 {
        match self {
            Self::ResidentCard => 1,
            Self::ResidencePermit => 2,
            Self::HongKongMacaoPermit => 3,
            Self::TaiwanPermit => 4,
        }
    }

    /// Its name in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResidentCard => "resident-card",
            Self::ResidencePermit => "residence-permit",
            Self::HongKongMacaoPermit => "hong-kong-macao-permit",
            Self::TaiwanPermit => "taiwan-permit",
        }
    }
}

/// Why a text is no number of a document. Nothing of the text is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IdentityError {
    /// No document's form.
    #[error("no known form: expected 18 characters, H or M and 8 digits, or 8 digits")]
    Form,
    /// A number of the first identity cards.
    #[error("15 digits: identity cards of that form have been invalid since 2013; expected 18 characters")]
    FirstGeneration,
    /// Another check character.
    #[error("the check character does not fit the others: a character is mistyped, or two are swapped")]
    Check,
    /// No region.
    #[error("digits 1 to 6: {0}")]
    Region(#[from] RegionError),
    /// Not a day of the calendar.
    #[error("digits 7 to 14 are no day of the calendar since 1800")]
    BirthDate,
    /// A day to come.
    #[error("digits 7 to 14 are a day that is still to come")]
    BornTomorrow,
}

impl IdentityNumber {
    /// Reads what somebody typed: spaces and hyphens are left out, full-width characters and small letters are taken for the
    /// plain ones. `today` is the date in the programme's zone.
    ///
    /// # Errors
    /// See [`IdentityError`].
    pub fn parse(typed: &str, today: Date) -> Result<Self, IdentityError> {
        let normal = normal(typed).ok_or(IdentityError::Form)?;
        let text = normal.reveal();
        let kind = match text.as_bytes() {
            [b'H' | b'M', digits @ ..] if digits.len() == 8 && all_digits(digits) => DocumentKind::HongKongMacaoPermit,
            digits if digits.len() == 8 && all_digits(digits) => DocumentKind::TaiwanPermit,
            digits if digits.len() == 15 && all_digits(digits) => return Err(IdentityError::FirstGeneration),
            [digits @ .., last] if digits.len() == 17 && all_digits(digits) => standard(text, digits, *last, today)?,
            _ => return Err(IdentityError::Form),
        };
        Ok(Self { kind, text: normal })
    }

    /// Which document.
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The number in its normal form, in full: to be sealed, hashed under a key, and told an identity provider; for nothing
    /// else.
    pub fn reveal(&self) -> &str {
        self.text.reveal()
    }
}

/// A number of GB 11643.
fn standard(text: &str, digits: &[u8], last: u8, today: Date) -> Result<DocumentKind, IdentityError> {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = usize::try_from(sum % 11).ok().and_then(|remainder| CHECKS.get(remainder));
    if check != Some(&last) {
        return Err(IdentityError::Check);
    }
    let born = text.get(6..14).and_then(|date| Date::strptime("%Y%m%d", date).ok());
    let born = born.filter(|date| date.year() >= BORN_MIN_YEAR).ok_or(IdentityError::BirthDate)?;
    if born > today {
        return Err(IdentityError::BornTomorrow);
    }
    let kind = region::check(text.get(..6).unwrap_or_default(), born, today)?;
    Ok(kind)
}

fn normal(typed: &str) -> Option<Secret<CHARACTERS>> {
    if typed.len() > TYPED_BYTES_MAX {
        return None;
    }
    let characters = typed.chars().map(plain).filter(|character| !matches!(character, ' ' | '-'));
    Secret::collect(characters.map(|character| character.to_ascii_uppercase()))
}

fn all_digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

/// `440***********123X`; of a permit its first character and its last two.
impl fmt::Display for IdentityNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.reveal();
        let (front, end) = if text.len() == CHARACTERS { (3, 4) } else { (1, 2) };
        fmt::Display::fmt(&Masked { text, front, end }, formatter)
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests;
