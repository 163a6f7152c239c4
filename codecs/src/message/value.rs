//! From the bytes of a value to its logical characters.

use super::HEX_DIGITS;
use crate::dialect::{Counts, Encoding, FieldSpec, Prefix};
use crate::text::ebcdic;

/// Whether the bytes are the logical characters.
#[inline]
pub(crate) const fn is_itself(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::Ascii | Encoding::Binary | Encoding::Text(_))
}

/// How many logical characters the value has.
pub(crate) fn length(spec: &FieldSpec, raw: &[u8], counted: usize) -> usize {
    if spec.encoding.is_hex() {
        raw.len() / 2
    } else if spec.encoding.is_bcd() {
        let (from, to) = nibbles(spec, raw, counted);
        to - from
    } else {
        raw.len()
    }
}

/// The logical characters one by one.
pub(crate) fn characters<'v>(spec: &FieldSpec, raw: &'v [u8], counted: usize) -> impl Iterator<Item = u8> + use<'v> {
    let (from, to) = match spec.encoding {
        encoding if encoding.is_bcd() => nibbles(spec, raw, counted),
        encoding if encoding.is_hex() => (0, raw.len() / 2),
        _ => (0, raw.len()),
    };
    let encoding = spec.encoding;
    (from..to).map(move |at| character(encoding, raw, at))
}

/// All of them into a buffer; `None` when it is too small.
pub(crate) fn decode<'b>(spec: &FieldSpec, raw: &[u8], counted: usize, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let buffer = buffer.get_mut(..length(spec, raw, counted))?;
    if is_itself(spec.encoding) {
        buffer.copy_from_slice(raw);
    } else {
        for (slot, character) in buffer.iter_mut().zip(characters(spec, raw, counted)) {
            *slot = character;
        }
    }
    Some(buffer)
}

#[inline]
fn character(encoding: Encoding, raw: &[u8], at: usize) -> u8 {
    let byte = |at: usize| raw.get(at).copied().unwrap_or(0);
    match encoding {
        Encoding::Ascii | Encoding::Binary | Encoding::Text(_) => byte(at),
        Encoding::Ebcdic => ebcdic::to_ascii(byte(at)),
        Encoding::BcdLeft | Encoding::BcdRight => {
            let pair = byte(at / 2);
            match if at.is_multiple_of(2) { pair >> 4 } else { pair & 15 } {
                digit @ 0..=9 => b'0' + digit,
                13 => b'=',
                other => b':' + other,
            }
        }
        Encoding::Hex => HEX_DIGITS[usize::from(byte(at * 2))] << 4 | HEX_DIGITS[usize::from(byte(at * 2 + 1))] & 15,
        Encoding::HexEbcdic => {
            let digit = |at| HEX_DIGITS[usize::from(ebcdic::to_ascii(byte(at)))];
            digit(at * 2) << 4 | digit(at * 2 + 1) & 15
        }
    }
}

/// First nibble of the value, and one past its last: an odd one is left out at its side.
fn nibbles(spec: &FieldSpec, raw: &[u8], counted: usize) -> (usize, usize) {
    let all = raw.len() * 2;
    let odd = if matches!(spec.prefix, Prefix::Variable { counts: Counts::Bytes, .. }) {
        // The prefix does not say whether the number of digits is odd; only a filler that is no digit does.
        match (spec.encoding, raw) {
            (Encoding::BcdRight, [first, ..]) => first >> 4 == 15,
            (_, [.., last]) => last & 15 == 15,
            _ => false,
        }
    } else {
        counted < all
    };
    match (odd, spec.encoding) {
        (false, _) => (0, all),
        (true, Encoding::BcdRight) => (1, all),
        (true, _) => (0, all - 1),
    }
}
