//! What tills and issuers of the simulation write.

use crate::auditor::wire::{Length, Message, length_of};
use std::collections::BTreeMap;

/// Fields by number.
pub(crate) type Fields = BTreeMap<u8, String>;

/// A frame with this message. A value that does not fit its field is cut or padded: what is written can always be read.
pub(crate) fn frame(mti: &str, fields: &Fields) -> Vec<u8> {
    let mut bits = 0u128;
    let mut body = String::new();
    for (field, value) in fields {
        bits |= 1 << (128 - field);
        match length_of(*field) {
            Some(Length::Fixed(length)) => body.push_str(&format!("{value:<length$.length$}")),
            Some(Length::Counted(digits)) => body.push_str(&format!("{:0digits$}{value}", value.len())),
            None => {}
        }
    }
    let second = if fields.keys().any(|field| *field > 64) {
        format!("{:016X}", bits & u128::from(u64::MAX))
    } else {
        String::new()
    };
    bits |= u128::from(!second.is_empty()) << 127;
    framed(format!("{mti}{:016X}{second}{body}", bits >> 64).as_bytes())
}

/// Any bytes as a frame.
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap_or(u16::MAX);
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend_from_slice(payload);
    frame
}

/// The answer to a message: what an issuer says again of it, and the result.
pub(crate) fn answer(asked: &Message, code: &str, trace: u64) -> Fields {
    let again = [2, 3, 4, 7, 11, 32, 41, 42, 49, 70, 90];
    let said = asked.fields.iter().filter(|(field, _)| again.contains(field));
    let mut answer: Fields = said.map(|(field, value)| (*field, value.clone())).collect();
    answer.insert(39, code.to_owned());
    if code == "00" {
        answer.insert(37, format!("{trace:012}"));
        answer.insert(38, format!("{:06}", trace % 1_000_000));
    }
    answer
}

/// The type of the answer to a request of this type.
pub(crate) fn answer_type(mti: &str) -> String {
    let answers = |digit: char| if matches!(digit, '2' | '3') { '3' } else { '1' };
    mti.char_indices()
        .map(|(at, digit)| {
            if at == 2 {
                answers(digit)
            } else if at == 3 {
                '0'
            } else {
                digit
            }
        })
        .collect()
}
