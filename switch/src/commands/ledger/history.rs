//! The journal of a data directory, and the fold over all of it.

use super::tell;
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use lijian_store::journal::{JournalError, JournalHead, JournalReader};
use lijian_store::quota::Quota;
use lijian_store::recovery::{Recovered, RecoveryError, replay};
use lijian_store::storage::FileStorage;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Records between two signs of progress.
const PROGRESS_RECORDS: u64 = 1 << 16;

/// Why the journal does not tell what was asked.
#[derive(Debug, thiserror::Error)]
pub(in crate::commands) enum HistoryError {
    #[error("no journal can be read in the data directory {}: {source}; does --data, or store.path of the configuration, name that of the daemon?", path.display())]
    NoJournal { path: PathBuf, source: io::Error },
    #[error("the journal is not whole")]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Replay(#[from] RecoveryError<JournalError>),
}

impl HistoryError {
    /// 64 where there is no journal, 1 where it does not pass.
    pub(in crate::commands) fn exit_code(&self) -> u8 {
        match self {
            Self::NoJournal { .. } => 64,
            Self::Journal(_) | Self::Replay(_) => 1,
        }
    }
}

/// A journal, up to where it ended when it was opened: a running daemon writes on meanwhile.
pub(in crate::commands) struct History {
    storage: Arc<FileStorage>,
    pub(in crate::commands) reader: JournalReader,
    pub(in crate::commands) head: JournalHead,
}

/// All of a journal, folded.
pub(in crate::commands) struct Folded {
    pub(in crate::commands) recovered: Recovered,
    pub(in crate::commands) quota: Quota,
    /// Records of each kind, by [`kind`].
    pub(super) kinds: BTreeMap<&'static str, u64>,
}

impl History {
    /// Opens the journal under the data directory `data`; makes nothing where there is none.
    pub(in crate::commands) fn open(data: &Path) -> Result<Self, HistoryError> {
        let storage = FileStorage::open_existing(&data.join("journal"));
        let storage = storage.map_err(|source| HistoryError::NoJournal { path: data.to_owned(), source })?;
        let storage = Arc::new(storage);
        let reader = JournalReader::open(storage.clone())?;
        let head = reader.head();
        Ok(Self { storage, reader, head })
    }

    /// Every record, up to where the journal ended.
    pub(in crate::commands) fn entries(&mut self) -> impl Iterator<Item = Result<Entry, JournalError>> + '_ {
        self.reader.entries(Lsn(1)).take(usize::try_from(self.head.lsn.0).unwrap_or(usize::MAX))
    }

    /// A reader of its own, for looking records up while the others are read straight on.
    pub(in crate::commands) fn another_reader(&self) -> Result<JournalReader, JournalError> {
        JournalReader::open(self.storage.clone())
    }

    /// Reads and folds every record: checksums, chain and LSNs are proven on the way.
    pub(in crate::commands) fn fold(&mut self) -> Result<Folded, HistoryError> {
        let quota = Quota::new();
        let mut kinds = BTreeMap::new();
        // Reversed intents are looked up by a reader of their own, so that the fold goes straight on.
        let mut again = JournalReader::open(self.storage.clone())?;
        let mut progress = Progress::new("read");
        let entries = self.reader.entries(Lsn(1)).take(usize::try_from(self.head.lsn.0).unwrap_or(usize::MAX));
        let entries = entries.inspect(|entry| {
            if let Ok(Entry { lsn, record, .. }) = entry {
                *kinds.entry(record.kind()).or_insert(0) += 1;
                progress.reached(*lsn);
            }
        });
        let recovered = replay(entries, &quota, |lsn| again.record(lsn))?;
        Ok(Folded { recovered, quota, kinds })
    }
}

/// A sign of life on a terminal, nothing when piped. It is taken away at its end.
pub(in crate::commands) struct Progress {
    shown: bool,
    done: &'static str,
    next: u64,
}

impl Progress {
    pub(in crate::commands) fn new(done: &'static str) -> Self {
        Self { shown: io::stderr().is_terminal(), done, next: PROGRESS_RECORDS }
    }

    pub(in crate::commands) fn reached(&mut self, lsn: Lsn) {
        if self.shown && lsn.0 >= self.next {
            self.next = lsn.0.saturating_add(PROGRESS_RECORDS);
            tell(&format!("\r{lsn} records {}", self.done));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            tell("\r\x1b[K");
        }
    }
}
