//! Carrying a field over into another dialect: what can be, and what cannot.

use super::encode;
use super::error::{WriteError, WriteProblem};
use crate::dialect::{Class, Dialect, Encoding};
use crate::message::MessageView;

/// The longest value that changes its encoding on the way, in characters. Longer ones exist only where a prefix has four
/// digits; written alike in both dialects they pass at any length.
pub(super) const CHARACTERS_MAX: usize = 1_024;
/// Where the result code stands in every dialect.
const RESULT_FIELD: u8 = 39;

/// The fields that end at the link: authentication codes are made anew for each.
pub(super) const LEFT_BEHIND: [u8; 2] = [64, 128];

/// Appends field `number` of the view as `dialect` writes it.
pub(super) fn field(
    view: &MessageView<'_>,
    dialect: &Dialect,
    number: u8,
    out: &mut Vec<u8>,
) -> Result<(), WriteError> {
    let error = |problem| WriteError::new(number, problem);
    let unknown = error(WriteProblem::UnknownField);
    let (source, raw) = (view.spec(number).ok_or(unknown)?, view.raw(number).ok_or(unknown)?);
    let target = dialect.field(number).ok_or(unknown)?;
    if (source.class == Class::B) != (target.class == Class::B) {
        return Err(error(WriteProblem::NotTheSameKind));
    }
    if let (Encoding::Text(from), Encoding::Text(to)) = (source.encoding, target.encoding)
        && from != to
        && !raw.is_ascii()
    {
        return Err(error(WriteProblem::CharacterSet));
    }
    if number == RESULT_FIELD {
        return result(view, dialect, out);
    }
    encode::carried(dialect, number, (source, raw, view.counted(number)), out)
}

/// The result code by way of our own codes.
fn result(view: &MessageView<'_>, dialect: &Dialect, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let mut buffer = [0; 8];
    let theirs = view.text(RESULT_FIELD, &mut buffer).unwrap_or_default();
    let ours = view.dialect().semantics().results.to_canonical(theirs);
    encode::field(dialect, RESULT_FIELD, dialect.semantics().results.from_canonical(ours).as_bytes(), out)
}
