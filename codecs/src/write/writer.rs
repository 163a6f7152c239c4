//! The writer: what is to change, collected; then one pass.

use super::carry;
use super::encode;
use super::error::{WriteError, WriteProblem};
use crate::dialect::{Addresses, Dialect, Envelope};
use crate::message::MessageView;
use crate::mti::Mti;
use arrayvec::ArrayVec;

/// The most fields that one writer can set. More than any message of a sale has; beyond it `write` gives an error.
pub const FIELDS_MAX: usize = 64;

#[derive(Clone, Copy)]
enum Value<'a> {
    Text(&'a [u8]),
    Raw(&'a [u8]),
    Number(u64),
}

#[derive(Clone, Copy)]
struct Patch<'a> {
    field: u8,
    value: Value<'a>,
}

#[derive(Clone, Copy)]
enum Base<'a> {
    Nothing,
    Copy(MessageView<'a>),
    Carry(MessageView<'a>),
}

#[derive(Clone, Copy)]
enum EnvelopeFrom<'a> {
    Unsaid,
    AsItIs(&'a [u8]),
    Answering(&'a [u8]),
    Addresses(Addresses<'a>),
}

/// Collects what a message is to hold, then writes it. See the [module](self).
#[derive(Clone)]
pub struct MessageWriter<'a> {
    dialect: &'a Dialect,
    base: Base<'a>,
    mti: Mti,
    envelope: EnvelopeFrom<'a>,
    /// The fields that the message will have.
    present: [u64; 3],
    /// In order of their fields.
    patches: ArrayVec<Patch<'a>, FIELDS_MAX>,
    /// What was asked for and cannot be; said when written.
    refused: Option<WriteError>,
}

impl<'a> MessageWriter<'a> {
    /// A copy of this message: what is not set or removed stays byte for byte, envelope and bitmaps included.
    #[must_use]
    pub fn patch(view: MessageView<'a>) -> Self {
        Self {
            dialect: view.dialect(),
            base: Base::Copy(view),
            mti: view.mti(),
            envelope: EnvelopeFrom::AsItIs(view.envelope()),
            present: view.present(),
            patches: ArrayVec::new(),
            refused: None,
        }
    }

    /// A message from nothing.
    #[must_use]
    pub fn build(dialect: &'a Dialect, mti: Mti) -> Self {
        let (base, envelope) = (Base::Nothing, EnvelopeFrom::Unsaid);
        Self { dialect, base, mti, envelope, present: [0; 3], patches: ArrayVec::new(), refused: None }
    }

    /// This message in another dialect, field by field by its logical characters. The type gets the dialect's version, field
    /// 39 is mapped by both tables of results, fields 64 and 128 are left out (authentication codes are made anew for each
    /// link), the envelope ends here. What the dialect cannot hold is an error that names the field: set it or remove it.
    #[must_use]
    pub fn translate(view: MessageView<'a>, dialect: &'a Dialect) -> Self {
        let mti = view.mti().with_version(dialect.mti_version());
        let (base, envelope) = (Base::Carry(view), EnvelopeFrom::Unsaid);
        let mut writer =
            Self { dialect, base, mti, envelope, present: view.present(), patches: ArrayVec::new(), refused: None };
        for field in carry::LEFT_BEHIND {
            writer.mark(field, false);
        }
        writer
    }

    /// The dialect that the message is written in.
    #[must_use]
    pub fn dialect(&self) -> &'a Dialect {
        self.dialect
    }

    /// Sets the message type.
    pub fn mti(&mut self, mti: Mti) -> &mut Self {
        self.mti = mti;
        self
    }

    /// Makes a copy of a request its answer: the type of the response, the envelope with addresses exchanged. Fields stay.
    pub fn respond(&mut self) -> &mut Self {
        self.mti = self.mti.response();
        if let Base::Copy(view) = self.base {
            self.envelope = EnvelopeFrom::Answering(view.envelope());
        }
        self
    }

    /// Takes the envelope of the answer from this one, of a request in the same dialect (for answers that are built or
    /// translated; the request's payload will do).
    pub fn envelope_answering(&mut self, request: &'a [u8]) -> &mut Self {
        self.envelope = EnvelopeFrom::Answering(request);
        self
    }

    /// Takes this envelope as it is.
    pub fn envelope_as(&mut self, envelope: &'a [u8]) -> &mut Self {
        self.envelope = EnvelopeFrom::AsItIs(envelope);
        self
    }

    /// Makes an envelope from a link's addresses, for messages of our own.
    pub fn envelope_between(&mut self, addresses: Addresses<'a>) -> &mut Self {
        self.envelope = EnvelopeFrom::Addresses(addresses);
        self
    }

    /// Sets a field by its logical characters: ASCII digits for numbers in any encoding, `=` for a track's separator, bytes
    /// for class `b`, bytes of the field's own character set for text. Shorter values of fixed fields are filled as the
    /// table says.
    pub fn set(&mut self, field: u8, text: &'a [u8]) -> &mut Self {
        self.put(field, Value::Text(text))
    }

    /// Sets a field by its bytes on the wire, without length prefix.
    pub fn set_raw(&mut self, field: u8, raw: &'a [u8]) -> &mut Self {
        self.put(field, Value::Raw(raw))
    }

    /// Sets a field to a number; a fixed field is filled with zeros in front.
    pub fn set_number(&mut self, field: u8, number: u64) -> &mut Self {
        self.put(field, Value::Number(number))
    }

    /// Leaves a field out. Nothing happens when there is none.
    pub fn remove(&mut self, field: u8) -> &mut Self {
        if let Ok(at) = self.patches.binary_search_by_key(&field, |patch| patch.field) {
            self.patches.remove(at);
        }
        self.mark(field, false);
        self
    }

    /// Leaves out every field that is not named here (set ones included).
    pub fn keep_only(&mut self, fields: &[u8]) -> &mut Self {
        let mut kept = [0_u64; 3];
        for &field in fields {
            if let Some((place, bit)) = place_of(field) {
                kept[place] |= bit;
            }
        }
        for (present, kept) in self.present.iter_mut().zip(kept) {
            *present &= kept;
        }
        self.patches.retain(|patch| fields.contains(&patch.field));
        self
    }

    /// Whether the message will have the field.
    #[must_use]
    pub fn has(&self, field: u8) -> bool {
        place_of(field).is_some_and(|(place, bit)| self.present[place] & bit != 0)
    }

    /// Appends the payload, envelope and message, to `out`.
    ///
    /// # Errors
    /// The first field that does not fit; `out` is then as it was.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let start = out.len();
        let outcome = self.append(out, start);
        if outcome.is_err() {
            out.truncate(start);
        }
        outcome
    }

    fn append(&self, out: &mut Vec<u8>, start: usize) -> Result<(), WriteError> {
        if let Some(error) = self.refused {
            return Err(error);
        }
        self.append_envelope(out)?;
        match self.base {
            Base::Copy(view) => self.append_copy(&view, out)?,
            _ => self.append_fields(out)?,
        }
        Ok(self.dialect.envelope().seal(out, start)?)
    }

    fn append_envelope(&self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let envelope = self.dialect.envelope();
        match self.envelope {
            EnvelopeFrom::Unsaid if *envelope == Envelope::None => {}
            EnvelopeFrom::Unsaid => return Err(WriteError::new(0, WriteProblem::NoEnvelope)),
            EnvelopeFrom::AsItIs(bytes) => out.extend_from_slice(bytes),
            EnvelopeFrom::Answering(request) => envelope.respond(request, out)?,
            EnvelopeFrom::Addresses(addresses) => envelope.request(addresses, out)?,
        }
        Ok(())
    }

    /// Runs of untouched fields are copied whole, bitmaps too when they stay the same.
    fn append_copy(&self, view: &MessageView<'a>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let payload = view.bytes();
        let (message_start, fields_start, end) = view.bounds();
        let nothing = WriteError::new(0, WriteProblem::NothingToCopy);
        if !view.has_mti() {
            return Err(nothing);
        }
        let mti_bytes = self.dialect.mti_encoding().bytes();
        let bitmaps_start = message_start + mti_bytes;
        if self.mti == view.mti() {
            out.extend_from_slice(payload.get(message_start..bitmaps_start).ok_or(nothing)?);
        } else {
            encode::mti(self.dialect.mti_encoding(), self.mti, out);
        }
        let before = view.present();
        if self.present == before && view.is_whole() {
            out.extend_from_slice(payload.get(bitmaps_start..fields_start).ok_or(nothing)?);
        } else {
            encode::bitmaps(self.dialect, self.present, out);
        }
        // Up to `copied` the source has been dealt with.
        let mut copied = fields_start;
        let mut patches = self.patches.iter().peekable();
        for (place, (is, was)) in (0_u8..).zip(self.present.into_iter().zip(before)) {
            // Where something happens: fields that are patched, and fields that go.
            let mut events = was & !is;
            while let Some(patch) = patches.peek().filter(|patch| (patch.field - 1) / 64 == place) {
                let number = patch.field;
                let Some((_, bit)) = place_of(number) else { break };
                self.skip_removed(view, &mut copied, (place, &mut events), bit, out);
                let (from, to) = if was & bit != 0 {
                    (
                        view.wire_start(number, self.dialect.operation(number)),
                        view.span(number).map_or(0, |span| span.end),
                    )
                } else {
                    let at = view.end_before(number);
                    (at, at)
                };
                out.extend_from_slice(payload.get(copied..from.max(copied)).unwrap_or_default());
                self.append_patch(patch, out)?;
                copied = to.max(copied);
                patches.next();
            }
            self.skip_removed(view, &mut copied, (place, &mut events), 0, out);
        }
        out.extend_from_slice(payload.get(copied..end.max(copied)).unwrap_or_default());
        Ok(())
    }

    /// Copies up to each removed field before the one that `bit` stands for (all of them when it is 0), and leaves it out.
    fn skip_removed(
        &self,
        view: &MessageView<'a>,
        copied: &mut usize,
        (place, events): (u8, &mut u64),
        bit: u64,
        out: &mut Vec<u8>,
    ) {
        while *events > bit {
            let zeros = events.leading_zeros();
            let number = place * 64 + zeros.to_le_bytes()[0] + 1;
            *events ^= 1 << 63 >> zeros;
            let from = view.wire_start(number, self.dialect.operation(number));
            out.extend_from_slice(view.bytes().get(*copied..from).unwrap_or_default());
            *copied = view.span(number).map_or(*copied, |span| span.end);
        }
    }

    /// Field by field: from nothing, or from another dialect.
    fn append_fields(&self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        encode::mti(self.dialect.mti_encoding(), self.mti, out);
        encode::bitmaps(self.dialect, self.present, out);
        let mut patches = self.patches.iter().peekable();
        for (place, mut word) in (0_u8..).zip(self.present) {
            while word != 0 {
                let zeros = word.leading_zeros();
                word ^= 1 << 63 >> zeros;
                let number = place * 64 + zeros.to_le_bytes()[0] + 1;
                match (patches.next_if(|patch| patch.field == number), self.base) {
                    (Some(patch), _) => self.append_patch(patch, out)?,
                    (None, Base::Carry(view)) => carry::field(&view, self.dialect, number, out)?,
                    (None, _) => {}
                }
            }
        }
        Ok(())
    }

    fn append_patch(&self, patch: &Patch<'_>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        match patch.value {
            Value::Text(text) => encode::field(self.dialect, patch.field, text, out),
            Value::Raw(raw) => encode::raw_field(self.dialect, patch.field, raw, out),
            Value::Number(number) => encode::number(self.dialect, patch.field, number, out),
        }
    }

    fn put(&mut self, field: u8, value: Value<'a>) -> &mut Self {
        let patch = Patch { field, value };
        let room = match self.patches.last() {
            _ if place_of(field).is_none() => Err(WriteProblem::UnknownField),
            Some(last) if last.field >= field => match self.patches.binary_search_by_key(&field, |patch| patch.field) {
                Ok(at) => {
                    self.patches[at] = patch;
                    Ok(())
                }
                Err(at) => self.patches.try_insert(at, patch).map_err(|_| WriteProblem::TooManyFields),
            },
            _ => self.patches.try_push(patch).map_err(|_| WriteProblem::TooManyFields),
        };
        match room {
            Ok(()) => self.mark(field, true),
            Err(problem) => self.refused = self.refused.or(Some(WriteError::new(field, problem))),
        }
        self
    }

    fn mark(&mut self, field: u8, there: bool) {
        if let Some((place, bit)) = place_of(field) {
            if there {
                self.present[place] |= bit;
            } else {
                self.present[place] &= !bit;
            }
        }
    }
}

/// Which bitmap, and which bit of it.
fn place_of(field: u8) -> Option<(usize, u64)> {
    let place = field.checked_sub(1)?;
    (place < 192).then(|| (usize::from(place >> 6), 1 << 63 >> (place & 63)))
}
