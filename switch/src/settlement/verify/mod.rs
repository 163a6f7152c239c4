//! Whether a settlement directory is what it says it is: found out from its files alone, by an arithmetic of its own that
//! shares nothing with the fold that made them.
//!
//! Checked are the files against the manifest (names, lengths, SHA-256), every line of the detail (its sums, its day, its
//! place in the journal), and the lines added up again against `totals.csv` and the manifest. Who made the set is not
//! checked: whoever changes files and manifest alike passes.

mod detail;
mod files;
mod findings;
mod sums;
mod totals;

pub use findings::Findings;

use super::manifest::{AMOUNTS_IN, FORMAT, Manifest, NAME};
use std::fs::File;
use std::path::Path;
use sums::Sums;

/// What was found.
#[derive(Debug)]
pub struct Verdict {
    /// The manifest, where it could be read.
    pub manifest: Option<Manifest>,
    /// Every difference; the set is right when there is none.
    pub findings: Findings,
}

/// Checks the set in `directory`. The error is that the directory cannot be read at all.
pub fn verify(directory: &Path) -> std::io::Result<Verdict> {
    let mut findings = Findings::default();
    let names = files::names(directory)?;
    let manifest = read_manifest(directory, &mut findings);
    if let Some(manifest) = &manifest {
        files::check(directory, &names, manifest, &mut findings);
    }
    let mut sums = Sums::default();
    if let Some(file) = open(directory, super::DETAIL, &mut findings) {
        let rows = detail::check(file, manifest.as_ref(), &mut sums, &mut findings);
        check_rows(super::DETAIL, rows, manifest.as_ref(), &mut findings);
    }
    if let Some(file) = open(directory, super::TOTALS, &mut findings) {
        let rows = totals::check(file, &sums, &mut findings);
        check_rows(super::TOTALS, rows, manifest.as_ref(), &mut findings);
    }
    if let Some(manifest) = &manifest {
        totals::check_manifest(manifest, &sums, &mut findings);
    }
    Ok(Verdict { manifest, findings })
}

fn read_manifest(directory: &Path, findings: &mut Findings) -> Option<Manifest> {
    let read = std::fs::read(directory.join(NAME)).map_err(|error| error.to_string());
    let manifest = match read.and_then(|bytes| Manifest::from_bytes(&bytes).map_err(|error| error.to_string())) {
        Ok(manifest) => manifest,
        Err(error) => {
            findings.add(format_args!("{NAME} cannot be read: {error}"));
            return None;
        }
    };
    if manifest.format != FORMAT {
        findings.add(format_args!("{NAME}: format {:?}, expected {FORMAT:?}", manifest.format));
        return None;
    }
    if manifest.amounts_in != AMOUNTS_IN {
        findings.add(format_args!("{NAME}: amounts_in {:?}, expected {AMOUNTS_IN:?}", manifest.amounts_in));
    }
    Some(manifest)
}

fn open(directory: &Path, name: &str, findings: &mut Findings) -> Option<File> {
    File::open(directory.join(name))
        .inspect_err(|error| findings.add(format_args!("{name} cannot be read: {error}")))
        .ok()
}

fn check_rows(name: &str, rows: u64, manifest: Option<&Manifest>, findings: &mut Findings) {
    let entry = manifest.and_then(|manifest| manifest.files.iter().find(|entry| entry.name == name));
    if let Some(entry) = entry {
        findings.expect(format_args!("{NAME}: rows of {name}"), entry.rows, rows);
    }
}
