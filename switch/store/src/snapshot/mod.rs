//! Snapshots: what the journal tells up to a record, in a file of its own, so that a start reads the journal from there on.
//!
//! # Invariants
//! - A snapshot is a pure function of the journal up to its record, so that two makers write the same bytes; it can be thrown
//!   away at any time, and costs the next start time and nothing else.
//! - It is believed only whole (its SHA-256) and only where the journal has the very chain hash at its record: one of another
//!   journal, or of a tail that was cut, is passed over for an older one.
//! - It keeps what is used of each cap. What is held stands in the intents and quotes that are open, which are read again.
//! - Nothing is allocated by what a file claims before its checksum has been proven.
//!
//! FORMAT.md describes the file to the byte. May call `crate::{claims, format, journal, quota, recovery, storage}`.

mod layout;
mod read;
mod requests;
mod write;

pub use requests::RequestRow;
pub use write::digest;

use crate::format::FormatError;
use crate::journal::{JournalError, JournalHead, JournalReader};
use crate::storage::Storage;
use lijian_domain::ids::Lsn;
use lijian_domain::time::BusinessDate;
use std::io;
use std::sync::Arc;

/// Snapshots that are kept: the newest, and one before it should that be damaged.
const KEPT: usize = 2;
const SUFFIX: &str = ".snapshot";

/// The snapshots of one journal, in a directory of their own.
#[derive(Clone, Debug)]
pub struct Snapshots {
    storage: Arc<dyn Storage>,
    /// Bytes of free space that are left to the journal.
    reserve_bytes: u64,
}

/// Of which moment a snapshot is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The last record in it, the end of a batch, and the chain hash there.
    pub head: JournalHead,
    /// For how many business days requests are remembered in it.
    pub answers_days: u16,
    /// The latest business date of any record.
    pub latest_date: BusinessDate,
}

/// A snapshot that was proven.
#[derive(Debug)]
pub struct Found {
    name: String,
    /// Of which moment it is.
    pub moment: Moment,
    /// Its checksum.
    pub digest: [u8; 32],
}

/// Why a snapshot is not used, or cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file cannot be read or written.
    #[error("snapshot {name} in {place}: {source}")]
    Io {
        /// The directory.
        place: String,
        /// The file; empty for the directory itself.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is not what was written.
    #[error("snapshot {name} in {place} is damaged: {source}; it may be removed, the journal has everything")]
    Damaged {
        /// The directory.
        place: String,
        /// The file.
        name: String,
        /// What is wrong.
        source: FormatError,
    },
    /// Whoever wrote it stopped before its end: nothing is wrong.
    #[error("unfinished")]
    Unfinished,
    /// The journal has another history.
    #[error(
        "snapshot {name} in {place} is not of this journal, or of records that were cut from it; it may be removed"
    )]
    Foreign {
        /// The directory.
        place: String,
        /// The file.
        name: String,
    },
    /// It remembers requests for another number of days than is configured.
    #[error("snapshot {name} in {place} remembers requests for {got} days, {expected} are configured")]
    Days {
        /// The directory.
        place: String,
        /// The file.
        name: String,
        /// Its days.
        got: u16,
        /// Those asked for.
        expected: u16,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Snapshots {
    /// Those in `storage`. None is written that would leave less than `reserve_bytes` free.
    pub fn new(storage: Arc<dyn Storage>, reserve_bytes: u64) -> Self {
        Self { storage, reserve_bytes }
    }

    /// The newest snapshot that is whole and of this journal, and why newer ones were passed over.
    pub fn newest(
        &self,
        journal: &mut JournalReader,
        answers_days: u16,
    ) -> Result<(Option<Found>, Vec<SnapshotError>), SnapshotError> {
        let mut passed_over = Vec::new();
        for name in self.names()? {
            match self.prove(name, journal, Some(answers_days)) {
                Ok(found) => return Ok((Some(found), passed_over)),
                Err(SnapshotError::Journal(error)) => return Err(error.into()),
                Err(SnapshotError::Unfinished) => {}
                Err(reason) => passed_over.push(reason),
            }
        }
        Ok((None, passed_over))
    }

    /// All snapshots that are whole and of this journal, the newest first, and what is wrong with the others.
    pub fn all(&self, journal: &mut JournalReader) -> Result<(Vec<Found>, Vec<SnapshotError>), SnapshotError> {
        let (mut all, mut passed_over) = (Vec::new(), Vec::new());
        for name in self.names()? {
            match self.prove(name, journal, None) {
                Ok(found) => all.push(found),
                Err(SnapshotError::Journal(error)) => return Err(error.into()),
                Err(SnapshotError::Unfinished) => {}
                Err(reason) => passed_over.push(reason),
            }
        }
        Ok((all, passed_over))
    }

    /// Removes all but `written`, the newest, and the one before it. What stands behind it is of a journal that was there
    /// before, and what is unfinished was left by a writer that was stopped: whoever writes holds the journal's lock.
    pub fn prune(&self, written: Lsn) -> Result<(), SnapshotError> {
        let mut kept = 0;
        for name in self.names()? {
            let is_ours = lsn_of(&name).is_some_and(|lsn| lsn <= written);
            if is_ours && kept < KEPT && !read::is_unfinished(self, &name)? {
                kept += 1;
            } else {
                self.storage.remove(&name).map_err(|source| self.io(&name, source))?;
            }
        }
        self.storage.sync_directory().map_err(|source| self.io("", source))
    }

    /// Their names, the newest first: names of one length, so in the order of their text.
    fn names(&self) -> Result<Vec<String>, SnapshotError> {
        let mut names = self.storage.list().map_err(|source| self.io("", source))?;
        names.retain(|name| lsn_of(name).is_some());
        names.sort_unstable_by(|one, other| other.cmp(one));
        Ok(names)
    }

    fn prove(
        &self,
        name: String,
        journal: &mut JournalReader,
        answers_days: Option<u16>,
    ) -> Result<Found, SnapshotError> {
        let (moment, digest) = read::prove(self, &name)?;
        let place = || self.storage.place();
        if lsn_of(&name) != Some(moment.head.lsn) || journal.chain_at(moment.head.lsn)? != Some(moment.head) {
            return Err(SnapshotError::Foreign { place: place(), name });
        }
        // Of more days too: what it carried over to later days would differ from what the journal tells with these.
        if let Some(expected) = answers_days.filter(|days| *days != moment.answers_days) {
            let got = moment.answers_days;
            return Err(SnapshotError::Days { place: place(), name, got, expected });
        }
        Ok(Found { name, moment, digest })
    }

    fn io(&self, name: &str, source: io::Error) -> SnapshotError {
        SnapshotError::Io { place: self.storage.place(), name: name.to_owned(), source }
    }

    fn damaged(&self, name: &str, source: FormatError) -> SnapshotError {
        SnapshotError::Damaged { place: self.storage.place(), name: name.to_owned(), source }
    }
}

fn name_of(lsn: Lsn) -> String {
    format!("{:020}{SUFFIX}", lsn.0)
}

fn lsn_of(name: &str) -> Option<Lsn> {
    let digits = name.strip_suffix(SUFFIX)?;
    (digits.len() == 20 && digits.bytes().all(|digit| digit.is_ascii_digit())).then(|| digits.parse().ok().map(Lsn))?
}
