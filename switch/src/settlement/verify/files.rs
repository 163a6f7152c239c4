//! The files themselves: that all are there, no other one is, and each has the bytes that the manifest names.

use super::super::manifest::{Manifest, NAME};
use super::super::{DETAIL, TOTALS, hexadecimal};
use super::Findings;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The names in the directory, sorted.
pub(super) fn names(directory: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort_unstable();
    Ok(names)
}

/// Compares directory and manifest.
pub(super) fn check(directory: &Path, names: &[String], manifest: &Manifest, findings: &mut Findings) {
    let listed = |name: &str| manifest.files.iter().any(|entry| entry.name == name);
    for name in [DETAIL, TOTALS].into_iter().filter(|name| !listed(name)) {
        findings.add(format_args!("{NAME} does not list {name}"));
    }
    for name in names.iter().filter(|name| *name != NAME && !listed(name)) {
        findings.add(format_args!("{name:?} is in the directory, but not in {NAME}"));
    }
    for entry in &manifest.files {
        let name = &entry.name;
        if !names.contains(name) {
            findings.add(format_args!("{name:?} is missing"));
            continue;
        }
        match hash(&directory.join(name)) {
            Ok((bytes, sha256)) => {
                findings.expect(format_args!("{NAME}: bytes of {name:?}"), entry.bytes, bytes);
                findings.expect(format_args!("{NAME}: SHA-256 of {name:?}"), &entry.sha256, &sha256);
            }
            Err(error) => findings.add(format_args!("{name:?} cannot be read: {error}")),
        }
    }
}

fn hash(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hexadecimal(&hash.finalize())));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        bytes += u64::try_from(read).unwrap_or(u64::MAX);
    }
}
