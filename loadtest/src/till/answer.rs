//! A message as it came over the till's socket.

use lijian_codecs::Mti;
use lijian_codecs::dialect::{Dialect, Sensitive};
use lijian_codecs::message::{FieldIndex, MessageView, ParseError, parse};
use lijian_codecs::tags::{TagError, locate};
use std::collections::BTreeMap;
use std::fmt;

/// Longest value of any dialect shipped, in characters.
const VALUE_MAX: usize = 9_999;

/// Tags and values in order.
pub type Tags = Vec<([u8; 2], Vec<u8>)>;

/// A message that came: its own copy of everything.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Message type.
    pub mti: Mti,
    /// Every field that is present, as logical characters.
    pub fields: BTreeMap<u8, Vec<u8>>,
    /// Subsidy data from where the dialect has them, in order; empty when there are none.
    ///
    /// # Errors
    /// What stands there is no run of tags.
    pub tags: Result<Tags, TagError>,
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
        Self { mti: view.mti(), fields, tags: tags_of(view), payload: view.bytes().to_vec(), sensitive }
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

    /// The first value of a tag as text; `None` when there is none, or no run of tags.
    #[must_use]
    pub fn tag(&self, tag: [u8; 2]) -> Option<String> {
        let (_, value) = self.tags.as_ref().ok()?.iter().find(|(known, _)| *known == tag)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// Field 4 in minor units; `None` when it is absent.
    #[must_use]
    pub fn amount_minor(&self) -> Option<u64> {
        self.text(4).parse().ok()
    }
}

fn tags_of(view: &MessageView<'_>) -> Result<Tags, TagError> {
    let mut buffer = [0; VALUE_MAX];
    match locate(view, view.dialect().semantics().subsidy, &mut buffer)? {
        None => Ok(Vec::new()),
        Some(located) => located.run.map(|tag| tag.map(|tag| (tag.tag, tag.value.to_vec()))).collect(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::till::Request;

    fn read(name: &str, pairs: &[(u8, &str)]) -> Answer {
        let dialect = Dialect::shipped(name).unwrap().unwrap();
        let mut payload = Vec::new();
        Request::from_pairs(Mti::parse("0210").unwrap(), pairs).write(&dialect, &mut payload).unwrap();
        Answer::read(&dialect, &payload).unwrap()
    }

    #[test]
    fn tags_from_where_the_dialect_has_them() {
        let check = |name, field, value| {
            let answer = read(name, &[(4, "000000100000"), (39, "00"), (field, value)]);
            assert_eq!((answer.amount_minor(), answer.text(39)), (Some(100_000), "00".to_owned()), "{name}");
            assert_eq!(answer.tag(*b"81").as_deref(), Some("20000"), "{name}");
            assert_eq!((answer.tag(*b"ZZ").as_deref(), answer.tag(*b"84")), (Some(""), None), "{name}");
        };
        check("iso87-ascii", 48, "8100520000ZZ000");
        check("unionpay-pos", 59, "8100520000ZZ000");
        check("cups", 48, "AA00212SD0158100520000ZZ000");
    }

    #[test]
    fn no_tags_and_broken_tags() {
        assert_eq!(read("iso87-ascii", &[(39, "00")]).tags, Ok(Vec::new()));
        let broken = read("iso87-ascii", &[(39, "00"), (48, "81005200")]);
        assert!(broken.tags.is_err() && broken.tag(*b"81").is_none());
    }
}
