//! An [`Index`] of files that are written once: what came last stands in memory, sorted; as it grows it becomes a file
//! ([`super::run`]) and is forgotten. A file is never changed, so nothing is written twice.
//!
//! A process that ends loses what stood in memory: the next start folds it again, some hundred thousand records at most.

use super::run::{Run, is_run};
use super::{BY_RRN_MAX, Batch, Index, IndexError, Opened, Row, ThrownAway};
use crate::storage::{FileStorage, Storage};
use lijian_domain::ids::{Lsn, Rrn};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Rows of a file, about: 5.5 MB.
pub const RUN_ROWS: usize = 1 << 18;

/// See the module. Clones are the same index; one of them writes.
#[derive(Clone)]
pub struct RunIndex {
    shared: Arc<Shared>,
}

struct Shared {
    storage: Arc<dyn Storage>,
    path: PathBuf,
    run_rows: usize,
    state: RwLock<State>,
    _lock: Box<dyn Send + Sync>,
}

#[derive(Debug, Default)]
struct State {
    /// Of records one after the other.
    runs: Vec<Run>,
    /// Later rows: sorted, each at least twice as long as the next.
    memory: Vec<Vec<Row>>,
    applied: Lsn,
    /// A file turned out not to be what was written.
    damaged: bool,
}

impl fmt::Debug for RunIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RunIndex").field("path", &self.shared.path).finish_non_exhaustive()
    }
}

impl RunIndex {
    /// Opens the index in the directory `path`, or makes one, for a journal whose last record is `durable`.
    ///
    /// # Errors
    /// The directory cannot be read or written, or somebody else has it open.
    pub fn open(path: &Path, durable: Lsn) -> Result<Opened<Self>, IndexError> {
        let storage = FileStorage::open(path).map_err(failed(path, "opened"))?;
        Self::open_in(Arc::new(storage), path, durable, RUN_ROWS)
    }

    /// The same in any storage, with files of so many rows.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_in(
        storage: Arc<dyn Storage>,
        path: &Path,
        durable: Lsn,
        run_rows: usize,
    ) -> Result<Opened<Self>, IndexError> {
        let lock = storage.lock().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => IndexError::InUse { path: path.to_owned() },
            _ => failed(path, "locked")(error),
        })?;
        let (runs, torn) = whole_runs(storage.as_ref()).map_err(failed(path, "read"))?;
        let applied = runs.last().map_or(Lsn::NONE, |run| run.last);
        let state = RwLock::new(State { runs, applied, ..State::default() });
        let shared = Shared { storage, path: path.to_owned(), run_rows, state, _lock: lock };
        let mut index = Self { shared: Arc::new(shared) };
        if applied > durable {
            index.clear()?;
            return Ok(Opened { index, thrown_away: Some(ThrownAway::Ahead { applied, durable }) });
        }
        Ok(Opened { index, thrown_away: torn.then_some(ThrownAway::Torn { whole: applied }) })
    }

    /// Nobody has the index in the directory `path` open.
    ///
    /// # Errors
    /// Somebody has, or the directory cannot be read or written.
    pub(super) fn refuse_in_use(path: &Path) -> Result<(), IndexError> {
        let lock = FileStorage::open(path).and_then(|storage| storage.lock());
        lock.map(drop).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => IndexError::InUse { path: path.to_owned() },
            _ => failed(path, "locked")(error),
        })
    }

    /// A panic while the lock was held leaves whole values behind.
    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.shared.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.shared.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What stands in memory becomes a file. Readers go on meanwhile: nobody else writes.
    fn write_run(&self) -> Result<(), IndexError> {
        let (rows, first, last) = {
            let state = self.state();
            let mut rows = state.memory.concat();
            rows.sort_unstable();
            rows.dedup();
            (rows, state.runs.last().map_or(Lsn(1), |run| run.last.next()), state.applied)
        };
        let run = Run::write(self.shared.storage.as_ref(), first, last, &rows);
        let run = run.map_err(failed(&self.shared.path, "written"))?;
        let mut state = self.state_mut();
        state.runs.push(run);
        state.memory.clear();
        Ok(())
    }
}

impl Index for RunIndex {
    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        // First: where that fails nothing was taken in, and memory does not grow while a disk is full.
        if self.state().memory.iter().map(Vec::len).sum::<usize>() >= self.shared.run_rows {
            self.write_run()?;
        }
        let state = &mut *self.state_mut();
        state.take(batch.rows.clone());
        state.applied = batch.applied;
        Ok(())
    }

    fn applied(&self) -> Result<Lsn, IndexError> {
        let state = self.state();
        if state.damaged { Err(IndexError::Damaged { row: "reference number" }) } else { Ok(state.applied) }
    }

    fn by_rrn(&self, rrn: &Rrn) -> Result<Vec<Lsn>, IndexError> {
        let mut found = Vec::new();
        let looked = {
            let state = self.state();
            for rows in &state.memory {
                let (low, high) = ((*rrn, Lsn::NONE), (*rrn, Lsn(u64::MAX)));
                let span = rows.partition_point(|row| *row < low)..rows.partition_point(|row| *row <= high);
                let rows = rows.get(span).unwrap_or_default();
                found.extend(rows.iter().rev().take(BY_RRN_MAX).map(|(_, lsn)| *lsn));
            }
            state.runs.iter().try_for_each(|run| run.find(rrn, BY_RRN_MAX, &mut found))
        };
        if let Err(error) = looked {
            self.state_mut().damaged = true;
            return Err(error);
        }
        // An outcome can stand in a later file than its intent.
        found.sort_unstable();
        found.dedup();
        found.drain(..found.len().saturating_sub(BY_RRN_MAX));
        Ok(found)
    }

    fn prove(&self) -> Result<(), IndexError> {
        self.state().runs.iter().try_for_each(Run::prove)
    }

    fn finish(&mut self) -> Result<(), IndexError> {
        let whole = {
            let state = self.state();
            state.applied == state.runs.last().map_or(Lsn::NONE, |run| run.last)
        };
        if whole { Ok(()) } else { self.write_run() }
    }

    fn clear(&mut self) -> Result<(), IndexError> {
        let mut state = self.state_mut();
        let storage = self.shared.storage.as_ref();
        let failed = failed(&self.shared.path, "emptied");
        *state = State::default();
        let removed = storage.list().and_then(|names| {
            // The last first: what a crash leaves is an index of fewer records.
            let mut names: Vec<_> = names.into_iter().filter(|name| is_run(name)).collect();
            names.sort_unstable();
            names.iter().rev().try_for_each(|name| storage.remove(name))?;
            storage.sync_directory()
        });
        removed.map_err(failed)
    }
}

impl State {
    /// Takes sorted rows in. Lists of about the same length become one, so that there are few.
    fn take(&mut self, mut rows: Vec<Row>) {
        if rows.is_empty() {
            return;
        }
        while let Some(last) = self.memory.pop_if(|last| last.len() < 2 * rows.len()) {
            rows.extend(last);
            rows.sort_unstable();
            rows.dedup();
        }
        self.memory.push(rows);
    }
}

/// The runs of records one after the other from the first on, and whether something behind them was damaged; it is removed.
fn whole_runs(storage: &dyn Storage) -> io::Result<(Vec<Run>, bool)> {
    let mut names: Vec<_> = storage.list()?.into_iter().filter(|name| is_run(name)).collect();
    names.sort_unstable();
    let (mut runs, mut torn) = (Vec::new(), false);
    let mut names = names.into_iter();
    let mut behind = Vec::new();
    for name in names.by_ref() {
        let expected = runs.last().map_or(Lsn(1), |run: &Run| run.last.next());
        match Run::open(storage, &name)? {
            Some(run) if run.first == expected && run.last >= run.first => runs.push(run),
            other => {
                torn = other.is_some();
                behind.push(name);
                break;
            }
        }
    }
    behind.extend(names);
    // One alone that is not whole is what a crash leaves that was being written.
    torn |= behind.len() > 1;
    for name in behind.iter().rev() {
        storage.remove(name)?;
    }
    if !behind.is_empty() {
        storage.sync_directory()?;
    }
    Ok((runs, torn))
}

fn failed(path: &Path, step: &'static str) -> impl FnOnce(io::Error) -> IndexError {
    let path = path.to_owned();
    move |source| IndexError::File { path, step, source }
}
