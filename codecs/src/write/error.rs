//! Why a message cannot be written: the field and what is wrong with it, never the value.

use crate::dialect::{Class, EnvelopeError};
use std::fmt;

/// Why a message cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WriteError {
    /// The field; 0 when it is about the message as a whole.
    pub field: u8,
    /// What is wrong.
    pub problem: WriteProblem,
}

/// What is wrong with a field or message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WriteProblem {
    /// The dialect's table does not have the field.
    UnknownField,
    /// The value is longer than the field.
    TooLong {
        /// The longest value, in characters or bytes as the table counts.
        limit: usize,
        /// The length of the value.
        got: usize,
    },
    /// The field has a fixed length, and the table does not pad.
    NotExact {
        /// The length of the field.
        expected: usize,
        /// The length of the value.
        got: usize,
    },
    /// The value holds a character that the class of the field does not have.
    Class(Class),
    /// An odd number of digits where the length prefix counts bytes and the filler is a digit: it could not be told from
    /// the value.
    OddDigits,
    /// Bytes as they stand on the wire were given, but not as the table says they stand.
    NotAsOnTheWire,
    /// The field exists in both dialects, but its value means another kind of thing: bytes here, characters there.
    NotTheSameKind,
    /// The value is text of another character set.
    CharacterSet,
    /// The value is too long to be carried over into another encoding.
    TooLongToCarry {
        /// The longest that can be.
        limit: usize,
    },
    /// More fields were set than a writer holds.
    TooManyFields,
    /// The envelope cannot be made.
    Envelope(EnvelopeError),
    /// A message from nothing needs the addresses of the link in this dialect.
    NoEnvelope,
    /// The message that is to be patched could not be read as far as its type.
    NothingToCopy,
}

impl WriteError {
    pub(crate) const fn new(field: u8, problem: WriteProblem) -> Self {
        Self { field, problem }
    }
}

impl From<EnvelopeError> for WriteError {
    fn from(error: EnvelopeError) -> Self {
        Self::new(0, WriteProblem::Envelope(error))
    }
}

impl std::error::Error for WriteError {}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field > 0 || self.problem == WriteProblem::UnknownField {
            write!(f, "field {}: ", self.field)?;
        }
        match self.problem {
            WriteProblem::UnknownField => f.write_str("the dialect does not have it"),
            WriteProblem::TooLong { limit, got } => write!(f, "expected a length of at most {limit}, got {got}"),
            WriteProblem::NotExact { expected, got } => write!(f, "expected a length of {expected}, got {got}"),
            WriteProblem::Class(class) => write!(f, "expected class {}, got another character", class.name()),
            WriteProblem::OddDigits => f.write_str("expected an even number of digits"),
            WriteProblem::NotAsOnTheWire => f.write_str("expected the bytes that the table says, got others"),
            WriteProblem::NotTheSameKind => f.write_str("bytes in one dialect, characters in the other"),
            WriteProblem::CharacterSet => f.write_str("text of another character set"),
            WriteProblem::TooLongToCarry { limit } => write!(f, "more than {limit} characters to carry over"),
            WriteProblem::TooManyFields => f.write_str("more fields set than a writer holds"),
            WriteProblem::Envelope(error) => fmt::Display::fmt(&error, f),
            WriteProblem::NoEnvelope => f.write_str("the dialect needs the addresses of the link"),
            WriteProblem::NothingToCopy => f.write_str("the message could not be read as far as its type"),
        }
    }
}
