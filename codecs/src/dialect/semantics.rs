//! What a dialect's table says beyond the bytes: which fields find an original, how result codes map, where subsidy
//! data stands, how sign-on and echo are asked for.

use crate::mti::{Mti, MtiClass};

/// A part of a field, or the whole of it, as logical characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FieldPart {
    /// The field.
    pub field: u8,
    /// First character, from 0.
    pub from: u16,
    /// One past the last character; `None` to the end of the value.
    pub to: Option<u16>,
}

impl FieldPart {
    /// `60` or `60[2..8]`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some((field, range)) = text.split_once('[') else {
            return Some(Self { field: text.parse().ok()?, from: 0, to: None });
        };
        let (from, to) = range.strip_suffix(']')?.split_once("..")?;
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        (from < to).then_some(Self { field: field.parse().ok()?, from, to: Some(to) })
    }

    /// The characters of `value` that this names; `None` when the value is too short to hold them.
    #[must_use]
    pub fn of(self, value: &[u8]) -> Option<&[u8]> {
        value.get(usize::from(self.from)..self.to.map_or(value.len(), usize::from))
    }
}

/// One part of a key by which messages find each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPart {
    /// What the message is about (request and response alike, first sending and repeat alike).
    Class,
    /// A field, or part of one. A field that is absent counts as empty.
    Field(FieldPart),
}

/// Where a reversal, void or completion names its original, each part inside one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginalElements {
    /// The field: 90, or 61 in terminal dialects, 56 in the 1993 version.
    pub field: u8,
    /// Message type of the original.
    pub mti: Option<FieldPart>,
    /// System trace audit number of the original.
    pub stan: FieldPart,
    /// Transmission time of the original, `MMDDhhmmss`.
    pub transmitted: Option<FieldPart>,
    /// Batch number of the original.
    pub batch: Option<FieldPart>,
    /// Date of the original, `MMDD`.
    pub date: Option<FieldPart>,
    /// Acquiring institution of the original.
    pub acquirer: Option<FieldPart>,
    /// Forwarding institution of the original.
    pub forwarder: Option<FieldPart>,
}

/// Where the run of subsidy tags stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubsidyPlace {
    /// The field.
    pub field: u8,
    /// The element of the field whose value is the run; `None` when the run is the whole field.
    pub element: Option<[u8; 2]>,
}

/// The fields and codes of sign-on, sign-off and echo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkManagement {
    /// Message type of the request.
    pub mti: Mti,
    /// Where the code stands.
    pub code: FieldPart,
    /// Code of sign-on.
    pub sign_on: [u8; 3],
    /// Code of sign-off.
    pub sign_off: [u8; 3],
    /// Code of echo.
    pub echo: [u8; 3],
}

/// A result code as it stands in field 39 of a dialect: two or three characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResultCode {
    characters: [u8; 3],
    length: u8,
}

impl ResultCode {
    /// From its characters; `None` unless there are two or three, each a letter or digit.
    #[must_use]
    pub fn new(code: &[u8]) -> Option<Self> {
        let length = u8::try_from(code.len()).ok().filter(|length| (2..=3).contains(length))?;
        let mut characters = [0; 3];
        for (slot, byte) in characters.iter_mut().zip(code) {
            *slot = *byte;
        }
        code.iter().all(u8::is_ascii_alphanumeric).then_some(Self { characters, length })
    }

    /// The characters.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.characters.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl std::fmt::Debug for ResultCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_bytes().iter().try_for_each(|&byte| write!(f, "{}", char::from(byte)))
    }
}

/// How the dialect's result codes map to the two-character codes of the 1987 version, which everything else here uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    pub(crate) to_canonical: Box<[(ResultCode, [u8; 2])]>,
    pub(crate) from_canonical: Box<[([u8; 2], ResultCode)]>,
    /// Codes that the table does not name: themselves where both have two characters, else these.
    pub(crate) unknown_to_canonical: [u8; 2],
    pub(crate) unknown_from_canonical: Option<ResultCode>,
}

impl Results {
    /// Our code for the dialect's.
    #[must_use]
    pub fn to_canonical(&self, code: &[u8]) -> [u8; 2] {
        match (self.to_canonical.iter().find(|(known, _)| known.as_bytes() == code), code) {
            (Some((_, canonical)), _) => *canonical,
            (None, &[first, second]) if self.unknown_from_canonical.is_none() => [first, second],
            _ => self.unknown_to_canonical,
        }
    }

    /// The dialect's code for ours.
    #[must_use]
    pub fn from_canonical(&self, code: [u8; 2]) -> ResultCode {
        let itself = ResultCode { characters: [code[0], code[1], 0], length: 2 };
        self.from_canonical
            .iter()
            .find_map(|(known, theirs)| (*known == code).then_some(*theirs))
            .unwrap_or_else(|| self.unknown_from_canonical.unwrap_or(itself))
    }
}

/// All of it, for one dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Semantics {
    /// Which request types the dialect speaks, and what each is about.
    pub classes: Box<[(Mti, MtiClass)]>,
    /// How result codes map.
    pub results: Results,
    /// Equal keys mean the same request sent again.
    pub duplicate_key: Box<[KeyPart]>,
    /// Equal keys mean that a response answers a request that we sent.
    pub response_key: Box<[KeyPart]>,
    /// Where a reversal names its original.
    pub original: OriginalElements,
    /// Whether a reversal carries the trace number of its original in field 11 (terminal dialects).
    pub reversal_keeps_stan: bool,
    /// The type of the reversal that is sent when an answer does not come.
    pub reversal_mti: Mti,
    /// Where subsidy data stands by default.
    pub subsidy: SubsidyPlace,
    /// How sign-on and echo are asked for.
    pub network: NetworkManagement,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_fields() {
        let part = FieldPart::parse("60[2..8]").unwrap();
        assert_eq!(part, FieldPart { field: 60, from: 2, to: Some(8) });
        assert_eq!(part.of(b"22000001000"), Some(&b"000001"[..]));
        assert_eq!(part.of(b"22"), None);
        assert_eq!(FieldPart::parse("41").unwrap().of(b"TERM0001"), Some(&b"TERM0001"[..]));
        for text in ["", "x", "60[2..", "60[8..2]", "60[2]", "300", "60[-1..3]"] {
            assert_eq!(FieldPart::parse(text), None, "{text}");
        }
    }
}
