//! Why a message cannot be read: where, what was expected, what was there. Never the data.

use crate::dialect::{Class, EnvelopeError};
use std::fmt;

/// Which part of a message an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What stands before the message type.
    Envelope,
    /// The message type.
    Mti,
    /// A bitmap: 1, 2 or 3.
    Bitmap(u8),
    /// The length in front of a field.
    Length(u8),
    /// The value of a field.
    Field(u8),
    /// What comes after the last field.
    End,
}

impl Part {
    /// The field, where it is about one.
    #[must_use]
    pub const fn field(self) -> Option<u8> {
        match self {
            Self::Length(field) | Self::Field(field) => Some(field),
            _ => None,
        }
    }
}

/// What should have been there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// This many bytes.
    Bytes(usize),
    /// A number of at most this.
    LengthAtMost(usize),
    /// A number in the prefix's encoding.
    Number,
    /// Four digits.
    MessageType,
    /// 16 characters of hexadecimal.
    Hexadecimal,
    /// Characters of this class only.
    Class(Class),
    /// A field that the dialect's table has.
    KnownField,
    /// The bitmap that the bit before announces, of at most this many.
    BitmapsAtMost(u8),
    /// An envelope of the dialect's kind.
    Envelope,
    /// Nothing more.
    End,
    /// A message of at most this many bytes.
    MessageAtMost(usize),
}

/// What was there instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Got {
    /// Only this many bytes.
    Bytes(usize),
    /// This number.
    Length(usize),
    /// A byte that does not fit, at this offset of the payload.
    ByteAt(usize),
    /// A field that the table does not have.
    UnknownField,
}

/// Why a message cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParseError {
    /// Which part is wrong.
    pub part: Part,
    /// Where that part begins in the payload, in bytes from 0.
    pub offset: usize,
    /// What should have been there.
    pub expected: Expected,
    /// What was there.
    pub got: Got,
}

impl ParseError {
    pub(super) fn envelope(error: EnvelopeError) -> Self {
        let (expected, got) = match error {
            EnvelopeError::TooShort { expected_bytes, got_bytes } => {
                (Expected::Bytes(expected_bytes), Got::Bytes(got_bytes))
            }
            EnvelopeError::Unknown { at } => (Expected::Envelope, Got::ByteAt(at)),
            EnvelopeError::Address { got_bytes } | EnvelopeError::TooLong { got_bytes } => {
                (Expected::Envelope, Got::Bytes(got_bytes))
            }
        };
        Self { part: Part::Envelope, offset: 0, expected, got }
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}: expected {}, got {}", self.part, self.offset, self.expected, self.got)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Envelope => f.write_str("envelope"),
            Self::Mti => f.write_str("message type"),
            Self::Bitmap(number) => write!(f, "bitmap {number}"),
            Self::Length(field) => write!(f, "length of field {field}"),
            Self::Field(field) => write!(f, "field {field}"),
            Self::End => f.write_str("end of message"),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(count) => write!(f, "{count} bytes"),
            Self::LengthAtMost(length) => write!(f, "a length of at most {length}"),
            Self::Number => f.write_str("a number"),
            Self::MessageType => f.write_str("a message type of 4 digits"),
            Self::Hexadecimal => f.write_str("16 hexadecimal characters"),
            Self::Class(class) => write!(f, "class {}", class.name()),
            Self::KnownField => f.write_str("a field of the dialect"),
            Self::BitmapsAtMost(count) => write!(f, "at most {count} bitmaps"),
            Self::Envelope => f.write_str("an envelope of the dialect"),
            Self::End => f.write_str("nothing more"),
            Self::MessageAtMost(bytes) => write!(f, "a message of at most {bytes} bytes"),
        }
    }
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(count) => write!(f, "{count} bytes"),
            Self::Length(length) => write!(f, "{length}"),
            Self::ByteAt(offset) => write!(f, "another byte at offset {offset}"),
            Self::UnknownField => f.write_str("a field that its table does not have"),
        }
    }
}
