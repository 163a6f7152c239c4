//! What can go wrong with an index. The answer is always the same: rebuild it from the journal.

use lijian_domain::ids::Lsn;
use std::path::PathBuf;

/// An index cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The directory or a file in it.
    #[error("the index at {path} cannot be {step}")]
    File {
        /// Where.
        path: PathBuf,
        /// What was tried.
        step: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// The database.
    #[error("the index cannot {step}; if this stays, remove its directory: it is rebuilt from the journal")]
    Database {
        /// What was tried.
        step: &'static str,
        /// Why not.
        source: sled::Error,
    },
    /// Another process, or another part of this one, has it open.
    #[error("the index at {path} is held by a running daemon: stop that one first, then try again")]
    InUse {
        /// Where.
        path: PathBuf,
    },
    /// The database did not even fail in order.
    #[error("the index at {path} cannot be opened, not even afresh: check the disk and the rights of the directory")]
    Panicked {
        /// Where.
        path: PathBuf,
    },
    /// A row is not what was written.
    #[error("a row ({row}) of the index is damaged; remove its directory: it is rebuilt from the journal")]
    Damaged {
        /// Which kind of row.
        row: &'static str,
    },
}

/// Records cannot be folded into the index.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError<E> {
    /// The journal could not be read.
    #[error("the journal cannot be read for the index")]
    Journal(#[source] E),
    /// The index could not be read or written.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The journal has not the next record, though it is durable.
    #[error("record {got} came to the index where {expected} was expected; rebuild the index")]
    Gap {
        /// The LSN that should come.
        expected: Lsn,
        /// The LSN that came; [`Lsn::NONE`] if none did.
        got: Lsn,
    },
}

impl<E> ApplyError<E> {
    /// Whether the index holds what it cannot have been given.
    pub(super) fn is_of_wrong_rows(&self) -> bool {
        match self {
            Self::Index(IndexError::Damaged { .. }) => true,
            Self::Index(IndexError::Database { source, .. }) => matches!(source, sled::Error::Corruption { .. }),
            _ => false,
        }
    }
}
