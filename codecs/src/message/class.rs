//! Which bytes a value may be made of: eight at a time where the class is a range, by table where it is not.

use crate::dialect::{Check, Class, Encoding, Operation, plain};
use crate::text::ebcdic;

const DIGIT: u8 = 1;
const LETTER: u8 = 2;
const SPACE: u8 = 4;
/// Printable, neither letter, digit nor space.
const SPECIAL: u8 = 8;
/// What may stand in a track beside digits: `:` to `?` and `D`.
const TRACK: u8 = 16;
/// `A` to `F`, `a` to `f`.
const HEX: u8 = 32;
/// Bytes above ASCII.
const HIGH: u8 = 64;

static ASCII: [u8; 256] = categories();
static EBCDIC: [u8; 256] = {
    let ascii = categories();
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = ascii[ebcdic::TO_ASCII[byte] as usize] & !HIGH;
        byte += 1;
    }
    table
};

const fn categories() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'D' => LETTER | TRACK | HEX,
            b'A'..=b'F' | b'a'..=b'f' => LETTER | HEX,
            b'A'..=b'Z' | b'a'..=b'z' => LETTER,
            b' ' => SPACE,
            b':'..=b'?' => SPECIAL | TRACK,
            b'!'..=b'~' => SPECIAL,
            0x80..=0xff => HIGH,
            _ => 0,
        };
        if byte == 0xff {
            return table;
        }
        byte += 1;
    }
}

/// The categories that a class allows.
pub(crate) fn mask_of(class: Class, encoding: Encoding) -> u8 {
    let mask = match class {
        Class::N | Class::Xn => DIGIT,
        Class::A => LETTER | SPACE,
        Class::An => LETTER | DIGIT,
        Class::Anp => LETTER | DIGIT | SPACE,
        Class::As => LETTER | SPACE | SPECIAL,
        Class::Ns => DIGIT | SPECIAL,
        Class::Ans => LETTER | DIGIT | SPACE | SPECIAL,
        Class::Z => DIGIT | TRACK,
        Class::B => DIGIT | HEX,
    };
    if matches!(encoding, Encoding::Text(_)) && class == Class::Ans { mask | HIGH } else { mask }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// Bits that are set when one of eight bytes is no ASCII digit: the high nibble is not 3, or adding 6 carries into it.
#[inline(always)]
const fn no_digits(word: u64) -> u64 {
    const NIBBLES: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    ((word & NIBBLES) | ((word.wrapping_add(ONES * 6) & NIBBLES) >> 4)) ^ (ONES * 0x33)
}

/// Bits that are set when one of eight bytes is not in 0x20 to 0x7e. A borrow or carry between bytes comes only from a
/// byte that is wrong itself.
#[inline(always)]
const fn unprintable(word: u64) -> u64 {
    (word | word.wrapping_add(ONES) | word.wrapping_sub(ONES * 0x20)) & HIGH_BITS
}

/// The bytes of a word that are not the last 0, 1, ... 8.
static OTHERS: [u64; 16] = {
    let mut masks = [0; 16];
    masks[0] = u64::MAX;
    let mut length = 1;
    while length < 8 {
        masks[length] = u64::MAX >> (8 * length);
        length += 1;
    }
    masks
};

/// The last `length` of the bytes (at most eight) as one word, what is missing filled with the character `0`, which is of
/// every class that this is used for. Bytes before them belong to other parts of the message: at least a type and a bitmap.
#[inline(always)]
fn last_word(bytes: &[u8], length: usize) -> u64 {
    let word = bytes.last_chunk::<8>().map_or(0, |chunk| u64::from_le_bytes(*chunk));
    // The value is in the upper bytes of the little-endian word; these are the lower ones.
    let others = OTHERS[length & 15];
    (word & !others) | ((ONES * 0x30) & others)
}

/// Whether the last `length` of the bytes have no bit that `wrong` finds in a word.
#[inline(always)]
fn every_word(bytes: &[u8], length: usize, wrong: impl Fn(u64) -> u64) -> bool {
    if length <= 8 {
        return wrong(last_word(bytes, length)) == 0;
    }
    let value = bytes.get(bytes.len() - length..).unwrap_or_default();
    if length <= 16 {
        // Most of the longer fields: two words that overlap.
        let first = value.first_chunk::<8>().map_or(0, |chunk| u64::from_le_bytes(*chunk));
        return wrong(first) | wrong(last_word(bytes, 8)) == 0;
    }
    let (words, _) = value.as_chunks::<8>();
    let found = words.iter().fold(0, |found, chunk| found | wrong(u64::from_le_bytes(*chunk)));
    found | wrong(last_word(bytes, 8)) == 0
}

/// Whether the value, with which `bytes` ends, fits its class. `counted` is what the length counted, for BCD the digits.
#[inline(always)]
pub(crate) fn fits(operation: &Operation, bytes: &[u8], value: &[u8], counted: usize) -> bool {
    match operation.check {
        Check::Digits => every_word(bytes, value.len(), no_digits),
        Check::Printable => every_word(bytes, value.len(), unprintable),
        Check::Any => true,
        Check::Track => is_track(bytes, value.len()),
        Check::Ascii => by_table(&ASCII, value, operation.mask),
        Check::BcdLeft | Check::BcdRight => bcd(operation, value, counted),
        _ => other(operation, value),
    }
}

/// Whether the last `length` of the bytes are what a plain field may hold.
#[inline(always)]
pub(super) fn is_plain(kind: u8, bytes: &[u8], length: usize) -> bool {
    if kind & plain::DIGITS != 0 {
        every_word(bytes, length, no_digits)
    } else if kind & plain::PRINTABLE != 0 {
        every_word(bytes, length, unprintable)
    } else {
        kind & plain::ANY != 0 || is_track(bytes, length)
    }
}

/// Whether the last `length` of the bytes are of a track: 0x30 to 0x3f, or `D`.
#[inline(always)]
fn is_track(bytes: &[u8], length: usize) -> bool {
    every_word(bytes, length, no_track) || {
        let value = bytes.get(bytes.len() - length..).unwrap_or_default();
        by_table(&ASCII, value, DIGIT | TRACK)
    }
}

/// Bits that are set when one of eight bytes is not 0x30 to 0x3f.
#[inline(always)]
const fn no_track(word: u64) -> u64 {
    (word & (ONES * 0xf0)) ^ (ONES * 0x30)
}

#[inline(always)]
fn by_table(table: &[u8; 256], value: &[u8], mask: u8) -> bool {
    value.iter().fold(true, |fine, &byte| fine & (table[usize::from(byte)] & mask != 0))
}

#[inline(never)]
fn other(operation: &Operation, value: &[u8]) -> bool {
    let mask = operation.mask;
    match (operation.check, value) {
        (Check::Text, _) => by_table(&ASCII, value, mask),
        (Check::Ebcdic, _) => by_table(&EBCDIC, value, mask),
        (Check::Hex, _) => value.len().is_multiple_of(2) && by_table(&ASCII, value, mask),
        (Check::HexEbcdic, _) => value.len().is_multiple_of(2) && by_table(&EBCDIC, value, mask),
        (Check::SignedAscii, [b'C' | b'D', digits @ ..]) => by_table(&ASCII, digits, mask),
        (Check::SignedEbcdic, [0xc3 | 0xc4, digits @ ..]) => by_table(&EBCDIC, digits, mask),
        _ => false,
    }
}

/// Every nibble that counts is a digit (in a track also the separator); the odd one is 0 or 15.
#[inline(always)]
fn bcd(operation: &Operation, value: &[u8], counted: usize) -> bool {
    if operation.flags != 0 {
        return bcd_by_bytes(operation, value);
    }
    let odd = operation.shift == 1 && counted % 2 == 1;
    let separator = operation.mask & TRACK != 0;
    if odd {
        let (pad, digit, rest) = match (operation.check, value) {
            (Check::BcdRight, [first, rest @ ..]) => (first >> 4, first & 15, rest),
            (_, [rest @ .., last]) => (last & 15, last >> 4, rest),
            _ => return false,
        };
        (pad == 0 || pad == 15) && nibble(digit, separator) && rest.iter().all(|&byte| pair(byte, separator))
    } else {
        value.iter().fold(true, |fine, &byte| fine & pair(byte, separator))
    }
}

/// Where the prefix counts bytes, only a filler that is no digit tells that the number of digits is odd.
#[inline(never)]
fn bcd_by_bytes(operation: &Operation, value: &[u8]) -> bool {
    let separator = operation.mask & TRACK != 0;
    let filled = match (operation.check, value) {
        (Check::BcdRight, [first, rest @ ..]) if first >> 4 == 15 => Some((first & 15, rest)),
        (Check::BcdLeft, [rest @ .., last]) if last & 15 == 15 => Some((last >> 4, rest)),
        _ => None,
    };
    match filled {
        Some((digit, rest)) => {
            operation.flags & Operation::FILLER != 0
                && nibble(digit, separator)
                && rest.iter().all(|&byte| pair(byte, separator))
        }
        None => {
            let full = value.len() == usize::from(operation.length);
            !(full && operation.flags & Operation::ODD_LIMIT != 0) && value.iter().all(|&byte| pair(byte, separator))
        }
    }
}

#[inline(always)]
fn pair(byte: u8, separator: bool) -> bool {
    nibble(byte >> 4, separator) & nibble(byte & 15, separator)
}

#[inline(always)]
fn nibble(nibble: u8, separator: bool) -> bool {
    (nibble <= 9) | (separator & (nibble == 13))
}

/// Position in `value` of the first byte that does not fit, for an error; the length where only the whole is wrong.
#[cold]
pub(crate) fn first_unfit(operation: &Operation, value: &[u8]) -> usize {
    let separator = operation.mask & TRACK != 0;
    let position = match operation.check {
        Check::BcdLeft | Check::BcdRight => value.iter().position(|&byte| !pair(byte, separator)),
        Check::Ebcdic | Check::HexEbcdic => {
            value.iter().position(|&byte| EBCDIC[usize::from(byte)] & operation.mask == 0)
        }
        Check::SignedAscii if !matches!(value, [b'C' | b'D', ..]) => Some(0),
        Check::SignedEbcdic if !matches!(value, [0xc3 | 0xc4, ..]) => Some(0),
        Check::SignedAscii => value.iter().skip(1).position(|byte| !byte.is_ascii_digit()).map(|at| at + 1),
        Check::SignedEbcdic => value.iter().skip(1).position(|byte| !(0xf0..=0xf9).contains(byte)).map(|at| at + 1),
        _ => value.iter().position(|&byte| ASCII[usize::from(byte)] & operation.mask == 0),
    };
    position.unwrap_or(value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_agree_with_the_table_on_every_byte_at_every_place() {
        for length in 1..20 {
            for at in 0..length {
                for byte in 0..=255_u8 {
                    let mut bytes = vec![0xff; 10 + length];
                    bytes[10..].fill(b'7');
                    bytes[10 + at] = byte;
                    assert_eq!(every_word(&bytes, length, no_digits), byte.is_ascii_digit(), "{length} {at} {byte}");
                    let printable = (0x20..0x7f).contains(&byte);
                    assert_eq!(every_word(&bytes, length, unprintable), printable, "{length} {at} {byte}");
                    let of_track = byte == b'D' || (b'0'..=b'?').contains(&byte);
                    assert_eq!(is_track(&bytes, length), of_track, "{length} {at} {byte}");
                }
            }
        }
    }

    #[test]
    fn neighbours_do_not_hide_each_other() {
        for first in 0..=255_u8 {
            for second in 0..=255_u8 {
                let value = [b'0', first, second, b'9', b'0', b'1', b'2', b'3'];
                let expected = first.is_ascii_digit() && second.is_ascii_digit();
                assert_eq!(every_word(&value, 8, no_digits), expected, "{first} {second}");
                let printable = |byte| (0x20..0x7f).contains(&byte);
                let expected = printable(first) && printable(second);
                assert_eq!(every_word(&value, 8, unprintable), expected, "{first} {second}");
            }
        }
    }
}
