//! Why a journal cannot be opened, read or appended to.

use super::JournalFault;
use crate::format::FormatError;
use lijian_domain::ids::Lsn;
use std::io;

/// Why a journal cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Segments of this length cannot hold every record.
    #[error("segments of {got} bytes are too small, at least {at_least} expected")]
    SegmentBytes {
        /// As asked for.
        got: u64,
        /// The least there can be.
        at_least: u64,
    },
    /// Another process writes this journal.
    #[error(
        "the journal in {place} is open in another process: stop that one first, or give this one a directory of its own"
    )]
    Locked {
        /// The directory.
        place: String,
    },
    /// The operating system refused.
    #[error("cannot {operation} {file} in {place}")]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On which file.
        file: String,
        /// In which directory.
        place: String,
        /// Why it failed.
        source: io::Error,
    },
    /// A segment is missing among the others.
    #[error(
        "segment {missing} is missing in {place}, while {next} is there: restore it from the copy of the directory; the \
         daemon does not start over a gap"
    )]
    Missing {
        /// The directory.
        place: String,
        /// The missing file.
        missing: String,
        /// The next one that is there.
        next: String,
    },
    /// A segment has not the length that its head says.
    #[error(
        "segment {segment} in {place} is {got} bytes long, {expected} expected: it was cut or is a partial copy; restore it \
         from a copy"
    )]
    Length {
        /// The directory.
        place: String,
        /// The file.
        segment: String,
        /// As its head says.
        expected: u64,
        /// As it is.
        got: u64,
    },
    /// Bytes in the middle of the journal are not what was written.
    #[error(
        "segment {segment} in {place} is damaged at offset {offset}, at or after record {lsn}: restore it from a copy; \
         nothing was changed, and the daemon does not start, since records after it would be lost"
    )]
    Damaged {
        /// The directory.
        place: String,
        /// The file.
        segment: String,
        /// Where the damaged batch or head begins.
        offset: u64,
        /// The record that is due there; of a segment's head, the first one known before it.
        lsn: Lsn,
        /// What is wrong.
        source: FormatError,
    },
    /// A segment in a layout of another version of the software.
    #[error("segment {segment} in {place} cannot be read by this version of the software")]
    Unsupported {
        /// The directory.
        place: String,
        /// The file.
        segment: String,
        /// Which layout it is.
        source: FormatError,
    },
    /// A record is whole, but cannot be understood.
    #[error("record {lsn} of segment {segment} in {place}, in the batch at offset {offset}, cannot be read")]
    Record {
        /// The directory.
        place: String,
        /// The file.
        segment: String,
        /// Where its batch begins.
        offset: u64,
        /// The record.
        lsn: Lsn,
        /// What is wrong.
        source: FormatError,
    },
}

/// Why records were not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// An earlier write or sync failed.
    #[error("the journal takes nothing any more: {0}")]
    Poisoned(JournalFault),
    /// The journal is closed.
    #[error("the journal is closed")]
    Closed,
    /// The buffer does not begin where the journal ends: it belongs to another journal, or there are two of them.
    #[error("records from LSN {got} do not follow the last one appended, {expected} expected")]
    OutOfOrder {
        /// The LSN that is due.
        expected: Lsn,
        /// The first one of the buffer.
        got: Lsn,
    },
}
