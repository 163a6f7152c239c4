//! One pass over a message: type, bitmaps, then every field that a bit announces, each length and character checked.

use super::class;
use super::error::{Expected, Got, ParseError, Part};
use super::index::{FieldIndex, Span};
use super::view::MessageView;
use crate::dialect::{BitmapEncoding, Dialect, MtiEncoding, Operation, PrefixOperation, plain};
use crate::mti::Mti;
use crate::text::ebcdic;
use std::fmt;

/// Offsets are held in 16 bits.
const PAYLOAD_BYTES_MAX: usize = 0xffff;

/// A message that cannot be read to its end.
pub struct ParseFailure<'a> {
    /// What is wrong, and where.
    pub error: ParseError,
    /// What was read before that: good enough to answer with a format error. Its message type is 0000 when not even that
    /// was read; see [`MessageView::has_mti`].
    pub partial: MessageView<'a>,
}

impl fmt::Debug for ParseFailure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParseFailure({})", self.error)
    }
}

impl fmt::Display for ParseFailure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl std::error::Error for ParseFailure<'_> {}

/// Reads a payload (envelope and message) as the dialect says. Nothing is copied, nothing is allocated; `index` holds
/// the offsets and is used again for the next message without being cleared.
///
/// # Errors
/// The first thing that does not fit, with what was read before it.
#[inline]
pub fn parse<'a>(
    dialect: &'a Dialect,
    payload: &'a [u8],
    index: &'a mut FieldIndex,
) -> Result<MessageView<'a>, ParseFailure<'a>> {
    index.begin();
    let outcome = read(dialect, payload, index);
    let view = MessageView::new(dialect, payload, index);
    match outcome {
        Ok(()) => Ok(view),
        Err(error) => Err(ParseFailure { error, partial: view }),
    }
}

fn read(dialect: &Dialect, payload: &[u8], index: &mut FieldIndex) -> Result<(), ParseError> {
    if payload.len() > PAYLOAD_BYTES_MAX {
        let (expected, got) = (Expected::MessageAtMost(PAYLOAD_BYTES_MAX), Got::Bytes(payload.len()));
        return Err(ParseError { part: Part::Envelope, offset: 0, expected, got });
    }
    let start = dialect.envelope().locate(payload).map_err(ParseError::envelope)?;
    index.message_start = offset(start);
    let mut at = start + read_mti(dialect, payload, start, index)?;
    let bits = read_bitmaps(dialect, payload, &mut at)?;
    index.fields_start = offset(at);
    // The first bit of each bitmap announces the next bitmap, it is no field. Where the table has two bitmaps, the first bit
    // of the second is field 65.
    const FIELDS: u64 = u64::MAX >> 1;
    let seconds = if dialect.bitmap_count_max() == 3 { FIELDS } else { u64::MAX };
    let fields = [bits[0] & FIELDS, bits[1] & seconds, bits[2] & seconds];
    at = match read_runs(dialect, payload, at, fields, index) {
        Some(end) => {
            index.present = fields;
            end
        }
        None => read_one_by_one(dialect, payload, at, fields, index)?,
    };
    index.end = offset(at);
    index.whole = true;
    if at != payload.len() {
        let got = Got::Bytes(payload.len() - at);
        return Err(ParseError { part: Part::End, offset: at, expected: Expected::End, got });
    }
    Ok(())
}

/// The end of the last field. Neighbours of one class are one run: their characters, and the digits of the lengths between
/// them, are checked together when the run ends. `None` when anything is wrong; [`read_one_by_one`] then finds out what.
#[inline(always)]
fn read_runs(
    dialect: &Dialect,
    payload: &[u8],
    start: usize,
    fields: [u64; 3],
    index: &mut FieldIndex,
) -> Option<usize> {
    let mut at = start;
    let (mut run_kind, mut run_start) = (0_u8, start);
    for (place, mut word) in (0_u8..).zip(fields) {
        while word != 0 {
            let zeros = word.leading_zeros();
            word ^= 1_u64 << 63 >> zeros;
            let number = place * 64 + zeros.to_le_bytes()[0] + 1;
            let operation = dialect.operation(number);
            let kind = operation.plain & plain::RUNS;
            if kind != run_kind {
                if run_kind != 0 && !class::is_plain(run_kind, payload.get(..at)?, at - run_start) {
                    return None;
                }
                (run_kind, run_start) = (kind, at);
            }
            let span = if kind == 0 {
                read_field(operation, payload, at)?
            } else {
                let (start, length) = read_plain_length(operation, payload, at)?;
                (start, start + length)
            };
            index.spans[usize::from(number)] = Span { start: offset(span.0), end: offset(span.1) };
            at = span.1;
        }
    }
    let fine = run_kind == 0 || class::is_plain(run_kind, payload.get(..at)?, at - run_start);
    fine.then_some(at)
}

/// The same without runs: stops at the first field that is wrong, and says what is.
#[cold]
fn read_one_by_one(
    dialect: &Dialect,
    payload: &[u8],
    start: usize,
    fields: [u64; 3],
    index: &mut FieldIndex,
) -> Result<usize, ParseError> {
    let mut at = start;
    for (place, mut word) in (0_u8..).zip(fields) {
        while word != 0 {
            let zeros = word.leading_zeros();
            let bit = 1_u64 << 63 >> zeros;
            word ^= bit;
            let number = place * 64 + zeros.to_le_bytes()[0] + 1;
            let Some(span) = read_field(dialect.operation(number), payload, at) else {
                index.end = offset(at);
                return Err(explain_field(dialect, payload, at, number));
            };
            index.spans[usize::from(number)] = Span { start: offset(span.0), end: offset(span.1) };
            index.present[usize::from(place)] |= bit;
            at = span.1;
        }
    }
    Ok(at)
}

/// Start and end of the value of the field that begins at `at`. `None` when anything is wrong: [`explain_field`] says what.
#[inline(always)]
fn read_field(operation: &Operation, payload: &[u8], at: usize) -> Option<(usize, usize)> {
    let kind = operation.plain;
    if kind == 0 {
        return read_other(operation, payload, at);
    }
    let (start, length) = read_plain_length(operation, payload, at)?;
    let end = start + length;
    let bytes = payload.get(..end)?;
    class::is_plain(kind, bytes, length).then_some((start, end))
}

/// Where the value of a plain field begins, and its length.
#[inline(always)]
fn read_plain_length(operation: &Operation, payload: &[u8], at: usize) -> Option<(usize, usize)> {
    let most = usize::from(operation.length);
    if operation.plain & plain::FIXED != 0 {
        return Some((at, most));
    }
    let (start, length) = if operation.plain & plain::TWO != 0 {
        (at + 2, two_ascii_digits(payload.get(at..at + 2)?)?)
    } else {
        (at + 3, three_ascii_digits(payload.get(at..at + 3)?)?)
    };
    (length <= most).then_some((start, length))
}

/// Every combination of prefix and check.
#[inline(never)]
fn read_other(operation: &Operation, payload: &[u8], at: usize) -> Option<(usize, usize)> {
    let most = usize::from(operation.length);
    let (start, counted) = if operation.prefix == PrefixOperation::Fixed {
        (at, most)
    } else {
        let counted = read_length(operation, payload.get(at..)?)?;
        if counted > most {
            return None;
        }
        (at + usize::from(operation.prefix_bytes), counted)
    };
    let shift = usize::from(operation.shift);
    let end = start + ((counted + shift) >> shift);
    let bytes = payload.get(..end)?;
    let value = bytes.get(start..)?;
    class::fits(operation, bytes, value, counted).then_some((start, end))
}

#[inline(always)]
fn two_ascii_digits(bytes: &[u8]) -> Option<usize> {
    let &[tens, ones] = bytes else { return None };
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| usize::from(tens) * 10 + usize::from(ones))
}

#[inline(always)]
fn three_ascii_digits(bytes: &[u8]) -> Option<usize> {
    let [hundreds, rest @ ..] = bytes else { return None };
    let hundreds = hundreds.wrapping_sub(b'0');
    let rest = two_ascii_digits(rest)?;
    (hundreds <= 9).then(|| usize::from(hundreds) * 100 + rest)
}

/// The number in front of a variable field.
#[inline(always)]
pub(super) fn read_length(operation: &Operation, bytes: &[u8]) -> Option<usize> {
    match (operation.prefix, bytes) {
        (PrefixOperation::Ascii2, _) => two_ascii_digits(bytes.get(..2)?),
        (PrefixOperation::Ascii3, _) => three_ascii_digits(bytes.get(..3)?),
        (PrefixOperation::Ascii1 | PrefixOperation::Ascii4, _) => decimal(operation, bytes, b'0'),
        (PrefixOperation::Ebcdic, _) => decimal(operation, bytes, 0xf0),
        (PrefixOperation::Bcd1, [byte, ..]) => two_digits(*byte),
        (PrefixOperation::Bcd2, [high, low, ..]) => Some(two_digits(*high)? * 100 + two_digits(*low)?),
        (PrefixOperation::Binary1, [byte, ..]) => Some(usize::from(*byte)),
        (PrefixOperation::Binary2, [high, low, ..]) => Some(usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

fn decimal(operation: &Operation, bytes: &[u8], zero: u8) -> Option<usize> {
    bytes.get(..usize::from(operation.prefix_bytes))?.iter().try_fold(0, |total, byte| {
        let digit = byte.wrapping_sub(zero);
        (digit <= 9).then(|| total * 10 + usize::from(digit))
    })
}

#[inline(always)]
fn two_digits(byte: u8) -> Option<usize> {
    let (tens, ones) = (byte >> 4, byte & 15);
    (tens <= 9 && ones <= 9).then(|| usize::from(tens) * 10 + usize::from(ones))
}

/// What is wrong with a field that [`read_field`] refused.
#[cold]
fn explain_field(dialect: &Dialect, payload: &[u8], at: usize, number: u8) -> ParseError {
    let operation = dialect.operation(number);
    let rest = payload.get(at..).unwrap_or_default();
    let Some(spec) = dialect.field(number) else {
        let (expected, got) = (Expected::KnownField, Got::UnknownField);
        return ParseError { part: Part::Field(number), offset: at, expected, got };
    };
    let (mut start, mut counted) = (at, usize::from(operation.length));
    if operation.prefix != PrefixOperation::Fixed {
        let prefix_bytes = usize::from(operation.prefix_bytes);
        let error = |expected, got| ParseError { part: Part::Length(number), offset: at, expected, got };
        if rest.len() < prefix_bytes {
            return error(Expected::Bytes(prefix_bytes), Got::Bytes(rest.len()));
        }
        match read_length(operation, rest) {
            None => return error(Expected::Number, Got::ByteAt(at)),
            Some(length) if length > counted => return error(Expected::LengthAtMost(counted), Got::Length(length)),
            Some(length) => (start, counted) = (at + prefix_bytes, length),
        }
    }
    let shift = usize::from(operation.shift);
    let wanted = (counted + shift) >> shift;
    let error = |expected, got| ParseError { part: Part::Field(number), offset: start, expected, got };
    match payload.get(start..start + wanted) {
        None => error(Expected::Bytes(wanted), Got::Bytes(payload.len().saturating_sub(start))),
        Some(value) => error(Expected::Class(spec.class), Got::ByteAt(start + class::first_unfit(operation, value))),
    }
}

fn read_mti(dialect: &Dialect, payload: &[u8], start: usize, index: &mut FieldIndex) -> Result<usize, ParseError> {
    let encoding = dialect.mti_encoding();
    let bytes = payload.get(start..start + encoding.bytes());
    let digits = match (encoding, bytes) {
        (MtiEncoding::Ascii, Some(&[a, b, c, d])) => [a, b, c, d],
        (MtiEncoding::Ebcdic, Some(&[a, b, c, d])) => [a, b, c, d].map(ebcdic::to_ascii),
        (MtiEncoding::Bcd, Some(&[a, b])) => [a >> 4, a & 15, b >> 4, b & 15].map(|digit| digit + b'0'),
        _ => {
            let got = Got::Bytes(payload.len() - start);
            let expected = Expected::Bytes(encoding.bytes());
            return Err(ParseError { part: Part::Mti, offset: start, expected, got });
        }
    };
    index.mti = Mti::from_digits(digits);
    if index.mti.is_none() {
        let (expected, got) = (Expected::MessageType, Got::ByteAt(start));
        return Err(ParseError { part: Part::Mti, offset: start, expected, got });
    }
    Ok(encoding.bytes())
}

fn read_bitmaps(dialect: &Dialect, payload: &[u8], at: &mut usize) -> Result<[u64; 3], ParseError> {
    let mut bits = [0; 3];
    for (number, word) in (1_u8..).zip(&mut bits) {
        *word = read_bitmap(dialect.bitmap_encoding(), payload, *at, number)?;
        *at += dialect.bitmap_encoding().bytes();
        let more = *word >> 63 == 1;
        if number == 2 && dialect.bitmap_count_max() == 2 {
            // There the first bit of the second bitmap is field 65.
            break;
        }
        if !more {
            break;
        }
        if number == dialect.bitmap_count_max() || number == 3 {
            let expected = Expected::BitmapsAtMost(number);
            return Err(ParseError { part: Part::Bitmap(number), offset: *at, expected, got: Got::UnknownField });
        }
    }
    Ok(bits)
}

#[inline(always)]
fn read_bitmap(encoding: BitmapEncoding, payload: &[u8], at: usize, number: u8) -> Result<u64, ParseError> {
    let error = |expected, got| ParseError { part: Part::Bitmap(number), offset: at, expected, got };
    let bytes = payload.get(at..).unwrap_or_default();
    match encoding {
        BitmapEncoding::Binary => match bytes.first_chunk::<8>() {
            Some(chunk) => Ok(u64::from_be_bytes(*chunk)),
            None => Err(error(Expected::Bytes(8), Got::Bytes(bytes.len()))),
        },
        BitmapEncoding::Hex | BitmapEncoding::HexEbcdic => {
            let Some(chunk) = bytes.first_chunk::<16>() else {
                return Err(error(Expected::Bytes(16), Got::Bytes(bytes.len())));
            };
            let mut word = 0;
            let mut wrong = false;
            for &byte in chunk {
                let byte = if encoding == BitmapEncoding::HexEbcdic { ebcdic::to_ascii(byte) } else { byte };
                let digit = HEX_DIGITS[usize::from(byte)];
                wrong |= digit > 15;
                word = word << 4 | u64::from(digit & 15);
            }
            if wrong { Err(error(Expected::Hexadecimal, Got::ByteAt(at))) } else { Ok(word) }
        }
    }
}

/// Value of each ASCII character as a hexadecimal digit; 255 for the others.
pub(crate) static HEX_DIGITS: [u8; 256] = {
    let mut table = [255; 256];
    let mut digit = 0_u8;
    while digit < 16 {
        table[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        table[b"0123456789abcdef"[digit as usize] as usize] = digit;
        digit += 1;
    }
    table
};

/// Offsets are below [`PAYLOAD_BYTES_MAX`].
#[inline(always)]
fn offset(at: usize) -> u16 {
    let [low, high, ..] = at.to_le_bytes();
    u16::from_le_bytes([low, high])
}
