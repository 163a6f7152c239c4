//! A message that a till sends: type and fields, written in whatever dialect.

use lijian_codecs::Mti;
use lijian_codecs::dialect::{Addresses, Dialect, Envelope, FieldPart};
use lijian_codecs::write::{MessageWriter, WriteError};
use std::collections::BTreeMap;
use std::fmt;

/// A message to be sent. Values are logical characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Message type.
    pub mti: Mti,
    /// Fields by number.
    pub fields: BTreeMap<u8, Vec<u8>>,
}

impl Request {
    /// A message of this type, without fields.
    #[must_use]
    pub fn new(mti: Mti) -> Self {
        Self { mti, fields: BTreeMap::new() }
    }

    /// From pairs of field number and value.
    #[must_use]
    pub fn from_pairs(mti: Mti, pairs: &[(u8, &str)]) -> Self {
        let fields = pairs.iter().map(|(number, value)| (*number, value.as_bytes().to_vec())).collect();
        Self { mti, fields }
    }

    /// Sets a field.
    #[must_use]
    pub fn with(mut self, number: u8, value: impl Into<Vec<u8>>) -> Self {
        self.fields.insert(number, value.into());
        self
    }

    /// Leaves a field out.
    #[must_use]
    pub fn without(mut self, number: u8) -> Self {
        self.fields.remove(&number);
        self
    }

    /// The same request sent again, saying so by its type (0200 becomes 0201).
    #[must_use]
    pub fn repeat(&self) -> Self {
        Self { mti: self.mti.repeat(), fields: self.fields.clone() }
    }

    /// The reversal of this request: the dialect's type of reversal, the identifying fields as they were, the original's
    /// data where the dialect has them. `stan` is the reversal's own trace number; dialects whose reversals keep the
    /// original's do not use it.
    #[must_use]
    pub fn reversal(&self, dialect: &Dialect, stan: u32) -> Self {
        let semantics = dialect.semantics();
        let kept = [2, 3, 4, 7, 12, 13, 22, 25, 32, 33, 41, 42, 49, 60];
        let mut reversal = Self::new(semantics.reversal_mti);
        reversal.fields =
            kept.into_iter().filter_map(|number| Some((number, self.fields.get(&number)?.clone()))).collect();
        let own = self.fields.get(&11).cloned().unwrap_or_default();
        let numbered = if semantics.reversal_keeps_stan { own.clone() } else { format!("{stan:06}").into_bytes() };
        reversal.fields.insert(11, numbered);
        let original = &semantics.original;
        let value = |number: u8| self.fields.get(&number).cloned().unwrap_or_default();
        let batch = value(60).get(2..8).map(<[u8]>::to_vec).unwrap_or_default();
        // The 1993 version names an original by its local time of 12 digits, the 1987 version by field 7.
        let transmitted = if dialect.mti_version() == 1 { value(12) } else { value(7) };
        let parts = [
            (original.mti, self.mti.as_digits().to_vec()),
            (Some(original.stan), own),
            (original.transmitted, transmitted),
            (original.batch, batch),
            (original.date, value(13)),
            (original.acquirer, value(32)),
            (original.forwarder, value(33)),
        ];
        reversal.fields.insert(original.field, digits_of(&parts));
        reversal
    }

    /// The void of this sale: a request (0200, processing code 200000) for all of it that names it as a reversal does.
    #[must_use]
    pub fn void(&self, dialect: &Dialect, stan: u32) -> Self {
        let void = self.reversal(dialect, stan).with(3, "200000").with(11, format!("{stan:06}"));
        Self { mti: self.mti, ..void }
    }

    /// A refund of this sale or of a part of it: as the void, but an advice (0220) and of this amount.
    #[must_use]
    pub fn refund(&self, dialect: &Dialect, stan: u32, amount_minor: u64) -> Self {
        let refund = self.void(dialect, stan).with(4, format!("{amount_minor:012}"));
        let [version, class, _, origin] = self.mti.as_digits();
        Self { mti: Mti::from_digits([version, class, b'2', origin]).unwrap_or(self.mti), ..refund }
    }

    /// Appends the payload, envelope included.
    ///
    /// # Errors
    /// The first field that does not fit the dialect.
    pub fn write(&self, dialect: &Dialect, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let mut writer = MessageWriter::build(dialect, self.mti);
        writer.envelope_between(match dialect.envelope() {
            Envelope::None => Addresses::default(),
            Envelope::Tpdu { .. } => Addresses { destination: b"0003", source: b"0000" },
            Envelope::Network { .. } => Addresses { destination: b"00010000", source: b"48025840" },
        });
        for (number, value) in &self.fields {
            writer.set(*number, value);
        }
        writer.write(out)
    }
}

/// The parts in their places, filled with zeros in front; what nobody set is zeros.
fn digits_of(parts: &[(Option<FieldPart>, Vec<u8>)]) -> Vec<u8> {
    let mut digits = Vec::new();
    for (part, value) in parts {
        let Some(FieldPart { from, to: Some(to), .. }) = part else { continue };
        let (from, to) = (usize::from(*from), usize::from(*to));
        let value = value.get(value.len().saturating_sub(to - from)..).unwrap_or_default();
        digits.resize(digits.len().max(to), b'0');
        if let Some(place) = digits.get_mut(to - value.len()..to) {
            place.copy_from_slice(value);
        }
    }
    digits
}

impl fmt::Debug for Request {
    /// Field numbers only: which of them are sensitive is the dialect's to say.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fields {:?}", self.mti, self.fields.keys().collect::<Vec<_>>())
    }
}
