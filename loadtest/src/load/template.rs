//! A frame of which some digits change from one request to the next.

use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};

/// A whole frame, and where its digits stand.
#[derive(Clone, Debug)]
pub(super) struct Template {
    frame: Vec<u8>,
    places: Vec<(u8, Place)>,
}

/// Digits of a field in the frame.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: usize,
    bytes: usize,
    /// Two digits a byte.
    packed: bool,
}

impl Template {
    /// A message in its frame, of which these fields can be written again. None where one of them is missing, or is written
    /// in another way than as digits.
    pub(super) fn new(dialect: &Dialect, format: &FrameFormat, payload: &[u8], fields: &[u8]) -> Option<Self> {
        let mut frame = Vec::new();
        format.write(payload, &mut frame).ok()?;
        let mut index = FieldIndex::new();
        let view = parse(dialect, payload, &mut index).ok()?;
        let mut places = Vec::new();
        for field in fields.iter().copied() {
            let span = view.span(field)?;
            let digits = view.text_length(field)?;
            let (at, bytes) = (format.header.bytes() + span.start, span.len());
            let packed = bytes * 2 == digits;
            if !packed && bytes != digits {
                return None;
            }
            places.push((field, Place { at, bytes, packed }));
        }
        Some(Self { frame, places })
    }

    /// Writes a number into a field, zeros in front; what does not fit is cut off in front.
    pub(super) fn set(&mut self, field: u8, mut number: u64) {
        let Some((_, place)) = self.places.iter().find(|(known, _)| *known == field) else { return };
        let Some(bytes) = self.frame.get_mut(place.at..place.at + place.bytes) else { return };
        for byte in bytes.iter_mut().rev() {
            let mut digit = || {
                let digit = (number % 10).to_le_bytes()[0];
                number /= 10;
                digit
            };
            *byte = if place.packed { digit() | digit() << 4 } else { b'0' + digit() };
        }
    }

    /// The frame as it goes out.
    pub(super) fn frame(&self) -> &[u8] {
        &self.frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::till::{Answer, Request};
    use lijian_codecs::Mti;

    #[test]
    fn digits_are_written_in_each_dialect() {
        for name in ["iso87-ascii", "iso87-binary", "unionpay-pos", "cups", "iso93-ascii", "iso87-ascii-binary-bitmap"]
        {
            let dialect = Dialect::shipped(name).unwrap().unwrap();
            let format = FrameFormat::default();
            let request = Request::from_pairs(
                Mti::parse("0200").unwrap().with_version(dialect.mti_version()),
                &[(2, "6212345678900001"), (3, "000000"), (4, "000000100000"), (11, "000001"), (41, "00000001")],
            );
            let mut payload = Vec::new();
            request.write(&dialect, &mut payload).unwrap();
            let mut template = Template::new(&dialect, &format, &payload, &[2, 4, 11]).unwrap();
            template.set(2, 6_212_345_678_912_345);
            template.set(4, 7);
            template.set(11, 1_234_567);
            let frame = format.next(template.frame()).unwrap().unwrap();
            let read = Answer::read(&dialect, frame.payload).unwrap();
            let texts = [2, 4, 11, 41].map(|field| read.text(field));
            assert_eq!(texts, ["6212345678912345", "000000000007", "234567", "00000001"], "{name}");
        }
    }
}
