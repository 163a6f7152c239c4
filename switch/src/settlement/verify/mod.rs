//! Whether a settlement directory is what it says it is: found out from its files alone, by an arithmetic of its own that
//! shares nothing with the fold that made them.
//!
//! Checked are the files against the manifest (names, lengths, SHA-256), every line of the detail (its sums, its day, its
//! place in the journal), the lines added up again against `totals.csv`, the manifest and what the files for people and
//! acquirers come to, and the signature: by a key that the caller knows to be the institution's, or else by the one in the
//! manifest, which proves only that nothing was changed by who does not have it.

mod detail;
mod files;
mod findings;
mod others;
mod sums;
mod totals;

pub use findings::Findings;

use super::manifest::{AMOUNTS_IN, FIRST_FORMAT, FORMAT, Manifest, NAME};
use super::signature::PublicKey;
use std::fs::File;
use std::path::Path;
use sums::Sums;

/// What was found.
#[derive(Debug)]
pub struct Verdict {
    /// The manifest, where it could be read.
    pub manifest: Option<Manifest>,
    /// Who signed it.
    pub signed: Signed,
    /// Every difference; the set is right when there is none.
    pub findings: Findings,
}

/// What the signature proves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signed {
    /// That whoever holds the key that the caller gave made this set.
    ByKnownKey,
    /// That whoever holds the key that the manifest names made it.
    ByUnpinnedKey,
    /// Nothing: it has none, or a wrong one.
    Not,
}

/// Checks the set in `directory`, and that it was signed by `known`, where that is given. The error is that the directory cannot be
/// read at all.
///
/// # Errors
/// See above.
pub fn verify(directory: &Path, known: Option<&PublicKey>) -> std::io::Result<Verdict> {
    let mut findings = Findings::default();
    let names = files::names(directory)?;
    let (manifest, signed) = read_manifest(directory, known, &mut findings);
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
        if manifest.format == FORMAT {
            others::check(directory, manifest, &sums, &mut findings);
        }
    }
    Ok(Verdict { manifest, signed, findings })
}

fn read_manifest(directory: &Path, known: Option<&PublicKey>, findings: &mut Findings) -> (Option<Manifest>, Signed) {
    let bytes = match std::fs::read(directory.join(NAME)) {
        Ok(bytes) => bytes,
        Err(error) => {
            findings.add(format_args!("{NAME} cannot be read: {error}"));
            return (None, Signed::Not);
        }
    };
    let manifest = match Manifest::from_bytes(&bytes) {
        Ok(manifest) => manifest,
        Err(error) => {
            findings.add(format_args!("{NAME} cannot be read: {error}"));
            return (None, Signed::Not);
        }
    };
    if !manifest.is_known() {
        findings.add(format_args!("{NAME}: format {:?}, expected {FORMAT:?}", manifest.format));
        return (None, Signed::Not);
    }
    if manifest.amounts_in != AMOUNTS_IN {
        findings.add(format_args!("{NAME}: amounts_in {:?}, expected {AMOUNTS_IN:?}", manifest.amounts_in));
    }
    let signed = check_signature(&bytes, &manifest, known, findings);
    (Some(manifest), signed)
}

fn check_signature(bytes: &[u8], manifest: &Manifest, known: Option<&PublicKey>, findings: &mut Findings) -> Signed {
    if manifest.format == FIRST_FORMAT {
        if known.is_some() {
            findings.add(format_args!("{NAME}: sets of the format {FIRST_FORMAT:?} are not signed"));
        }
        return Signed::Not;
    }
    let embedded = PublicKey::parse(&manifest.public_key);
    if known.is_some_and(|known| embedded != Some(*known)) {
        findings
            .add(format_args!("{NAME}: it was signed with another key than the one given: {}", manifest.public_key));
    }
    let right = known.copied().or(embedded).is_some_and(|key| key.has_signed(bytes));
    if !right {
        findings.add(format_args!("{NAME}: the signature is not that of the key over these bytes"));
    }
    match (right, known) {
        (false, _) => Signed::Not,
        (true, Some(_)) => Signed::ByKnownKey,
        (true, None) => Signed::ByUnpinnedKey,
    }
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
