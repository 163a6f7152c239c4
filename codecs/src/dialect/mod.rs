//! Dialects: how one acquirer or network writes ISO 8583. A dialect is a table in TOML, checked and compiled once;
//! after that it does not change, and is shared by reference or `Arc`.
//!
//! A table says how type, bitmaps and each field stand in bytes, and what the fields mean where that differs: message
//! classes, result codes, keys by which messages find each other, the place of subsidy data, sign-on and echo. Tables may
//! extend a shipped one and name only what differs.

mod compile;
mod envelope;
mod error;
mod field;
mod fields;
mod folder;
mod layers;
mod meaning;
mod operation;
mod semantics;
mod shipped;
mod table;

pub use envelope::{Addresses, Envelope, EnvelopeError};
pub use error::DialectError;
pub use field::{Class, Counts, Encoding, FieldSpec, Padding, Prefix, PrefixEncoding, Sensitive};
pub use folder::load_folder;
pub use semantics::{
    FieldPart, KeyPart, NetworkManagement, OriginalElements, ResultCode, Results, Semantics, SubsidyPlace,
};
pub use shipped::SHIPPED;

pub(crate) use operation::{Check, Operation, PrefixOperation, plain};

use crate::mti::{Mti, MtiClass};

/// The highest field number: three bitmaps of 64.
pub const FIELD_MAX: u8 = 192;

/// How the message type stands in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtiEncoding {
    /// Four ASCII digits.
    Ascii,
    /// Four EBCDIC digits.
    Ebcdic,
    /// Two bytes of BCD.
    Bcd,
}

impl MtiEncoding {
    /// Bytes that a message type takes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Ascii | Self::Ebcdic => 4,
            Self::Bcd => 2,
        }
    }
}

/// How a bitmap stands in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitmapEncoding {
    /// 16 ASCII characters of hexadecimal.
    Hex,
    /// 16 EBCDIC characters of hexadecimal.
    HexEbcdic,
    /// 8 bytes.
    Binary,
}

impl BitmapEncoding {
    /// Bytes that one bitmap takes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Hex | Self::HexEbcdic => 16,
            Self::Binary => 8,
        }
    }
}

/// A checked and compiled table.
#[derive(Debug)]
pub struct Dialect {
    name: Box<str>,
    mti_encoding: MtiEncoding,
    mti_version: u8,
    bitmap_encoding: BitmapEncoding,
    bitmap_count_max: u8,
    envelope: Envelope,
    semantics: Semantics,
    specs: Box<[Option<FieldSpec>; 256]>,
    operations: Box<[Operation; 256]>,
}

impl Dialect {
    /// Checks and compiles a table. `origin` names the text in errors, usually a file. `extends` finds shipped tables.
    ///
    /// # Errors
    /// The first thing that is wrong, with line and key.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, DialectError> {
        compile::compile(&layers::Layers::read(text, origin, shipped::text)?)
    }

    /// A dialect whose table is part of this program, see [`SHIPPED`]. `None` when there is none of that name.
    #[must_use]
    pub fn shipped(name: &str) -> Option<Result<Self, DialectError>> {
        shipped::text(name).map(|text| Self::from_toml(text, &format!("shipped dialect {name}")))
    }

    /// The name that links use.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the message type stands in bytes.
    #[must_use]
    pub fn mti_encoding(&self) -> MtiEncoding {
        self.mti_encoding
    }

    /// The version digit of this dialect's message types: 0 or 1.
    #[must_use]
    pub fn mti_version(&self) -> u8 {
        self.mti_version
    }

    /// How bitmaps stand in bytes.
    #[must_use]
    pub fn bitmap_encoding(&self) -> BitmapEncoding {
        self.bitmap_encoding
    }

    /// How many bitmaps a message may have: 1 to 3. With 3, field 65 is the third.
    #[must_use]
    pub fn bitmap_count_max(&self) -> u8 {
        self.bitmap_count_max
    }

    /// What stands before the message type in a payload.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// What the fields mean: keys, result codes, classes, subsidy place.
    #[must_use]
    pub fn semantics(&self) -> &Semantics {
        &self.semantics
    }

    /// What the table says of a field; `None` when it does not have the field.
    #[must_use]
    pub fn field(&self, number: u8) -> Option<&FieldSpec> {
        self.specs[usize::from(number)].as_ref()
    }

    /// Every field of the table, in order.
    pub fn fields(&self) -> impl Iterator<Item = &FieldSpec> {
        self.specs.iter().flatten()
    }

    /// What a message of this type is about; `None` when the dialect does not speak it. Responses and repeats are about
    /// what their request is about.
    #[must_use]
    pub fn class_of(&self, mti: Mti) -> Option<MtiClass> {
        let request = mti.request();
        self.semantics.classes.iter().find_map(|&(known, class)| (known == request).then_some(class))
    }

    #[inline]
    pub(crate) fn operation(&self, number: u8) -> &Operation {
        &self.operations[usize::from(number)]
    }
}
