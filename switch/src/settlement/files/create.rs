//! Files of a set from their beginning to their entry in the manifest.

use crate::settlement::SettleError;
use crate::settlement::directory::OutputDirectory;
use crate::settlement::manifest::FileEntry;
use crate::settlement::output_file::{OutputFile, Written};
use std::io;

/// Makes files in the directory of a set.
pub(super) struct Create<'a>(pub(super) &'a OutputDirectory);

impl Create<'_> {
    /// A new file with what its writer begins with.
    pub(super) fn start<T, E: Into<io::Error>>(
        &self,
        name: &str,
        begin: impl FnOnce(OutputFile) -> Result<T, E>,
    ) -> Result<T, SettleError> {
        begin(self.0.create(name)?).map_err(|error| self.failed(name, error))
    }

    /// Brings a finished file to the disk.
    pub(super) fn finish<E: Into<io::Error>>(
        &self,
        name: &str,
        finished: Result<(OutputFile, u64), E>,
    ) -> Result<FileEntry, SettleError> {
        let (file, rows) = finished.map_err(|error| self.failed(name, error))?;
        let Written { bytes, sha256 } = file.finish().map_err(|error| self.failed(name, error))?;
        Ok(FileEntry { name: name.to_owned(), rows, bytes, sha256 })
    }

    /// A file that is written at once.
    pub(super) fn whole<E: Into<io::Error>>(
        &self,
        name: &str,
        write: impl FnOnce(OutputFile) -> Result<(OutputFile, u64), E>,
    ) -> Result<FileEntry, SettleError> {
        self.finish(name, write(self.0.create(name)?))
    }

    /// The error of a file that could not be written.
    pub(super) fn failed(&self, name: &str, error: impl Into<io::Error>) -> SettleError {
        self.0.failed(name, error)
    }
}
