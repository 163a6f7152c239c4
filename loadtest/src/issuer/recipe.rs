//! How a request was answered, so that the next one of the same shape is answered by copying bytes.
//!
//! Two requests have one shape if all bytes are equal that say where fields stand: message type, bitmaps, length prefixes, and what
//! stands in front of the message. Fields then stand at the same places, in the requests and in the answers.

use super::reply::{ECHOED, digits};
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, MessageView, parse};

/// See the file.
#[derive(Debug)]
pub(super) struct Recipe {
    /// A request of this shape.
    request: Vec<u8>,
    /// Where shapes can differ.
    shape: Vec<(usize, usize)>,
    /// Its answer in its frame.
    answer: Vec<u8>,
    copies: Vec<Copy>,
    /// Where the answer has a reference of the issuer's own.
    reference: Option<usize>,
}

/// Bytes that an answer has of its request.
#[derive(Clone, Copy, Debug)]
struct Copy {
    from: usize,
    to: usize,
    bytes: usize,
}

/// Highest field there is.
const FIELD_MAX: u8 = 192;
const REFERENCE_DIGITS: usize = 12;

impl Recipe {
    /// None where the answer is not made of bytes of the request as they stand.
    pub(super) fn of(view: &MessageView<'_>, answer: &[u8], frame: &FrameFormat, referenced: bool) -> Option<Self> {
        let header_bytes = frame.header.bytes();
        let mut index = FieldIndex::new();
        let answered = parse(view.dialect(), answer.get(header_bytes..)?, &mut index).ok()?;
        let mut shape = Vec::new();
        let mut end = 0;
        for field in 2..=FIELD_MAX {
            let Some(span) = view.span(field) else { continue };
            if span.start > end {
                shape.push((end, span.start));
            }
            end = span.end;
        }
        let mut copies: Vec<Copy> = Vec::new();
        for field in ECHOED {
            let (Some(from), Some(to)) = (view.span(field), answered.span(field)) else { continue };
            if view.raw(field) != answered.raw(field) {
                return None;
            }
            let (from, to, bytes) = (from.start, header_bytes + to.start, from.len());
            match copies.last_mut().filter(|last| last.from + last.bytes == from && last.to + last.bytes == to) {
                Some(last) => last.bytes += bytes,
                None => copies.push(Copy { from, to, bytes }),
            }
        }
        let mut reference = None;
        if referenced {
            let span = answered.span(37).filter(|span| span.len() == REFERENCE_DIGITS)?;
            if !answered.raw(37)?.iter().all(u8::is_ascii_digit) {
                return None;
            }
            reference = Some(header_bytes + span.start);
        }
        Some(Self { request: view.bytes().to_owned(), shape, answer: answer.to_owned(), copies, reference })
    }

    /// Appends the answer; false for a request of another shape.
    pub(super) fn answer(&mut self, request: &[u8], number: u64, out: &mut Vec<u8>) -> bool {
        let same = |(from, to): &(usize, usize)| self.request.get(*from..*to) == request.get(*from..*to);
        if request.len() != self.request.len() || !self.shape.iter().all(same) {
            return false;
        }
        for Copy { from, to, bytes } in self.copies.iter().copied() {
            if let (Some(to), Some(from)) = (self.answer.get_mut(to..to + bytes), request.get(from..from + bytes)) {
                to.copy_from_slice(from);
            }
        }
        if let Some(place) = self.reference.and_then(|at| self.answer.get_mut(at..at + REFERENCE_DIGITS)) {
            place.copy_from_slice(&digits::<REFERENCE_DIGITS>(number));
        }
        out.extend_from_slice(&self.answer);
        true
    }
}
