//! A message as it came over the till's socket.

use lijian_codecs::Mti;
use lijian_codecs::dialect::{Dialect, Sensitive};
use lijian_codecs::message::{FieldIndex, MessageView, ParseError, parse};
use std::collections::BTreeMap;
use std::fmt;

/// Longest value of any dialect shipped, in characters.
const VALUE_MAX: usize = 9_999;

/// A message that came: its own copy of everything.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Message type.
    pub mti: Mti,
    /// Every field that is present, as logical characters.
    pub fields: BTreeMap<u8, Vec<u8>>,
    /// The payload as it came, without frame header.
    pub payload: Vec<u8>,
    sensitive: Vec<u8>,
}

impl Answer {
    /// Reads a payload.
    ///
    /// # Errors
    /// It is no message of this dialect.
    pub fn read(dialect: &Dialect, payload: &[u8]) -> Result<Self, ParseError> {
        let mut index = FieldIndex::new();
        let view = parse(dialect, payload, &mut index).map_err(|failure| failure.error)?;
        Ok(Self::of(&view))
    }

    pub(super) fn of(view: &MessageView<'_>) -> Self {
        let mut buffer = [0; VALUE_MAX];
        let mut fields = BTreeMap::new();
        let mut sensitive = Vec::new();
        for (field, raw) in view.fields() {
            let value = view.text(field, &mut buffer).unwrap_or(raw).to_vec();
            if view.spec(field).is_none_or(|spec| spec.sensitive != Sensitive::None) {
                sensitive.push(field);
            }
            fields.insert(field, value);
        }
        Self { mti: view.mti(), fields, payload: view.bytes().to_vec(), sensitive }
    }

    /// A field; `None` when absent.
    #[must_use]
    pub fn field(&self, number: u8) -> Option<&[u8]> {
        self.fields.get(&number).map(Vec::as_slice)
    }

    /// A field as text; empty when absent. Bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn text(&self, number: u8) -> String {
        String::from_utf8_lossy(self.field(number).unwrap_or_default()).into_owned()
    }

    /// Field 4 in minor units; `None` when it is absent.
    #[must_use]
    pub fn amount_minor(&self) -> Option<u64> {
        self.text(4).parse().ok()
    }
}

impl fmt::Debug for Answer {
    /// Sensitive fields with their length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.mti)?;
        for (number, value) in &self.fields {
            if self.sensitive.contains(number) {
                write!(f, " {number}=({} characters)", value.len())?;
            } else {
                write!(f, " {number}={}", String::from_utf8_lossy(value))?;
            }
        }
        Ok(())
    }
}
