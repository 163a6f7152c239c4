//! A field's description boiled down to what the parser does: eight bytes, no pointers, looked up by number.

use super::field::{Class, Counts, Encoding, FieldSpec, Prefix, PrefixEncoding};

/// How the length of a field is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrefixOperation {
    /// The table does not have the field.
    Unknown,
    /// It is fixed.
    Fixed,
    /// One to four ASCII digits.
    Ascii1,
    Ascii2,
    Ascii3,
    Ascii4,
    /// One to four EBCDIC digits.
    Ebcdic,
    /// One or two bytes of BCD.
    Bcd1,
    Bcd2,
    /// One or two bytes, big-endian.
    Binary1,
    Binary2,
}

/// How the characters of a value are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// Any byte.
    Any,
    /// ASCII digits.
    Digits,
    /// ASCII, 0x20 to 0x7e.
    Printable,
    /// ASCII, by the mask of categories.
    Ascii,
    /// EBCDIC, by the mask of categories.
    Ebcdic,
    /// A character set of several bytes, by the mask of categories.
    Text,
    /// Two digits a byte; the odd nibble first or last. With the track bit in the mask, separators too.
    BcdLeft,
    BcdRight,
    /// ASCII or EBCDIC hexadecimal, an even number of characters.
    Hex,
    HexEbcdic,
    /// `C` or `D`, then digits; ASCII or EBCDIC.
    SignedAscii,
    SignedEbcdic,
}

/// What the parser does for one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) prefix: PrefixOperation,
    pub(crate) check: Check,
    /// Categories of characters that are allowed, see `message::class`.
    pub(crate) mask: u8,
    /// Bytes of the prefix.
    pub(crate) prefix_bytes: u8,
    /// 1 where a byte holds two of what the length counts, else 0.
    pub(crate) shift: u8,
    /// Of BCD whose prefix counts bytes: [`Self::FILLER`], [`Self::ODD_LIMIT`].
    pub(crate) flags: u8,
    /// In what the prefix counts: the fixed length, or the longest.
    pub(crate) length: u16,
}

impl Operation {
    /// The nibble 15 may fill an odd number of digits.
    pub(crate) const FILLER: u8 = 1;
    /// The longest value has an odd number of digits.
    pub(crate) const ODD_LIMIT: u8 = 2;

    pub(crate) const UNKNOWN: Self = Self {
        prefix: PrefixOperation::Unknown,
        check: Check::Any,
        mask: 0,
        prefix_bytes: 0,
        shift: 0,
        flags: 0,
        length: 0,
    };

    pub(super) fn of(spec: &FieldSpec) -> Self {
        let counts_bytes = matches!(spec.prefix, Prefix::Variable { counts: Counts::Bytes, .. });
        let length = match spec.encoding {
            encoding if encoding.is_hex() => spec.length.saturating_mul(2),
            encoding if encoding.is_bcd() && counts_bytes => spec.length.div_ceil(2),
            _ => spec.length,
        };
        let by_bytes = spec.encoding.is_bcd() && counts_bytes;
        let filler = if by_bytes && spec.pad_nibble == 15 { Self::FILLER } else { 0 };
        let odd_limit = if by_bytes && !spec.length.is_multiple_of(2) { Self::ODD_LIMIT } else { 0 };
        Self {
            flags: filler | odd_limit,
            prefix: prefix_operation(spec.prefix),
            check: check_of(spec),
            mask: crate::message::class::mask_of(spec.class, spec.encoding),
            prefix_bytes: spec.prefix.bytes().to_le_bytes()[0],
            shift: u8::from(spec.encoding.is_bcd() && !counts_bytes),
            length,
        }
    }
}

fn prefix_operation(prefix: Prefix) -> PrefixOperation {
    let Prefix::Variable { digits, encoding, .. } = prefix else { return PrefixOperation::Fixed };
    match (encoding, digits) {
        (PrefixEncoding::Ascii, 1) => PrefixOperation::Ascii1,
        (PrefixEncoding::Ascii, 2) => PrefixOperation::Ascii2,
        (PrefixEncoding::Ascii, 3) => PrefixOperation::Ascii3,
        (PrefixEncoding::Ascii, _) => PrefixOperation::Ascii4,
        (PrefixEncoding::Ebcdic, _) => PrefixOperation::Ebcdic,
        (PrefixEncoding::Bcd, 1 | 2) => PrefixOperation::Bcd1,
        (PrefixEncoding::Bcd, _) => PrefixOperation::Bcd2,
        (PrefixEncoding::Binary, 1 | 2) => PrefixOperation::Binary1,
        (PrefixEncoding::Binary, _) => PrefixOperation::Binary2,
    }
}

fn check_of(spec: &FieldSpec) -> Check {
    match (spec.encoding, spec.class) {
        (Encoding::Binary, _) => Check::Any,
        (Encoding::Hex, _) => Check::Hex,
        (Encoding::HexEbcdic, _) => Check::HexEbcdic,
        (Encoding::BcdLeft, _) => Check::BcdLeft,
        (Encoding::BcdRight, _) => Check::BcdRight,
        (Encoding::Ebcdic, Class::Xn) => Check::SignedEbcdic,
        (Encoding::Ebcdic, _) => Check::Ebcdic,
        (_, Class::Xn) => Check::SignedAscii,
        (_, Class::N) => Check::Digits,
        (Encoding::Text(_), Class::Ans) => Check::Text,
        (_, Class::Ans) => Check::Printable,
        _ => Check::Ascii,
    }
}
