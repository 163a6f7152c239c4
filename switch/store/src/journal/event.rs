//! What the journal tells its observer.

use lijian_domain::ids::Lsn;
use std::fmt;
use std::io;

/// What happened, told from the writer's thread in order. The observer must be quick, and must not call
/// [`crate::journal::Journal::append`] or `close`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JournalEvent {
    /// Everything up to this LSN is durable.
    Durable(Lsn),
    /// A batch was written and synced; [`JournalEvent::Durable`] follows at once.
    Written(BatchTimings),
    /// The disk will be full soon: less is free than the options ask for. Told once for each segment made.
    SpaceLow {
        /// Bytes free now.
        free_bytes: u64,
        /// Bytes that should be.
        free_bytes_min: u64,
    },
    /// The next segment could not be made ahead. It is tried again when the present one is full; only if that fails too is
    /// the journal poisoned.
    NotPrepared(JournalFault),
    /// Nothing is durable any more from here on. Told once.
    Poisoned(JournalFault),
}

/// A batch in figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BatchTimings {
    /// Its records.
    pub records: u32,
    /// Its bytes, its header included.
    pub bytes: usize,
    /// Microseconds of hashing and of the write.
    pub write_us: u64,
    /// Microseconds of the sync.
    pub sync_us: u64,
}

/// What failed in the journal for good.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct JournalFault {
    /// What was tried.
    pub operation: &'static str,
    /// In which file.
    pub file: String,
    /// At which offset.
    pub offset: u64,
    /// The kind of the cause.
    pub kind: io::ErrorKind,
    /// The cause, for people.
    pub cause: String,
}

impl JournalFault {
    pub(super) fn new(operation: &'static str, file: &str, offset: u64, error: &io::Error) -> Self {
        Self { operation, file: file.to_owned(), offset, kind: error.kind(), cause: error.to_string() }
    }
}

impl fmt::Display for JournalFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, file, offset, cause, .. } = self;
        write!(
            formatter,
            "{operation} {file} at offset {offset} failed: {cause}; nothing is granted until the cause is removed and \
             the daemon restarted"
        )
    }
}
