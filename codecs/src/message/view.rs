//! The view: what a parsed message says, read where it stands.

use super::index::FieldIndex;
use super::parse::read_length;
use super::value;
use crate::dialect::{Dialect, FieldPart, FieldSpec, Operation, PrefixOperation};
use crate::mti::Mti;
use std::fmt;
use std::ops::Range;

/// A parsed message. Small, cheap to copy; borrows payload, dialect and index.
#[derive(Clone, Copy)]
pub struct MessageView<'a> {
    dialect: &'a Dialect,
    payload: &'a [u8],
    index: &'a FieldIndex,
}

impl<'a> MessageView<'a> {
    #[inline]
    pub(super) fn new(dialect: &'a Dialect, payload: &'a [u8], index: &'a FieldIndex) -> Self {
        Self { dialect, payload, index }
    }

    /// The message type; 0000 in what is left of a message whose type could not be read.
    #[inline]
    #[must_use]
    pub fn mti(&self) -> Mti {
        self.index.mti.unwrap_or(Mti::NONE)
    }

    /// Whether the message type could be read; always true for a message without errors.
    #[must_use]
    pub fn has_mti(&self) -> bool {
        self.index.mti.is_some()
    }

    /// The dialect that the message was read with.
    #[must_use]
    pub fn dialect(&self) -> &'a Dialect {
        self.dialect
    }

    /// The whole payload, envelope included.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.payload
    }

    /// What stands before the message type; empty in most dialects.
    #[must_use]
    pub fn envelope(&self) -> &'a [u8] {
        self.payload.get(..usize::from(self.index.message_start)).unwrap_or_default()
    }

    /// From the message type to the end.
    #[must_use]
    pub fn message(&self) -> &'a [u8] {
        self.payload.get(usize::from(self.index.message_start)..).unwrap_or_default()
    }

    /// Whether the message has this field (and it could be read).
    #[inline]
    #[must_use]
    pub fn has(&self, field: u8) -> bool {
        let place = field.wrapping_sub(1);
        self.index.present.get(usize::from(place >> 6)).is_some_and(|word| word << (place & 63) >> 63 == 1)
    }

    /// The fields that are present, as bitmaps: bit 63 of the first word is field 1.
    #[must_use]
    pub fn present(&self) -> [u64; 3] {
        self.index.present
    }

    /// Where the value stands in [`Self::bytes`], without its length prefix.
    #[inline]
    #[must_use]
    pub fn span(&self, field: u8) -> Option<Range<usize>> {
        let span = self.index.spans[usize::from(field)];
        self.has(field).then(|| usize::from(span.start)..usize::from(span.end))
    }

    /// The value as it stands, without its length prefix.
    #[inline]
    #[must_use]
    pub fn raw(&self, field: u8) -> Option<&'a [u8]> {
        self.payload.get(self.span(field)?)
    }

    /// Every field that is present with its value as it stands, in order.
    #[must_use]
    pub fn fields(&self) -> Fields<'a> {
        Fields { view: *self, place: 0, left: self.index.present }
    }

    /// The value as logical characters: digits of BCD (`=` for a track's separator), ASCII of EBCDIC, bytes of
    /// hexadecimal; everything else as it stands. Converted into `buffer` where need be, otherwise borrowed from the
    /// message. `None` when the field is absent or the buffer too small.
    #[must_use]
    pub fn text<'b>(&self, field: u8, buffer: &'b mut [u8]) -> Option<&'b [u8]>
    where
        'a: 'b,
    {
        let spec = self.dialect.field(field)?;
        let raw = self.raw(field)?;
        if value::is_itself(spec.encoding) { Some(raw) } else { value::decode(spec, raw, self.counted(field), buffer) }
    }

    /// The same, always into the buffer.
    #[must_use]
    pub fn copy_text<'b>(&self, field: u8, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        value::decode(self.dialect.field(field)?, self.raw(field)?, self.counted(field), buffer)
    }

    /// The characters of a part of a field. `None` when the field is absent, too short, or the buffer is.
    #[must_use]
    pub fn part<'b>(&self, part: FieldPart, buffer: &'b mut [u8]) -> Option<&'b [u8]>
    where
        'a: 'b,
    {
        part.of(self.text(part.field, buffer)?)
    }

    /// How many logical characters (or bytes, class `b`) the value has.
    #[must_use]
    pub fn text_length(&self, field: u8) -> Option<usize> {
        Some(value::length(self.dialect.field(field)?, self.raw(field)?, self.counted(field)))
    }

    /// Whether the value is exactly these logical characters. A field that is absent equals nothing.
    #[must_use]
    pub fn text_eq(&self, field: u8, expected: &[u8]) -> bool {
        let (Some(spec), Some(raw)) = (self.dialect.field(field), self.raw(field)) else { return false };
        if value::is_itself(spec.encoding) {
            return raw == expected;
        }
        value::length(spec, raw, self.counted(field)) == expected.len()
            && value::characters(spec, raw, self.counted(field)).eq(expected.iter().copied())
    }

    /// The number that the field's digits make, from any encoding. `None` when it is absent, empty, holds anything but
    /// digits, or more than a `u64`.
    #[must_use]
    pub fn digits_u64(&self, field: u8) -> Option<u64> {
        let (spec, raw) = (self.dialect.field(field)?, self.raw(field)?);
        if raw.is_empty() {
            return None;
        }
        value::characters(spec, raw, self.counted(field)).try_fold(0_u64, |total, character| {
            let digit = character.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            total.checked_mul(10)?.checked_add(u64::from(digit))
        })
    }

    /// What the table says of a field.
    #[must_use]
    pub fn spec(&self, field: u8) -> Option<&'a FieldSpec> {
        self.dialect.field(field)
    }

    /// What the length of a field counted.
    pub(crate) fn counted(&self, field: u8) -> usize {
        let operation = self.dialect.operation(field);
        if operation.prefix == PrefixOperation::Fixed {
            return usize::from(operation.length);
        }
        self.payload.get(self.wire_start(field, operation)..).and_then(|at| read_length(operation, at)).unwrap_or(0)
    }

    /// Where the field begins on the wire, length prefix included. For fields that are present.
    pub(crate) fn wire_start(&self, field: u8, operation: &Operation) -> usize {
        usize::from(self.index.spans[usize::from(field)].start).saturating_sub(usize::from(operation.prefix_bytes))
    }

    /// Whether every field that the bitmaps announce was read.
    pub(crate) fn is_whole(&self) -> bool {
        self.index.whole
    }

    /// Where the field before this one ends, or the fields begin.
    pub(crate) fn end_before(&self, field: u8) -> usize {
        let last = |place: usize, word: u64| {
            (word != 0).then(|| {
                let number = place * 64 + 64 - usize::try_from(word.trailing_zeros()).unwrap_or(0);
                self.index.spans.get(number).map_or(0, |span| usize::from(span.end))
            })
        };
        let (own, bit) = (usize::from((field - 1) >> 6), u32::from((field - 1) & 63));
        // Bits above that of the field.
        let above = if bit == 0 { 0 } else { u64::MAX << (64 - bit) };
        self.index
            .present
            .iter()
            .enumerate()
            .take(own + 1)
            .rev()
            .find_map(|(place, &word)| last(place, if place == own { word & above } else { word }))
            .unwrap_or_else(|| usize::from(self.index.fields_start))
    }

    /// Where the message type begins, where the fields begin, and where what could be read ends.
    pub(crate) fn bounds(&self) -> (usize, usize, usize) {
        let index = self.index;
        (usize::from(index.message_start), usize::from(index.fields_start), usize::from(index.end))
    }
}

impl fmt::Debug for MessageView<'_> {
    /// Type, dialect and field numbers; no values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.dialect.name(), self.mti())?;
        f.debug_list().entries(self.fields().map(|(field, _)| field)).finish()
    }
}

/// The fields of a message in order, see [`MessageView::fields`].
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    view: MessageView<'a>,
    place: u8,
    left: [u64; 3],
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let word = self.left.get_mut(usize::from(self.place))?;
            if *word == 0 {
                self.place += 1;
                continue;
            }
            let zeros = word.leading_zeros();
            *word ^= 1 << 63 >> zeros;
            let field = self.place * 64 + zeros.to_le_bytes()[0] + 1;
            return Some((field, self.view.raw(field).unwrap_or_default()));
        }
    }
}
