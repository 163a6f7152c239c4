//! What is in force: the newest change first, so that an older row of a key that is taken is passed over and costs no memory.

use super::{Change, Deed, Library, Register};
use crate::csv_file::{self, Row};
use crate::digest::FileDigest;
use crate::error::{ConfigError, ConfigErrors};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::path::{Path, PathBuf};

/// Where the rows of a table stand.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) register: Register,
    /// The configuration's.
    pub(crate) files: &'a [PathBuf],
    pub(crate) library: &'a Library,
}

/// Whoever keeps the rows of a table, the newest first.
pub(crate) trait Keep {
    /// The rows from here on are older than those before: `from_configuration`, or imported.
    fn next_layer(&mut self, from_configuration: bool);
    /// A row; the keeper says what is wrong with it.
    fn row(&mut self, row: &mut Row<'_>);
    /// From here on, rows of this key are not in force.
    fn withdraw(&mut self, key: &str);
}

/// Hands all rows to `target`, and gives the digests of the configuration's files; none, and errors, where something is wrong.
pub(crate) fn fold(sources: Sources<'_>, errors: &mut ConfigErrors, target: &mut impl Keep) -> Option<Vec<FileDigest>> {
    let before = errors.count();
    for (change, path) in sources.library.of(sources.register).rev() {
        target.next_layer(false);
        change_rows(change, path, errors, target);
    }
    target.next_layer(true);
    let heading = sources.register.heading();
    let files = sources.files.iter().map(|path| csv_file::scan(path, heading, errors, |row| target.row(row)));
    let files: Vec<_> = files.flatten().map(|scanned| scanned.digest).collect();
    (errors.count() == before).then_some(files)
}

/// The rows of one change, each import proved to be what was imported.
fn change_rows(change: &Change, path: Option<&Path>, errors: &mut ConfigErrors, target: &mut impl Keep) {
    if let Deed::Withdrawn { keys } = &change.deed {
        keys.iter().for_each(|key| target.withdraw(key));
    }
    let (Some(path), Some(expected)) = (path, change.sha256()) else { return };
    let scanned = csv_file::scan(path, change.register.heading(), errors, |row| target.row(row));
    if let Some(digest) = scanned.map(|scanned| scanned.digest).filter(|digest| *digest != expected) {
        let found = format!("a file with SHA-256 {digest}");
        let expected = format!("{expected}, as it was imported: put the file back from a copy");
        errors.push(ConfigError::of_file(path, found, expected));
    }
}

/// The keys of rows kept so far, and in which layer.
#[derive(Debug)]
pub(crate) struct Keys<K> {
    layer: u32,
    seen: HashMap<K, u32>,
    withdrawn: HashSet<String>,
}

impl<K> Default for Keys<K> {
    fn default() -> Self {
        Self { layer: 0, seen: HashMap::new(), withdrawn: HashSet::new() }
    }
}

/// What is to become of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// It is in force.
    InForce,
    /// A newer one, or a withdrawal, took its place.
    Superseded,
    /// Its own file has the key twice.
    Twice,
}

impl<K: Eq + Hash> Keys<K> {
    pub(crate) fn next_layer(&mut self) {
        self.layer = self.layer.saturating_add(1);
    }

    pub(crate) fn withdraw(&mut self, key: &str) {
        self.withdrawn.insert(key.to_owned());
    }

    /// A row of this key; `text` is the key as [`Register::key`] writes it.
    pub(crate) fn take(&mut self, key: K, text: impl FnOnce() -> String) -> Standing {
        match self.seen.get(&key) {
            Some(layer) if *layer == self.layer => return Standing::Twice,
            Some(_) => return Standing::Superseded,
            None => {}
        }
        if !self.withdrawn.is_empty() && self.withdrawn.contains(&text()) {
            return Standing::Superseded;
        }
        self.seen.insert(key, self.layer);
        Standing::InForce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_row_of_a_key_is_in_force() {
        let mut keys = Keys::default();
        let check = |keys: &mut Keys<u8>, key: u8, expected: Standing| {
            assert_eq!(keys.take(key, || key.to_string()), expected, "{key}");
        };
        check(&mut keys, 1, Standing::InForce);
        check(&mut keys, 1, Standing::Twice);
        keys.next_layer();
        keys.withdraw("2");
        check(&mut keys, 1, Standing::Superseded);
        check(&mut keys, 2, Standing::Superseded);
        check(&mut keys, 3, Standing::InForce);
    }
}
