//! From logical characters to the bytes of a field, length prefix included; message types and bitmaps.

use super::error::{WriteError, WriteProblem};
use crate::dialect::{
    BitmapEncoding, Counts, Dialect, Encoding, FieldSpec, MtiEncoding, Padding, Prefix, PrefixEncoding,
};
use crate::message::{class, value};
use crate::mti::Mti;
use crate::text::ebcdic;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends a field: prefix, padding, value.
pub(crate) fn field(dialect: &Dialect, number: u8, text: &[u8], out: &mut Vec<u8>) -> Result<(), WriteError> {
    let error = |problem| WriteError::new(number, problem);
    let spec = dialect.field(number).ok_or(error(WriteProblem::UnknownField))?;
    let limit = usize::from(spec.length);
    if text.len() > limit {
        return Err(error(WriteProblem::TooLong { limit, got: text.len() }));
    }
    let fill = match spec.prefix {
        Prefix::Fixed => limit - text.len(),
        Prefix::Variable { .. } => 0,
    };
    let before = match spec.padding {
        _ if fill == 0 => 0,
        Padding::ZerosLeft => fill,
        Padding::SpacesRight => 0,
        Padding::None => return Err(error(WriteProblem::NotExact { expected: limit, got: text.len() })),
    };
    let length = text.len() + fill;
    prefix(spec, length, out).map_err(error)?;
    let start = out.len();
    match spec.encoding {
        Encoding::Ascii | Encoding::Binary | Encoding::Text(_) if fill == 0 => out.extend_from_slice(text),
        Encoding::Ascii | Encoding::Binary | Encoding::Text(_) => {
            out.resize(start + before, b'0');
            out.extend_from_slice(text);
            out.resize(start + length, b' ');
        }
        Encoding::Ebcdic => {
            out.resize(start + before, ebcdic::from_ascii(b'0'));
            out.extend(text.iter().map(|&byte| ebcdic::from_ascii(byte)));
            out.resize(start + length, ebcdic::from_ascii(b' '));
        }
        Encoding::Hex => out.extend(hexadecimal(text)),
        Encoding::HexEbcdic => out.extend(hexadecimal(text).map(ebcdic::from_ascii)),
        Encoding::BcdLeft | Encoding::BcdRight => {
            let digits = std::iter::repeat_n(b'0', before).chain(text.iter().copied());
            pack(spec, digits, length, out).ok_or(error(WriteProblem::Class(spec.class)))?;
        }
    }
    let operation = dialect.operation(number);
    let value = out.get(start..).unwrap_or_default();
    if class::fits(operation, out, value, counted(spec, length)) {
        Ok(())
    } else {
        Err(error(WriteProblem::Class(spec.class)))
    }
}

/// Appends a field whose value is given as it stands on the wire, without its prefix.
pub(crate) fn raw_field(dialect: &Dialect, number: u8, raw: &[u8], out: &mut Vec<u8>) -> Result<(), WriteError> {
    let error = |problem| WriteError::new(number, problem);
    let spec = dialect.field(number).ok_or(error(WriteProblem::UnknownField))?;
    // What the bytes count, assuming an even number of digits in BCD unless the field is fixed to an odd one.
    let units = match spec.encoding {
        encoding if encoding.is_hex() => raw.len() / 2,
        encoding if encoding.is_bcd() && spec.prefix == Prefix::Fixed => {
            if raw.len() == usize::from(spec.length).div_ceil(2) { usize::from(spec.length) } else { raw.len() * 2 }
        }
        encoding if encoding.is_bcd() => raw.len() * 2,
        _ => raw.len(),
    };
    let limit = usize::from(spec.length);
    if units > limit && !(spec.encoding.is_bcd() && units == limit + 1) {
        return Err(error(WriteProblem::TooLong { limit, got: units }));
    }
    if spec.prefix == Prefix::Fixed && units != limit {
        return Err(error(WriteProblem::NotExact { expected: limit, got: units }));
    }
    let units = units.min(limit);
    prefix(spec, units, out).map_err(error)?;
    out.extend_from_slice(raw);
    let value = out.get(out.len() - raw.len()..).unwrap_or_default();
    if class::fits(dialect.operation(number), out, value, counted(spec, units)) {
        Ok(())
    } else {
        Err(error(WriteProblem::NotAsOnTheWire))
    }
}

/// Appends a number as the digits of a field; a fixed field is filled with zeros in front.
pub(crate) fn number(dialect: &Dialect, field_number: u8, value: u64, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let mut digits = [b'0'; 20];
    let mut rest = value;
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10).to_le_bytes()[0];
        used += 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    field(dialect, field_number, digits.get(20 - used..).unwrap_or_default(), out)
}

/// Appends a field of another dialect's message: as it stands where both write it alike, else by its characters.
pub(crate) fn carried(
    dialect: &Dialect,
    number: u8,
    from: (&FieldSpec, &[u8], usize),
    out: &mut Vec<u8>,
) -> Result<(), WriteError> {
    let (source, raw, counted) = from;
    if value::is_itself(source.encoding) {
        return field(dialect, number, raw, out);
    }
    let mut buffer = [0; super::carry::CHARACTERS_MAX];
    let limit = buffer.len();
    let text = value::decode(source, raw, counted, &mut buffer)
        .ok_or(WriteError::new(number, WriteProblem::TooLongToCarry { limit }))?;
    field(dialect, number, text, out)
}

/// Appends a message type.
pub(crate) fn mti(encoding: MtiEncoding, mti: Mti, out: &mut Vec<u8>) {
    let digits = mti.as_digits();
    match encoding {
        MtiEncoding::Ascii => out.extend_from_slice(&digits),
        MtiEncoding::Ebcdic => out.extend_from_slice(&digits.map(ebcdic::from_ascii)),
        MtiEncoding::Bcd => {
            let [a, b, c, d] = digits.map(|digit| digit - b'0');
            out.extend_from_slice(&[a << 4 | b, c << 4 | d]);
        }
    }
}

/// Appends the bitmaps of these fields, as many as they need.
pub(crate) fn bitmaps(dialect: &Dialect, fields: [u64; 3], out: &mut Vec<u8>) {
    const MORE: u64 = 1 << 63;
    let [mut first, mut second, third] = fields;
    let count = if third != 0 {
        second |= MORE;
        3
    } else if second != 0 {
        2
    } else {
        1
    };
    if count > 1 {
        first |= MORE;
    }
    for word in [first, second, third].into_iter().take(count) {
        let bytes = word.to_be_bytes();
        match dialect.bitmap_encoding() {
            BitmapEncoding::Binary => out.extend_from_slice(&bytes),
            BitmapEncoding::Hex => out.extend(hexadecimal(&bytes)),
            BitmapEncoding::HexEbcdic => out.extend(hexadecimal(&bytes).map(ebcdic::from_ascii)),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]])
}

/// What the prefix says, or would say, of a value of this many characters.
fn counted(spec: &FieldSpec, length: usize) -> usize {
    match spec.prefix {
        Prefix::Variable { counts: Counts::Bytes, .. } if spec.encoding.is_bcd() => length.div_ceil(2),
        _ if spec.encoding.is_hex() => length * 2,
        _ => length,
    }
}

fn prefix(spec: &FieldSpec, length: usize, out: &mut Vec<u8>) -> Result<(), WriteProblem> {
    let Prefix::Variable { digits, encoding, counts } = spec.prefix else { return Ok(()) };
    if counts == Counts::Bytes && spec.encoding.is_bcd() && !length.is_multiple_of(2) && spec.pad_nibble != 15 {
        return Err(WriteProblem::OddDigits);
    }
    let number = counted(spec, length);
    let digit = |value: usize| b'0' + (value % 10).to_le_bytes()[0];
    match (encoding, digits) {
        (PrefixEncoding::Ascii, 2) => {
            out.extend_from_slice(&[digit(number / 10), digit(number)]);
            return Ok(());
        }
        (PrefixEncoding::Ascii, 3) => {
            out.extend_from_slice(&[digit(number / 100), digit(number / 10), digit(number)]);
            return Ok(());
        }
        _ => {}
    }
    let start = out.len();
    out.resize(start + spec.prefix.bytes(), 0);
    let mut rest = number;
    for byte in out.iter_mut().skip(start).rev() {
        let low = |value: usize| value.to_le_bytes()[0];
        (*byte, rest) = match encoding {
            PrefixEncoding::Ascii => (b'0' + low(rest % 10), rest / 10),
            PrefixEncoding::Ebcdic => (0xf0 + low(rest % 10), rest / 10),
            PrefixEncoding::Bcd => (low(rest / 10 % 10) << 4 | low(rest % 10), rest / 100),
            PrefixEncoding::Binary => (low(rest), rest >> 8),
        };
    }
    Ok(())
}

/// Two digits a byte. `None` when a character is neither digit nor separator.
fn pack(spec: &FieldSpec, digits: impl Iterator<Item = u8>, length: usize, out: &mut Vec<u8>) -> Option<()> {
    let odd = !length.is_multiple_of(2);
    let mut high = (odd && spec.encoding == Encoding::BcdRight).then_some(spec.pad_nibble);
    for character in digits {
        let nibble = match character {
            b'0'..=b'9' => character - b'0',
            b'=' | b'D' => 13,
            _ => return None,
        };
        match high.take() {
            None => high = Some(nibble),
            Some(high) => out.push(high << 4 | nibble),
        }
    }
    if let Some(high) = high {
        out.push(high << 4 | spec.pad_nibble);
    }
    Some(())
}
