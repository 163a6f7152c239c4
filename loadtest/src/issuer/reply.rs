//! The answer: what is echoed, what the issuer adds.

use super::books::Ruling;
use super::seen::Outcome;
use lijian_codecs::dialect::{ResultCode, Semantics};
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::MessageView;
use lijian_codecs::write::MessageWriter;

/// What a host gives back as it came: card number, amounts, times, trace numbers, institutions, terminal, merchant,
/// currency, batch, network code, original. Not tracks, PIN, chip data, keys, authentication codes, nor private data
/// (fields 48, 59, 61 to 63), which in an answer would be the issuer's own.
pub(super) const ECHOED: [u8; 31] = [
    2, 3, 4, 5, 7, 11, 12, 13, 15, 18, 23, 24, 25, 28, 32, 33, 37, 41, 42, 49, 50, 53, 56, 60, 66, 70, 90, 95, 100,
    102, 103,
];

/// What the issuer adds to an answer.
pub(super) struct Given {
    /// Field 39 in the dialect's notation.
    pub(super) code: ResultCode,
    /// Field 37: the request's own, else made of the booking's number.
    pub(super) rrn: [u8; 12],
    /// Field 38, for approvals.
    authorisation: Option<[u8; 6]>,
    /// Whether the message is of the kind that has a retrieval reference.
    referenced: bool,
}

impl Given {
    pub(super) fn of(view: &MessageView<'_>, ruling: &Ruling, semantics: &Semantics) -> Self {
        let mut buffer = [0; 12];
        let own = view.text(37, &mut buffer).and_then(|rrn| rrn.try_into().ok());
        let approved = ruling.code == *b"00" && matches!(ruling.outcome, Outcome::Approved | Outcome::Repeat);
        Self {
            code: semantics.results.from_canonical(ruling.code),
            rrn: own.unwrap_or_else(|| digits(ruling.number)),
            authorisation: approved.then(|| digits(ruling.number)),
            referenced: ruling.outcome != Outcome::Network,
        }
    }
}

/// Appends the framed answer to `out`.
///
/// # Errors
/// The dialect cannot say it; `out` is then as it was.
pub(super) fn append(
    view: &MessageView<'_>,
    given: &Given,
    frame: FrameFormat,
    out: &mut Vec<u8>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut writer = MessageWriter::patch(*view);
    writer.respond().keep_only(&ECHOED).set(39, given.code.as_bytes());
    if given.referenced && !view.has(37) {
        writer.set(37, &given.rrn);
    }
    if let Some(authorisation) = &given.authorisation {
        writer.set(38, authorisation);
    }
    let length_before = out.len();
    let start = frame.begin(out);
    if let Err(error) = writer.write(out) {
        out.truncate(length_before);
        return Err(error.into());
    }
    Ok(frame.finish(out, start)?)
}

/// The last N digits of a number, zeros in front.
pub(super) fn digits<const N: usize>(number: u64) -> [u8; N] {
    let mut digits = [b'0'; N];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10).to_le_bytes()[0];
        rest /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_last_digits() {
        assert_eq!(digits::<6>(42), *b"000042");
        assert_eq!(digits::<6>(1_234_567), *b"234567");
        assert_eq!(digits::<12>(u64::MAX), *b"073709551615");
    }
}
