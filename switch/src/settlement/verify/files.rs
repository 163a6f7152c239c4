//! The files themselves: that all are there, no other one is, and each has the bytes that the manifest names.

use super::super::manifest::FORMAT;
use super::super::manifest::{Manifest, NAME};
use super::super::{DETAIL, FILES, TOTALS, hexadecimal};
use super::Findings;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Folders of folders at most: a set has `acquirer/LINK`.
const DEPTH_MAX: usize = 3;

/// The names of all files in the directory and its folders, sorted.
pub(super) fn names(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    collect(directory, "", DEPTH_MAX, &mut names)?;
    names.sort_unstable();
    Ok(names)
}

fn collect(directory: &Path, before: &str, depth: usize, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() && depth > 0 {
            collect(&entry.path(), &format!("{name}/"), depth - 1, names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

/// Compares directory and manifest.
pub(super) fn check(directory: &Path, names: &[String], manifest: &Manifest, findings: &mut Findings) {
    let listed = |name: &str| manifest.files.iter().any(|entry| entry.name == name);
    let expected = if manifest.format == FORMAT { &FILES[..] } else { &[DETAIL, TOTALS] };
    for name in expected.iter().filter(|name| **name != NAME && !listed(name)) {
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
