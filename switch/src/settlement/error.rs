//! Why a settlement could not be made, and what the shell is told.

use lijian_domain::settlement::SettlementError;
use lijian_domain::time::BusinessDate;
use lijian_store::journal::JournalError;
use std::io;
use std::path::PathBuf;

/// Why a settlement could not be made. Whatever it is, nothing of a set was left behind or changed, unless it is
/// [`SettleError::Publish`].
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The journal is damaged or cannot be read.
    #[error("the journal cannot be settled: {0}")]
    Journal(#[from] JournalError),
    /// There is no journal, or its directory cannot be opened.
    #[error("no journal can be read in the data directory {}: {source}; does --data, or store.path of the configuration, name that of the daemon?", path.display())]
    NoJournal {
        /// The data directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal contradicts itself.
    #[error("the journal cannot be settled: {0}; keep the data directory as it is and have it examined")]
    Contradiction(#[from] SettlementError),
    /// A reversal's original is not in the journal.
    #[error("the journal cannot be settled: record {lsn}, the original of a reversal, cannot be found")]
    OriginalMissing {
        /// Where it should stand.
        lsn: u64,
    },
    /// The batch of the cut is not where the reader just found it.
    #[error("the journal cannot be settled: the batch of record {lsn} cannot be found")]
    BatchMissing {
        /// The last record of the cut.
        lsn: u64,
    },
    /// The directory holds something else.
    #[error("{} holds {name:?}, which is no part of a settlement: give a directory of its own to each day", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
        /// What was found in it.
        name: String,
    },
    /// The directory holds a set whose manifest this version cannot read.
    #[error("{} holds a manifest.json that cannot be read as that of a settlement: {reason}", path.display())]
    Manifest {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The directory holds another day.
    #[error("{} holds the settlement of {found}, not of {wanted}: give a directory of its own to each day", path.display())]
    OtherDay {
        /// The directory.
        path: PathBuf,
        /// The day in it.
        found: String,
        /// The day asked for.
        wanted: BusinessDate,
    },
    /// The directory holds the final set of the day, and what came out now is another.
    #[error("{} holds the final settlement of {date}, and the journal gives another one: a final set is never written over; write to a new directory and compare the two", path.display())]
    FinalDiffers {
        /// The directory.
        path: PathBuf,
        /// The day.
        date: BusinessDate,
    },
    /// Another settlement is being written there.
    #[error("another settlement is being written to {}: try again when it is done", path.display())]
    Busy {
        /// The directory.
        path: PathBuf,
    },
    /// A file or the directory could not be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The set was complete, but could not be put in place as a whole.
    #[error("the finished set could not be put in place at {}: {source}; run the command again", path.display())]
    Publish {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The manifest cannot be put into words.
    #[error("manifest.json cannot be made: {0}")]
    Encode(#[from] serde_json::Error),
    /// There is no key to sign with.
    #[error("the set cannot be signed: {0}")]
    Key(Box<dyn std::error::Error + Send + Sync>),
    /// The manifest has no place for its signature.
    #[error("manifest.json cannot be signed")]
    Unsigned,
    /// A net total leaves the range of 64 bits.
    #[error("a net total of {date} leaves the range of amounts")]
    OutOfRange {
        /// The day.
        date: BusinessDate,
    },
}

impl SettleError {
    /// The exit code: 1 for a journal that does not pass, 64 for a directory that cannot be used, 75 for what can be
    /// different on the next try, 70 for what should not be.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Journal(_)
            | Self::Contradiction(_)
            | Self::OriginalMissing { .. }
            | Self::BatchMissing { .. }
            | Self::FinalDiffers { .. } => 1,
            Self::Key(_)
            | Self::NoJournal { .. }
            | Self::Occupied { .. }
            | Self::Manifest { .. }
            | Self::OtherDay { .. } => 64,
            Self::Busy { .. } | Self::Write { .. } | Self::Publish { .. } => 75,
            Self::Encode(_) | Self::Unsigned | Self::OutOfRange { .. } => 70,
        }
    }
}
