//! Messages as text and back, for people and commands: field numbers and readable values. Not for the hot path.

use crate::dialect::{Addresses, Class, Dialect, Encoding, FieldSpec, Sensitive};
use crate::message::MessageView;
use crate::mti::Mti;
use crate::sensitive::Track2;
use crate::write::encode;
use crate::write::{WriteError, WriteProblem};
use std::borrow::Cow;

/// What stands for a value that is not shown.
const HIDDEN: &str = "********";

/// Every field of a message in order, as text: bytes as upper-case hexadecimal, text in the dialect's character set, card
/// data masked unless `reveal`.
pub fn describe<'a>(view: MessageView<'a>, reveal: bool) -> impl Iterator<Item = (u8, String)> + 'a {
    view.fields().map(move |(field, raw)| {
        let text = view.spec(field).map(|spec| describe_field(&view, spec, raw, reveal));
        (field, text.unwrap_or_else(|| HIDDEN.to_owned()))
    })
}

fn describe_field(view: &MessageView<'_>, spec: &FieldSpec, raw: &[u8], reveal: bool) -> String {
    let mut buffer = vec![0; raw.len() * 2];
    let text = view.text(spec.number, &mut buffer).unwrap_or_default();
    match spec.sensitive {
        Sensitive::Secret if !reveal => return HIDDEN.to_owned(),
        Sensitive::Track2 if !reveal => {
            return Track2::new(text).map_or_else(|_| HIDDEN.to_owned(), |track| track.to_string());
        }
        Sensitive::Pan if !reveal => {
            let mut masked = String::new();
            return crate::sensitive::print_masked(text, &mut masked).map_or_else(|_| HIDDEN.to_owned(), |()| masked);
        }
        _ => {}
    }
    match (spec.class, spec.encoding) {
        (Class::B, _) => text.iter().map(|byte| format!("{byte:02X}")).collect(),
        (_, Encoding::Text(charset)) => charset.decode(text).into_owned(),
        // Characters of one byte each; above ASCII there are none in any class.
        _ => text.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Why text cannot be made into a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A value does not fit its field.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A value of class `b` is not hexadecimal.
    #[error("field {0}: expected an even number of hexadecimal characters")]
    NotHexadecimal(u8),
    /// A value holds a character that the field's character set does not have.
    #[error("field {0}: a character that its character set does not have")]
    CharacterSet(u8),
    /// A field is named twice.
    #[error("field {0}: named twice")]
    Twice(u8),
}

/// The payload of a message whose fields are given as [`describe`] shows them (unmasked), in any order and number. `envelope`
/// is taken as it is; without one, dialects that need one get theirs with empty addresses.
///
/// # Errors
/// The first field that cannot be written.
pub fn encode(
    dialect: &Dialect,
    mti: Mti,
    fields: &[(u8, &str)],
    envelope: Option<&[u8]>,
) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    match envelope {
        Some(envelope) => out.extend_from_slice(envelope),
        None => {
            let nobody = Addresses { destination: b"0000", source: b"0000" };
            dialect.envelope().request(nobody, &mut out).map_err(WriteError::from)?;
        }
    }
    let mut sorted: Vec<&(u8, &str)> = fields.iter().collect();
    sorted.sort_by_key(|(field, _)| *field);
    let mut present = [0_u64; 3];
    for (field, _) in sorted.iter().copied() {
        let place = field.wrapping_sub(1);
        let word = present
            .get_mut(usize::from(place >> 6))
            .ok_or(EncodeError::Write(WriteError { field: *field, problem: WriteProblem::UnknownField }))?;
        let bit = 1 << 63 >> (place & 63);
        if *word & bit != 0 {
            return Err(EncodeError::Twice(*field));
        }
        *word |= bit;
    }
    encode::mti(dialect.mti_encoding(), mti, &mut out);
    encode::bitmaps(dialect, present, &mut out);
    for (field, text) in sorted {
        let value = value_of(dialect, *field, text)?;
        encode::field(dialect, *field, &value, &mut out)?;
    }
    dialect.envelope().seal(&mut out, 0).map_err(WriteError::from)?;
    Ok(out)
}

fn value_of<'t>(dialect: &Dialect, field: u8, text: &'t str) -> Result<Cow<'t, [u8]>, EncodeError> {
    let spec =
        dialect.field(field).ok_or(EncodeError::Write(WriteError { field, problem: WriteProblem::UnknownField }))?;
    match (spec.class, spec.encoding) {
        (Class::B, _) => bytes_of(text).map(Cow::Owned).ok_or(EncodeError::NotHexadecimal(field)),
        (_, Encoding::Text(charset)) => charset.encode(text).ok_or(EncodeError::CharacterSet(field)),
        _ => Ok(Cow::Borrowed(text.as_bytes())),
    }
}

/// Bytes of hexadecimal text in either case.
#[must_use]
pub fn bytes_of(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        hexadecimal.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
