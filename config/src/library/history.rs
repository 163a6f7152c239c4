//! What became of one key over time: by the configuration's files, then by each change.

use super::layers::Sources;
use super::{Change, Deed};
use crate::csv_file;
use crate::error::ConfigErrors;
use std::path::{Path, PathBuf};

/// One entry of a history, the oldest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryEntry {
    /// Where it comes from.
    pub origin: Origin,
    /// The row, field by field; none where the key was taken out.
    pub row: Option<Vec<String>>,
}

/// Where an entry of a history comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A file that the configuration names: nobody knows since when.
    Configuration(PathBuf),
    /// A change of the library.
    Change(Change),
}

/// Everything that happened to `key` (as [`super::Register::key`] writes it).
///
/// # Errors
/// A file cannot be read. Rows that are wrong are passed over: whoever loads the rules is told of them.
pub fn history(
    register: super::Register,
    files: &[PathBuf],
    library: &super::Library,
    key: &str,
) -> Result<Vec<HistoryEntry>, ConfigErrors> {
    let sources = Sources { register, files, library };
    let mut entries = Vec::new();
    for path in files {
        let row = find(sources, path, key)?;
        entries.extend(row.map(|row| HistoryEntry { origin: Origin::Configuration(path.clone()), row: Some(row) }));
    }
    for (change, path) in library.of(register) {
        let row = match (&change.deed, path) {
            (Deed::Withdrawn { keys }, _) => keys.iter().any(|withdrawn| withdrawn == key).then_some(None),
            (Deed::Imported { .. }, Some(path)) => find(sources, path, key)?.map(Some),
            (Deed::Imported { .. }, None) => None,
        };
        entries.extend(row.map(|row| HistoryEntry { origin: Origin::Change(change.clone()), row }));
    }
    Ok(entries)
}

fn find(sources: Sources<'_>, path: &Path, key: &str) -> Result<Option<Vec<String>>, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut found = None;
    let digest = csv_file::scan(path, sources.register.heading(), &mut errors, |row| {
        if sources.register.key(|column| row.field(column)) == key {
            found = Some(row.fields().map(str::to_owned).collect());
        }
    });
    if digest.is_none() { Err(errors) } else { Ok(found) }
}
