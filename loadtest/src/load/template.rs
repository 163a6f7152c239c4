//! A frame of which some digits change from one request to the next.

use lijian_codecs::dialect::{Dialect, FieldPart};
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};

/// A whole frame, and where its digits stand.
#[derive(Clone, Debug)]
pub(super) struct Template {
    frame: Vec<u8>,
    places: Vec<(u8, Place)>,
    /// Where the trace number of the message stands that this one is about.
    original: Option<Place>,
}

/// Digits of a field in the frame.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: usize,
    bytes: usize,
    /// Two digits a byte.
    packed: bool,
}

impl Place {
    /// A part of the field. Of two digits in a byte both must be in it.
    fn part(self, part: FieldPart) -> Option<Self> {
        let (from, to) = (usize::from(part.from), usize::from(part.to?));
        let digits = if self.packed { 2 } else { 1 };
        let whole = from.is_multiple_of(digits) && to.is_multiple_of(digits) && to / digits <= self.bytes;
        whole.then_some(Self { at: self.at + from / digits, bytes: (to - from) / digits, packed: self.packed })
    }
}

impl Template {
    /// A message in its frame, of which these fields can be written again, and that part of a field. None where one of them is
    /// missing, or is written in another way than as digits.
    pub(super) fn new(
        dialect: &Dialect,
        format: &FrameFormat,
        payload: &[u8],
        fields: &[u8],
        original: Option<FieldPart>,
    ) -> Option<Self> {
        let mut frame = Vec::new();
        format.write(payload, &mut frame).ok()?;
        let mut index = FieldIndex::new();
        let view = parse(dialect, payload, &mut index).ok()?;
        let place = |field: u8| {
            let (span, digits) = (view.span(field)?, view.text_length(field)?);
            let (at, bytes) = (format.header.bytes() + span.start, span.len());
            let packed = bytes * 2 == digits;
            (packed || bytes == digits).then_some(Place { at, bytes, packed })
        };
        let mut places = Vec::new();
        for field in fields.iter().copied() {
            places.push((field, place(field)?));
        }
        let original = match original {
            Some(part) => Some(place(part.field)?.part(part)?),
            None => None,
        };
        Some(Self { frame, places, original })
    }

    /// Where the last byte of a field stands.
    pub(super) fn last_of(&self, field: u8) -> Option<usize> {
        let (_, place) = self.places.iter().find(|(known, _)| *known == field)?;
        (place.at + place.bytes).checked_sub(1)
    }

    /// Writes the trace number of the message that this one is about.
    pub(super) fn set_original(&mut self, stan: u64) {
        if let Some(place) = self.original {
            self.write(place, stan);
        }
    }

    /// Writes a number into a field, zeros in front; what does not fit is cut off in front.
    pub(super) fn set(&mut self, field: u8, number: u64) {
        if let Some((_, place)) = self.places.iter().find(|(known, _)| *known == field).copied() {
            self.write(place, number);
        }
    }

    fn write(&mut self, place: Place, mut number: u64) {
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
            let sale = Request::from_pairs(
                Mti::parse("0200").unwrap().with_version(dialect.mti_version()),
                &[(2, "6212345678900001"), (3, "000000"), (4, "000000100000"), (11, "000001"), (41, "00000001")],
            );
            let mut payload = Vec::new();
            sale.reversal(&dialect, 1).write(&dialect, &mut payload).unwrap();
            let original = dialect.semantics().original.stan;
            let mut template = Template::new(&dialect, &format, &payload, &[2, 4, 11], Some(original)).unwrap();
            template.set(2, 6_212_345_678_912_345);
            template.set(4, 7);
            template.set(11, 1_234_567);
            template.set_original(765_432);
            let frame = format.next(template.frame()).unwrap().unwrap();
            let read = Answer::read(&dialect, frame.payload).unwrap();
            let texts = [2, 4, 11, 41].map(|field| read.text(field));
            assert_eq!(texts, ["6212345678912345", "000000000007", "234567", "00000001"], "{name}");
            let named = read.text(original.field);
            assert_eq!(original.of(named.as_bytes()), Some(&b"765432"[..]), "{name}");
            assert!(
                named.bytes().filter(|byte| b"765432".contains(byte)).count() <= 8,
                "nothing else changed: {named}"
            );
        }
    }
}
