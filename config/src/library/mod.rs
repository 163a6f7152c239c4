//! The library of a data directory: what was imported into products, merchants, terminals and the black list, and when.
//!
//! `DATA/library/` holds `changes.log`, one JSON object a line, and each import as a file of its own that never changes. What
//! is in force is what the configuration's files say, then the changes in their order: a later row of a key takes the place
//! of an earlier one, a withdrawal takes the key out. Invariants: a change counts once its whole line is in the log; a
//! file that is not what was imported stops the load. Reads only: the switch writes. May call: the tables' rows, digests.

mod change;
mod history;
mod import;
mod in_force;
mod layers;
mod register;

pub use change::{Change, Deed, LOG_BYTES_MAX, log_file};
pub use history::{HistoryEntry, Origin, history};
pub use import::{Candidate, InForce, candidate, candidate_row};
pub use in_force::{keys_in_force, rows_in_force};
pub(crate) use layers::{Keep, Keys, Sources, Standing, fold};
pub use register::Register;

use crate::digest::FileDigest;
use crate::error::{ConfigError, ConfigErrors};
use std::io;
use std::path::{Path, PathBuf};

/// The changes of a library, and the files that hold them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Library {
    /// None where nothing was ever changed.
    log: Option<PathBuf>,
    /// Of the log, then of each import.
    digests: Vec<FileDigest>,
    /// Each with the file of an import.
    changes: Vec<(Change, Option<PathBuf>)>,
}

impl Library {
    /// Reads the change log in `DATA/library`; without one, nothing was ever changed. A last line that has no end was never
    /// finished and does not count.
    ///
    /// # Errors
    /// The log cannot be read, or a line of it is not what this program writes.
    pub fn read(data: &Path) -> Result<Self, ConfigErrors> {
        let directory = data.join("library");
        let log = log_file(&directory);
        let changes = match std::fs::metadata(&log) {
            Ok(metadata) => read_log(&log, metadata.len())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(ConfigError::of_file(&log, error, "a readable file").into()),
        };
        let place = |change: &Change| change.sha256().map(|_| change.file(&directory));
        Self::new(log, changes, |change| Ok(place(change)))
    }

    /// The same of files that were copied elsewhere: the log, then the imports in their order, as [`Library::files`] lists
    /// them.
    ///
    /// # Errors
    /// The same, or the log names more imports than there are files, or fewer.
    pub(crate) fn of_files(files: &[PathBuf]) -> Result<Self, ConfigErrors> {
        let Some((log, imports)) = files.split_first() else { return Ok(Self::default()) };
        let other = || ConfigErrors::from(ConfigError::of_file(log, "another number of imports", "one for each file"));
        let length = std::fs::metadata(log).map_err(|error| ConfigError::of_file(log, error, "a readable file"))?.len();
        let changes = read_log(log, length)?;
        let mut imports = imports.iter();
        let library = Self::new(log.clone(), changes, |change| match change.sha256() {
            Some(_) => imports.next().cloned().map(Some).ok_or_else(other),
            None => Ok(None),
        })?;
        if imports.next().is_some() { Err(other()) } else { Ok(library) }
    }

    fn new(
        log: PathBuf,
        (changes, digest): (Vec<Change>, FileDigest),
        mut place: impl FnMut(&Change) -> Result<Option<PathBuf>, ConfigErrors>,
    ) -> Result<Self, ConfigErrors> {
        let mut library = Self { digests: vec![digest], changes: Vec::with_capacity(changes.len()), log: None };
        for change in changes {
            library.digests.extend(change.sha256());
            let path = place(&change)?;
            library.changes.push((change, path));
        }
        library.log = Some(log);
        Ok(library)
    }

    /// The files that hold it: the log, then the imports in their order.
    pub fn files(&self) -> Vec<PathBuf> {
        self.log.iter().chain(self.changes.iter().filter_map(|(_, path)| path.as_ref())).cloned().collect()
    }

    /// The digests of those files.
    pub fn digests(&self) -> &[FileDigest] {
        &self.digests
    }

    /// Every change, in order.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &Change> + ExactSizeIterator {
        self.changes.iter().map(|(change, _)| change)
    }

    /// The changes of a table, in order, each with the file of an import.
    pub(crate) fn of(&self, register: Register) -> impl DoubleEndedIterator<Item = (&Change, Option<&Path>)> {
        let of_it = self.changes.iter().filter(move |(change, _)| change.register == register);
        of_it.map(|(change, path)| (change, path.as_deref()))
    }

    /// The files of a table's imports, in order.
    pub(crate) fn imports(&self, register: Register) -> impl DoubleEndedIterator<Item = PathBuf> {
        self.of(register).filter_map(|(_, path)| path.map(Path::to_owned))
    }

    /// The number that the next change gets.
    pub fn next_number(&self) -> u64 {
        self.changes().next_back().map_or(1, |last| last.number.saturating_add(1))
    }
}

fn read_log(path: &Path, length: u64) -> Result<(Vec<Change>, FileDigest), ConfigErrors> {
    if length > LOG_BYTES_MAX {
        let expected = format!("at most {LOG_BYTES_MAX} bytes");
        return Err(ConfigError::of_file(path, format_args!("a log of {length} bytes"), expected).into());
    }
    let bytes = std::fs::read(path).map_err(|error| ConfigError::of_file(path, error, "a readable file"))?;
    Ok((change::parse(path, &bytes)?, FileDigest::of_bytes(&bytes)))
}
