//! A field's description boiled down to what the parser does: a few bytes, no pointers, looked up by number.

use super::field::{Class, Counts, Encoding, FieldSpec, Prefix, PrefixEncoding};

/// The fields that messages are mostly made of: fixed, or behind two or three ASCII digits of length; digits, a track, printable
/// characters, or bytes. One bit for each way, tested one by one: the parser's branches are then predicted far better than
/// one jump through a table would be.
pub(crate) mod plain {
    /// No length in front.
    pub(crate) const FIXED: u8 = 1;
    /// Two ASCII digits of length; with neither bit, three.
    pub(crate) const TWO: u8 = 2;
    /// ASCII digits.
    pub(crate) const DIGITS: u8 = 4;
    /// ASCII, 0x20 to 0x7e.
    pub(crate) const PRINTABLE: u8 = 8;
    /// ASCII, 0x30 to 0x3f and `D`.
    pub(crate) const TRACK: u8 = 16;
    /// Any byte.
    pub(crate) const ANY: u8 = 32;
    /// What neighbours may have in common so that they are checked together.
    pub(crate) const RUNS: u8 = DIGITS | PRINTABLE;
}

fn plain_of(prefix: PrefixOperation, check: Check) -> u8 {
    let prefix = match prefix {
        PrefixOperation::Fixed => plain::FIXED,
        PrefixOperation::Ascii2 => plain::TWO,
        PrefixOperation::Ascii3 => 0,
        _ => return 0,
    };
    let check = match check {
        Check::Digits => plain::DIGITS,
        Check::Printable => plain::PRINTABLE,
        Check::Track => plain::TRACK,
        Check::Any => plain::ANY,
        _ => return 0,
    };
    prefix | check
}

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
    /// ASCII, 0x30 to 0x3f and `D`.
    Track,
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
    /// Bits of [`plain`]; 0 for all other fields.
    pub(crate) plain: u8,
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
        plain: 0,
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
        let (prefix, check) = (prefix_operation(spec.prefix), check_of(spec));
        Self {
            plain: plain_of(prefix, check),
            flags: filler | odd_limit,
            prefix,
            check,
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
        (_, Class::Z) => Check::Track,
        (Encoding::Text(_), Class::Ans) => Check::Text,
        (_, Class::Ans) => Check::Printable,
        _ => Check::Ascii,
    }
}
