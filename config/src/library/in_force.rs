//! The rows in force, as text: what an export writes.

use super::layers::{Keep, Keys, Sources, Standing, fold};
use super::{Library, Register};
use crate::csv_file::{self, Row};
use crate::error::ConfigErrors;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The table in force as a CSV file: its heading with all columns, then its rows in the order of their keys.
///
/// # Errors
/// A file cannot be read.
pub fn rows_in_force(register: Register, files: &[PathBuf], library: &Library) -> Result<String, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let columns = register.columns();
    let mut rows = Rows { register, width: columns.len(), keys: Keys::default(), rows: BTreeMap::new() };
    let digests = fold(Sources { register, files, library }, &mut errors, &mut rows);
    errors.or(digests)?;
    let mut text = columns.join(",") + "\n";
    rows.rows.values().for_each(|row| text.push_str(row));
    Ok(text)
}

/// The keys of the table in force.
///
/// # Errors
/// A file cannot be read.
pub fn keys_in_force(
    register: Register,
    files: &[PathBuf],
    library: &Library,
) -> Result<BTreeSet<String>, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut rows = Rows { register, width: 0, keys: Keys::default(), rows: BTreeMap::new() };
    let digests = fold(Sources { register, files, library }, &mut errors, &mut rows);
    errors.or(digests)?;
    Ok(rows.rows.into_keys().collect())
}

struct Rows {
    register: Register,
    width: usize,
    keys: Keys<String>,
    rows: BTreeMap<String, String>,
}

impl Keep for Rows {
    fn next_layer(&mut self, _: bool) {
        self.keys.next_layer();
    }

    fn row(&mut self, row: &mut Row<'_>) {
        let key = self.register.key(|column| row.field(column));
        if self.keys.take(key.clone(), || key.clone()) == Standing::InForce {
            let mut line = String::new();
            csv_file::write_row((0..self.width).map(|column| row.field(column)), &mut line);
            self.rows.insert(key, line);
        }
    }

    fn withdraw(&mut self, key: &str) {
        self.keys.withdraw(key);
    }
}
