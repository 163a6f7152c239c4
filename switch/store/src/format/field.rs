//! One value as bytes: integers little-endian, text and lists with their length before them.

use super::FormatError;
use arrayvec::ArrayVec;
use lijian_domain::cap::{TAKES_MAX, Takes};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{
    AcquirerId, AuthorisationCode, CampaignId, CardFingerprint, CategoryId, ContentDigest, DistrictCode, DuplicateKey,
    GrantId, Gtin, LinkName, Lsn, MerchantId, PackId, PersonKey, QualificationCode, Rrn, RulesVersion, SerialNumber,
    SponsorId, Stan, TerminalId, TransmissionTime,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::sale::{AwardedItems, ITEMS_MAX};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};

/// A value with a layout.
pub(crate) trait Field: Sized {
    /// Appends it.
    fn put(&self, out: &mut Vec<u8>);
    /// Reads what [`Field::put`] wrote.
    fn take(input: &mut Input<'_>) -> Result<Self, FormatError>;
}

/// Bytes being read.
pub(crate) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where reading stands.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(taken) = rest.get(..length) else {
            return Err(FormatError::Truncated { at: self.at, needed: length - rest.len() });
        };
        self.at += length;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// Nothing may follow.
    pub(crate) fn end(self) -> Result<(), FormatError> {
        let left = self.bytes.len().saturating_sub(self.at);
        if left == 0 { Ok(()) } else { Err(FormatError::LeftOver { at: self.at, left }) }
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Field for $integer {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
                input.array().map(Self::from_le_bytes)
            }
        }
    )*};
}

integers!(u8, u16, u32, u64, i32, i64);

macro_rules! wrapped {
    ($($name:ident),* $(,)?) => {$(
        impl Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }

            fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
                Field::take(input).map(Self)
            }
        }
    )*};
}

wrapped!(
    AcquirerId,
    AuthorisationCode,
    BusinessDate,
    CampaignId,
    CardFingerprint,
    CategoryId,
    ContentDigest,
    DistrictCode,
    DuplicateKey,
    GrantId,
    Gtin,
    LinkName,
    Lsn,
    MerchantId,
    PackId,
    PersonKey,
    QualificationCode,
    Rrn,
    RulesVersion,
    SerialNumber,
    SponsorId,
    Stan,
    TerminalId,
    TransmissionTime,
    UnixMicros,
);

/// Digests have a fixed length: no length before them.
impl<const N: usize> Field for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        input.array()
    }
}

/// Length in one byte, then UTF-8.
impl<const N: usize> Field for Text<N> {
    fn put(&self, out: &mut Vec<u8>) {
        let bytes = self.as_bytes();
        // The type holds no more than 255 bytes.
        out.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(bytes);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        let at = input.at();
        let length = u8::take(input)?;
        Self::from_bytes(input.take(usize::from(length))?).map_err(|_| FormatError::Value { at, what: "text" })
    }
}

/// Number of values in two bytes, then each.
impl<T: Field, const N: usize> Field for ArrayVec<T, N> {
    fn put(&self, out: &mut Vec<u8>) {
        // Lists of records are far shorter than 65,536.
        u16::try_from(self.len()).unwrap_or(u16::MAX).put(out);
        for value in self {
            value.put(out);
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        let length = usize::from(u16::take(input)?);
        if length > N {
            return Err(FormatError::Length { got: length, at_most: N });
        }
        let mut values = Self::new();
        for _ in 0..length {
            values.push(T::take(input)?);
        }
        Ok(values)
    }
}

macro_rules! short_lists {
    ($($name:ident of $most:ident),*) => {$(
        /// The same. A list that may be longer stands inline as long as it is short.
        impl Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                u16::try_from(self.len()).unwrap_or(u16::MAX).put(out);
                self.iter().for_each(|value| value.put(out));
            }

            fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
                let length = usize::from(u16::take(input)?);
                if length > $most {
                    return Err(FormatError::Length { got: length, at_most: $most });
                }
                (0..length).map(|_| Field::take(input)).collect()
            }
        }
    )*};
}

short_lists!(Takes of TAKES_MAX, AwardedItems of ITEMS_MAX);

/// 0 for nothing; 1, then the value.
impl<T: Field> Field for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(0),
            Some(value) => {
                out.push(1);
                value.put(out);
            }
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        let at = input.at();
        match u8::take(input)? {
            0 => Ok(None),
            1 => T::take(input).map(Some),
            _ => Err(FormatError::Value { at, what: "presence byte" }),
        }
    }
}

impl Field for MinorUnits {
    fn put(&self, out: &mut Vec<u8>) {
        self.get().put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        u64::take(input).map(Self::new)
    }
}

/// The four characters of tag 82.
impl Field for DecisionCode {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_str().as_bytes());
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        let at = input.at();
        let text = input.take(4)?;
        std::str::from_utf8(text).ok().and_then(Self::parse).ok_or(FormatError::Value { at, what: "decision code" })
    }
}
