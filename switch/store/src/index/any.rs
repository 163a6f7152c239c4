//! Whichever store of rows the operator chose.

use super::{Batch, Index, IndexError, Opened, RunIndex, SledIndex};
use lijian_domain::ids::{Lsn, Rrn};
use std::fs;
use std::io;
use std::path::Path;

/// Which store of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum IndexKind {
    /// Sorted files that are written once.
    #[default]
    Runs,
    /// sled.
    Sled,
}

/// One of them.
#[derive(Clone, Debug)]
pub enum AnyIndex {
    /// See [`RunIndex`].
    Runs(RunIndex),
    /// See [`SledIndex`].
    Sled(SledIndex),
}

impl AnyIndex {
    /// Opens the index in the directory `path`, or makes one, for a journal whose last record is `durable`. What another kind left
    /// there is removed: it can be folded again. sled stays within about `budget_bytes` of memory.
    ///
    /// # Errors
    /// It cannot be opened, not even afresh, or is in use.
    pub fn open(kind: IndexKind, path: &Path, budget_bytes: u64, durable: Lsn) -> Result<Opened<Self>, IndexError> {
        match kind {
            IndexKind::Runs => {
                if path.join("conf").exists() {
                    SledIndex::refuse_in_use(path)?;
                    remove(path, |name| matches!(name, "conf" | "db" | "blobs") || name.starts_with("snap."))?;
                }
                let Opened { index, thrown_away } = RunIndex::open(path, durable)?;
                Ok(Opened { index: Self::Runs(index), thrown_away })
            }
            IndexKind::Sled => {
                RunIndex::refuse_in_use(path)?;
                remove(path, super::run::is_run)?;
                let Opened { index, thrown_away } = SledIndex::open(path, budget_bytes, durable)?;
                Ok(Opened { index: Self::Sled(index), thrown_away })
            }
        }
    }
}

impl Index for AnyIndex {
    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        match self {
            Self::Runs(index) => index.apply(batch),
            Self::Sled(index) => index.apply(batch),
        }
    }

    fn applied(&self) -> Result<Lsn, IndexError> {
        match self {
            Self::Runs(index) => index.applied(),
            Self::Sled(index) => index.applied(),
        }
    }

    fn by_rrn(&self, rrn: &Rrn) -> Result<Vec<Lsn>, IndexError> {
        match self {
            Self::Runs(index) => index.by_rrn(rrn),
            Self::Sled(index) => index.by_rrn(rrn),
        }
    }

    fn prove(&self) -> Result<(), IndexError> {
        match self {
            Self::Runs(index) => index.prove(),
            Self::Sled(index) => index.prove(),
        }
    }

    fn finish(&mut self) -> Result<(), IndexError> {
        match self {
            Self::Runs(index) => index.finish(),
            Self::Sled(index) => index.finish(),
        }
    }

    fn clear(&mut self) -> Result<(), IndexError> {
        match self {
            Self::Runs(index) => index.clear(),
            Self::Sled(index) => index.clear(),
        }
    }
}

/// Removes what is named so from a directory, if that exists.
fn remove(path: &Path, is_left_over: impl Fn(&str) -> bool) -> Result<(), IndexError> {
    let failed = |source| IndexError::File { path: path.into(), step: "cleaned of what another kind left", source };
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_str().is_some_and(&is_left_over) {
            let whole = entry.file_type().map_err(failed)?.is_dir();
            if whole { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) }.map_err(failed)?;
        }
    }
    Ok(())
}
