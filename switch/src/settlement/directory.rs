//! The directory of a set: one writer at a time, nothing of a half-made set under a final name, nothing of anybody else's
//! overwritten.
//!
//! Every file is written under a temporary name and synced; then the old manifest, if it is another, is taken away, the
//! files are renamed, the manifest last, and the directory is synced. So a directory with a manifest is a whole set, and
//! what a power cut can leave is a set without one, which the next run completes.

use super::FILES;
use super::error::SettleError;
use super::manifest::{self, Manifest, Status};
use super::output_file::OutputFile;
use lijian_domain::time::BusinessDate;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The folder of what goes to the acquirers: one folder each.
const ACQUIRERS: &str = "acquirer";

/// A directory that this process alone writes a set to. Temporary files are removed when it is dropped.
pub(super) struct OutputDirectory {
    path: PathBuf,
    date: BusinessDate,
    /// Open, and locked until it is closed: the lock dies with the process and leaves no file.
    handle: File,
    created: bool,
    previous: Option<Previous>,
    /// The files made so far.
    names: RefCell<Vec<String>>,
}

/// The manifest that stands in the directory.
struct Previous {
    bytes: Vec<u8>,
    manifest: Manifest,
}

impl OutputDirectory {
    /// Opens `path` for the set of `date`, and makes it if need be.
    pub(super) fn open(path: &Path, date: BusinessDate) -> Result<Self, SettleError> {
        let failed = |source| SettleError::Write { path: path.to_owned(), source };
        let created = !path.exists();
        fs::create_dir_all(path).map_err(failed)?;
        let handle = File::open(path).map_err(failed)?;
        match handle.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SettleError::Busy { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let previous = examine(path, date)?;
        Ok(Self { path: path.to_owned(), date, handle, created, previous, names: RefCell::default() })
    }

    /// A new file, to be published as `name`.
    pub(super) fn create(&self, name: &str) -> Result<OutputFile, SettleError> {
        let path = self.path.join(temporary(name));
        self.names.borrow_mut().push(name.to_owned());
        let folder = path.parent().filter(|folder| **folder != *self.path).map_or(Ok(()), fs::create_dir_all);
        // Made anew, so that what a run left behind (or a link that somebody put there) is never written through.
        let file = folder.and_then(|()| remove_if_there(&path)).and_then(|()| File::create_new(&path));
        file.map(OutputFile::new).map_err(|source| SettleError::Write { path, source })
    }

    /// The error of a failed write to `name`.
    pub(super) fn failed(&self, name: &str, source: impl Into<io::Error>) -> SettleError {
        SettleError::Write { path: self.path.join(name), source: source.into() }
    }

    /// Puts the finished and synced files in place, with this manifest.
    pub(super) fn publish(self, manifest: &[u8]) -> Result<(), SettleError> {
        let unchanged = self.previous.as_ref().is_some_and(|previous| previous.bytes == manifest);
        let is_final = |previous: &Previous| previous.manifest.status == Status::Final;
        if self.previous.as_ref().is_some_and(is_final) && !unchanged {
            return Err(SettleError::FinalDiffers { path: self.path.clone(), date: self.date });
        }
        let mut file = self.create(manifest::NAME)?;
        let written = file.write_all(manifest).and_then(|()| file.finish());
        written.map_err(|source| self.failed(manifest::NAME, source))?;
        self.put_in_place(unchanged).map_err(|source| SettleError::Publish { path: self.path.clone(), source })
    }

    /// Brings the names in folders of the set to the disk.
    fn sync_folders(&self, names: &[String]) -> io::Result<()> {
        let folders = names.iter().flat_map(|name| Path::new(name).ancestors().skip(1));
        let folders: BTreeSet<&Path> = folders.filter(|folder| !folder.as_os_str().is_empty()).collect();
        folders.into_iter().rev().try_for_each(|folder| File::open(self.path.join(folder))?.sync_all())
    }

    fn put_in_place(&self, unchanged: bool) -> io::Result<()> {
        if self.previous.is_some() && !unchanged {
            fs::remove_file(self.path.join(manifest::NAME))?;
            self.handle.sync_all()?;
        }
        // The manifest was made last.
        let names = self.names.borrow();
        for name in names.iter() {
            if *name == manifest::NAME {
                self.sync_folders(&names)?;
            }
            fs::rename(self.path.join(temporary(name)), self.path.join(name))?;
        }
        self.handle.sync_all()?;
        // Of an earlier provisional set.
        let earlier = self.previous.iter().flat_map(|previous| &previous.manifest.files);
        for entry in earlier.filter(|entry| is_ours(&entry.name) && !names.contains(&entry.name)) {
            remove_if_there(&self.path.join(&entry.name))?;
        }
        match self.path.canonicalize()?.parent() {
            Some(parent) if self.created => File::open(parent)?.sync_all(),
            _ => Ok(()),
        }
    }
}

impl Drop for OutputDirectory {
    /// Best effort: the next run removes what is left. A set that is in place has no temporary files any more.
    fn drop(&mut self) {
        for name in self.names.borrow().iter() {
            let path = self.path.join(temporary(name));
            drop(fs::remove_file(&path));
            // Folders go with the last thing in them, the set's own below.
            let inside = path.ancestors().skip(1).take_while(|folder| **folder != *self.path);
            inside.for_each(|folder| drop(fs::remove_dir(folder)));
        }
        if self.created {
            // Only succeeds where nothing was put in place.
            drop(fs::remove_dir(&self.path));
        }
    }
}

/// Refuses what is not this day's set, or what an interrupted run left of it.
fn examine(path: &Path, date: BusinessDate) -> Result<Option<Previous>, SettleError> {
    let failed = |source| SettleError::Write { path: path.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    let occupied = |name: &String| SettleError::Occupied { path: path.to_owned(), name: name.clone() };
    let ours = |name: &&String| {
        is_ours(name) || name.strip_prefix('.').and_then(|name| name.strip_suffix(".tmp")).is_some_and(is_ours)
    };
    if let Some(name) = names.iter().find(|name| !ours(name)) {
        return Err(occupied(name));
    }
    let bytes = match fs::read(path.join(manifest::NAME)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // An interrupted run leaves its manifest behind under the temporary name until the end.
            let interrupted = names.contains(&temporary(manifest::NAME));
            return match names.iter().find(|name| is_ours(name)) {
                Some(name) if !interrupted => Err(occupied(name)),
                _ => Ok(None),
            };
        }
        Err(error) => return Err(failed(error)),
    };
    let unreadable = |reason| SettleError::Manifest { path: path.to_owned(), reason };
    let manifest = Manifest::from_bytes(&bytes).map_err(|error| unreadable(error.to_string()))?;
    if !manifest.is_known() {
        return Err(unreadable(format!("its format is {:?}, not {:?}", manifest.format, manifest::FORMAT)));
    }
    if manifest.business_date != date.to_string() {
        return Err(SettleError::OtherDay { path: path.to_owned(), found: manifest.business_date, wanted: date });
    }
    Ok(Some(Previous { bytes, manifest }))
}

/// Whether a name in the directory, or the first part of one, is of a set.
fn is_ours(name: &str) -> bool {
    let first = name.split('/').next().unwrap_or(name);
    FILES.contains(&name) || (first == ACQUIRERS && !name.contains(".."))
}

/// Where a file is written before it takes its name: beside that.
fn temporary(name: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/.{name}.tmp"),
        None => format!(".{name}.tmp"),
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
