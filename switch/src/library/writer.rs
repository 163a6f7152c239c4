//! Whoever holds the lock may append changes.

use super::LibraryError;
use crate::clock::rfc3339;
use lijian_config::library::{Candidate, Change, Deed, LOG_BYTES_MAX, Library, Register, log_file};
use lijian_domain::time::UnixMicros;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// What an import is called until it has its number.
const UNFINISHED: &str = "import.new";
/// The end of a log that is looked through for its last whole line.
const TAIL_BYTES: u64 = 1 << 20;

/// Who changes something, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Author {
    /// Who.
    pub by: String,
    /// When.
    pub at: UnixMicros,
}

/// The library, locked for this process.
#[derive(Debug)]
pub struct Writer {
    /// Open, and locked until it is closed.
    handle: File,
    directory: PathBuf,
    library: Library,
}

impl Writer {
    /// Locks the library in this data directory, and makes it if need be.
    ///
    /// # Errors
    /// Another process has it, or the folder or its log cannot be read.
    pub fn open(data: &Path) -> Result<Self, LibraryError> {
        let path = data.join("library");
        let failed = |source| LibraryError::Io { path: path.clone(), action: "made and locked", source };
        fs::create_dir_all(&path).and_then(|()| File::open(data)?.sync_all()).map_err(failed)?;
        let handle = File::open(&path).map_err(failed)?;
        match handle.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LibraryError::Busy { path }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        Ok(Self { handle, library: Library::read(data)?, directory: path })
    }

    /// What it holds.
    pub const fn library(&self) -> &Library {
        &self.library
    }

    pub(super) fn folder(&self) -> &Path {
        &self.directory
    }

    pub(super) fn sync_folder(&self) -> io::Result<()> {
        self.handle.sync_all()
    }

    /// That nothing was changed since somebody read `seen`.
    ///
    /// # Errors
    /// Something was.
    pub fn unchanged_since(&self, seen: &Library) -> Result<(), LibraryError> {
        if self.library == *seen { Ok(()) } else { Err(LibraryError::Moved) }
    }

    /// Takes the right rows of a file in. A second change wants a new lock.
    ///
    /// # Errors
    /// Nothing is changed then; where the disk failed, what counts is what the log says.
    pub fn import(
        self,
        register: Register,
        candidate: &Candidate,
        source: &str,
        author: Author,
    ) -> Result<Change, LibraryError> {
        let deed = Deed::Imported {
            sha256: candidate.sha256.to_string(),
            rows: candidate.rows,
            refused: candidate.refused,
            source: source.to_owned(),
        };
        let change = self.next(register, author, deed);
        let (temporary, path) = (self.directory.join(UNFINISHED), change.file(&self.directory));
        self.write_file(&temporary, &path, candidate.text.as_bytes()).map_err(|source| LibraryError::Io {
            path,
            action: "written",
            source,
        })?;
        self.append(change)
    }

    /// Takes keys out of a table.
    ///
    /// # Errors
    /// Nothing is changed then, as with an import.
    pub fn withdraw(self, register: Register, keys: Vec<String>, author: Author) -> Result<Change, LibraryError> {
        let change = self.next(register, author, Deed::Withdrawn { keys });
        self.append(change)
    }

    fn next(&self, register: Register, author: Author, deed: Deed) -> Change {
        Change { number: self.library.next_number(), at: rfc3339(author.at), by: author.by, register, deed }
    }

    fn write_file(&self, temporary: &Path, path: &PathBuf, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = fs::remove_file(temporary)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = File::create_new(temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(temporary, path)?;
        self.handle.sync_all()
    }

    fn append(self, change: Change) -> Result<Change, LibraryError> {
        let path = log_file(&self.directory);
        let written =
            append_line(&path, &change.line()?, LOG_BYTES_MAX).and_then(|fits| self.handle.sync_all().map(|()| fits));
        match written {
            Ok(true) => Ok(change),
            Ok(false) => Err(LibraryError::Full),
            Err(source) => Err(LibraryError::Io { path, action: "written", source }),
        }
    }
}

/// Writes a line behind the last whole one; false where the log would be longer than this. What a crash left of a line is cut off first.
pub(super) fn append_line(path: &Path, line: &str, bytes_max: u64) -> io::Result<bool> {
    let mut log = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    let end = whole_lines(&mut log)?;
    let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
    if end.saturating_add(length) > bytes_max {
        return Ok(false);
    }
    log.set_len(end)?;
    log.seek(SeekFrom::Start(end))?;
    let written = log.write_all(line.as_bytes()).and_then(|()| log.sync_all());
    if written.is_err() {
        // It shall not count where its author was told that it does not.
        let _ = log.set_len(end);
    }
    written.map(|()| true)
}

/// Where the last line that has an end ends.
fn whole_lines(log: &mut File) -> io::Result<u64> {
    let length = log.metadata()?.len();
    let from = length.saturating_sub(TAIL_BYTES);
    log.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    log.take(TAIL_BYTES).read_to_end(&mut tail)?;
    let end = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    Ok(from + u64::try_from(end).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author(by: &str) -> Author {
        Author { by: by.to_owned(), at: UnixMicros(1_727_748_000_000_000) }
    }

    #[test]
    fn changes_outlive_the_process_and_half_a_line_does_not() {
        let data = tempfile::tempdir().unwrap();
        let writer = Writer::open(data.path()).unwrap();
        assert!(matches!(Writer::open(data.path()), Err(LibraryError::Busy { .. })));
        writer.withdraw(Register::Products, vec!["1".to_owned()], author("li")).unwrap();
        let log = log_file(&data.path().join("library"));
        let mut file = OpenOptions::new().append(true).open(&log).unwrap();
        file.write_all(b"{\"number\":2,\"at\"").unwrap();
        let seen = Library::read(data.path()).unwrap();
        assert_eq!(seen.changes().len(), 1);
        let writer = Writer::open(data.path()).unwrap();
        writer.unchanged_since(&seen).unwrap();
        let second = writer.withdraw(Register::Merchants, vec!["ascii/M".to_owned()], author("wang")).unwrap();
        assert_eq!((second.number, second.at.as_str()), (2, "2024-10-01T02:00:00Z"));
        let writer = Writer::open(data.path()).unwrap();
        assert!(matches!(writer.unchanged_since(&seen), Err(LibraryError::Moved)));
        assert_eq!(writer.library().changes().next_back(), Some(&second));
    }
}
