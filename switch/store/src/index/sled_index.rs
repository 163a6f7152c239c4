//! An [`Index`] in sled 0.34. sled is no place for the truth: its flush does not reach the disk on Linux, an empty leftover
//! of a snapshot makes every open fail, and damage may come as a panic. So it is opened with care, and anything suspicious
//! is moved aside and folded again.

use super::{BY_RRN_MAX, Batch, Index, IndexError, Opened, ThrownAway, key};
use lijian_domain::ids::{Lsn, Rrn};
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// sled uses several times its cache: measured 4.5 times at five million rows.
const BUDGET_PER_CACHE: u64 = 5;
const TREE: &str = "rows";

/// See the module. All rows stand in one tree, so that a batch is one atomic write.
#[derive(Clone, Debug)]
pub struct SledIndex {
    database: sled::Db,
    rows: sled::Tree,
}

impl SledIndex {
    /// Opens the index in the directory `path`, or makes one, for a journal whose last record is `durable`. It stays within
    /// about `budget_bytes` of memory.
    pub fn open(path: &Path, budget_bytes: u64, durable: Lsn) -> Result<Opened<Self>, IndexError> {
        remove_empty_leftovers(path)?;
        let opened = try_open(path, budget_bytes).and_then(|index| index.applied().map(|applied| (index, applied)));
        let (mut index, applied) = match opened {
            Ok(opened) => opened,
            Err(error) if is_in_use(&error) => return Err(IndexError::InUse { path: path.into() }),
            Err(_) => {
                let moved_to = move_aside(path)?;
                let index = try_open(path, budget_bytes)?;
                return Ok(Opened { index, thrown_away: Some(ThrownAway::Damaged { moved_to }) });
            }
        };
        let ahead = applied > durable;
        if ahead {
            index.clear()?;
        }
        Ok(Opened { index, thrown_away: ahead.then_some(ThrownAway::Ahead { applied, durable }) })
    }

    /// Nobody has the index in the directory `path` open, whatever else may be wrong with it.
    ///
    /// # Errors
    /// Somebody has.
    pub(super) fn refuse_in_use(path: &Path) -> Result<(), IndexError> {
        match try_open(path, 0) {
            Err(error) if is_in_use(&error) => Err(IndexError::InUse { path: path.into() }),
            _ => Ok(()),
        }
    }
}

/// How often a database that is in use is tried: for a second in all.
const TRIES_MAX: u32 = 50;
const RETRY: Duration = Duration::from_millis(20);

impl Index for SledIndex {
    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        let mut rows = sled::Batch::default();
        for (rrn, lsn) in &batch.rows {
            rows.insert(key::rrn_row(rrn, *lsn), &[]);
        }
        rows.insert(&key::APPLIED, key::encode_applied(batch.applied));
        self.rows.apply_batch(rows).map_err(database("write a batch"))
    }

    fn applied(&self) -> Result<Lsn, IndexError> {
        match self.rows.get(key::APPLIED).map_err(database("be read"))? {
            Some(row) => key::decode_applied(&row).ok_or(IndexError::Damaged { row: "layout" }),
            None => Ok(Lsn::NONE),
        }
    }

    fn by_rrn(&self, rrn: &Rrn) -> Result<Vec<Lsn>, IndexError> {
        let newest_first = self.rows.scan_prefix(key::rrn_prefix(rrn)).keys().rev().take(BY_RRN_MAX);
        let mut lsns = newest_first
            .map(|row| row.map_err(database("be read")).and_then(|row| key::rrn_row_lsn(&row)))
            .collect::<Result<Vec<_>, _>>()?;
        lsns.reverse();
        Ok(lsns)
    }

    /// The tree goes with all its rows, the LSN among them, so a crash meanwhile leaves the old index or an empty one.
    fn clear(&mut self) -> Result<(), IndexError> {
        self.database.drop_tree(TREE).map_err(database("be emptied"))?;
        self.rows = self.database.open_tree(TREE).map_err(database("be emptied"))?;
        Ok(())
    }
}

fn database(step: &'static str) -> impl FnOnce(sled::Error) -> IndexError {
    move |source| IndexError::Database { step, source }
}

/// A database that was closed a moment ago keeps its lock until its own threads have ended: such a one is waited for.
fn try_open(path: &Path, budget_bytes: u64) -> Result<SledIndex, IndexError> {
    let mut tries = 1;
    loop {
        match open_once(path, budget_bytes) {
            Err(error) if is_in_use(&error) && tries < TRIES_MAX => thread::sleep(RETRY),
            opened => return opened,
        }
        tries += 1;
    }
}

fn open_once(path: &Path, budget_bytes: u64) -> Result<SledIndex, IndexError> {
    let open = || {
        // What its buffers hold at the end of the process is folded again: a flusher that wakes by the clock gains nothing.
        let config =
            sled::Config::new().path(path).cache_capacity(budget_bytes / BUDGET_PER_CACHE).flush_every_ms(None);
        let database = config.open()?;
        let rows = database.open_tree(TREE)?;
        Ok(SledIndex { database, rows })
    };
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(opened) => opened.map_err(database("be opened")),
        Err(_) => Err(IndexError::Panicked { path: path.into() }),
    }
}

/// Another process, or another part of this one, has it: that is no damage.
fn is_in_use(error: &IndexError) -> bool {
    matches!(error, IndexError::Database { source: sled::Error::Io(error), .. } if error.kind() == io::ErrorKind::Other
        && error.to_string().contains("lock"))
}

/// An empty `snap.N.generating` is what a crash in the wrong moment leaves; sled takes it for damage.
fn remove_empty_leftovers(path: &Path) -> Result<(), IndexError> {
    let file = |step| move |source| IndexError::File { path: path.into(), step, source };
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(file("listed")(error)),
    };
    for entry in entries {
        let entry = entry.map_err(file("listed"))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let leftover = name.starts_with("snap.") && name.ends_with(".generating");
        if leftover && entry.metadata().is_ok_and(|metadata| metadata.len() == 0) {
            fs::remove_file(entry.path()).map_err(file("cleaned of an empty leftover"))?;
        }
    }
    Ok(())
}

fn move_aside(path: &Path) -> Result<PathBuf, IndexError> {
    let file = |step| move |source| IndexError::File { path: path.into(), step, source };
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".damaged");
    let moved_to = path.with_file_name(name);
    match fs::remove_dir_all(&moved_to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(file("moved aside")(error)),
        _ => fs::rename(path, &moved_to).map_err(file("moved aside"))?,
    }
    Ok(moved_to)
}
