//! How an answer is read.

use lijian_codecs::dialect::Dialect;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::tags::locate;

/// An answer, as much of it as is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answered {
    /// None in a refusal of a message that could not be read so far.
    pub(super) stan: Option<u32>,
    /// The result code is 00 (or 000).
    pub(super) approved: bool,
    /// Field 39: two or three characters, the rest zero.
    pub(super) code: [u8; 3],
    /// Field 4.
    pub(super) amount_minor: u64,
    /// Tag 81.
    pub(super) discount_minor: u64,
    /// Tag 82; zeros where there is none.
    pub(super) decision: [u8; 4],
    /// Field 37.
    pub(super) rrn: [u8; 12],
    /// Tag 84; zeros where there is none.
    pub(super) grant: [u8; 16],
}

/// Reads an answer; none where it is no message of the dialect, or says no result.
pub(super) fn read(dialect: &Dialect, payload: &[u8], index: &mut FieldIndex) -> Option<Answered> {
    let view = parse(dialect, payload, index).ok()?;
    let stan = view.digits_u64(11).and_then(|stan| u32::try_from(stan).ok());
    let mut buffer = [0; 999];
    let result = view.text(39, &mut buffer)?;
    let mut answered = Answered { stan, approved: result.iter().all(|digit| *digit == b'0'), ..Answered::default() };
    copy(result, &mut answered.code);
    answered.amount_minor = view.digits_u64(4).unwrap_or(0);
    if let Some(rrn) = view.text(37, &mut buffer) {
        copy(rrn, &mut answered.rrn);
    }
    if let Ok(Some(located)) = locate(&view, dialect.semantics().subsidy, &mut buffer) {
        for tag in located.run.flatten() {
            match &tag.tag {
                b"81" => answered.discount_minor = digits(tag.value),
                b"82" => copy(tag.value, &mut answered.decision),
                b"84" => copy(tag.value, &mut answered.grant),
                _ => {}
            }
        }
    }
    Some(answered)
}

fn copy(from: &[u8], to: &mut [u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

/// The number that some digits say; other characters do not count.
pub(super) fn digits(text: &[u8]) -> u64 {
    text.iter()
        .filter(|byte| byte.is_ascii_digit())
        .fold(0, |sum: u64, byte| sum.saturating_mul(10).saturating_add(u64::from(byte - b'0')))
}
