//! The journal's bytes: how a record, a batch and the head of a segment are written and read back. FORMAT.md describes the
//! same to a stranger; the two are changed together.
//!
//! Invariants: encoding cannot fail, since every value is bounded by its type; decoding never panics, never allocates what
//! the bytes claim, and takes nothing that encoding would not have written. A layout once released is never changed: a
//! record kind gets a new version, and the old one stays readable. Calls `lijian-domain` alone; does no IO.

mod batch;
mod body;
mod buffer;
mod field;
mod number;
mod record;
mod sale;

pub use batch::ChainHash;
pub use buffer::RecordBuffer;
pub use number::Numbered;
pub use record::decode;

pub(crate) use batch::{
    BATCH_HEADER_BYTES, BatchHeader, SEGMENT_HEADER_BYTES, SegmentHeader, find_batch_magic, seal_batch,
};
pub(crate) use buffer::UnsealedBatch;
pub(crate) use field::{Field, Input};
pub(crate) use record::Frame;

/// No record is longer: eight items, all caps and the longest ids come to less (a test holds it).
pub const RECORD_BYTES_MAX: usize = 16 * 1024;

/// Why bytes are not what they should be. Offsets count from the first byte of what was to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The bytes end inside of a value.
    #[error("ends at byte {at}, {needed} more bytes expected")]
    Truncated {
        /// Where the value begins.
        at: usize,
        /// Bytes missing.
        needed: usize,
    },
    /// Something follows the last value.
    #[error("{left} bytes left over at byte {at}")]
    LeftOver {
        /// Where they begin.
        at: usize,
        /// How many.
        left: usize,
    },
    /// The bytes are not those that were written.
    #[error("checksum {got:08x}, expected {expected:08x}")]
    Checksum {
        /// As stored.
        expected: u32,
        /// As computed.
        got: u32,
    },
    /// The hash that chains a batch to the one before is another.
    #[error("the chain hash does not follow from the batch before")]
    Chain,
    /// A length that no writer makes.
    #[error("length {got} out of range, at most {at_most} expected")]
    Length {
        /// As stored.
        got: usize,
        /// The most there can be.
        at_most: usize,
    },
    /// Not the magic number.
    #[error("no {what} begins here")]
    Magic {
        /// What was expected.
        what: &'static str,
    },
    /// A number out of its place.
    #[error("{what} {got}, expected {expected}")]
    Sequence {
        /// Of what.
        what: &'static str,
        /// As stored.
        got: u64,
        /// The one that is due.
        expected: u64,
    },
    /// A layout that this software does not know.
    #[error("{what} {got} is unknown to this version of the software: use the one that wrote it, or a newer one")]
    Unknown {
        /// Of what.
        what: &'static str,
        /// As stored.
        got: u32,
    },
    /// A value that its type does not have. The value itself is not shown: it can be about a person.
    #[error("no valid {what} at byte {at}")]
    Value {
        /// Where it begins.
        at: usize,
        /// Of which type.
        what: &'static str,
    },
}
