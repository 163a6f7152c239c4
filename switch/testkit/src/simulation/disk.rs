//! The disk: what is written stands in a cache until it is synced, and fails as disks fail.

use crate::auditor::Medium;
use lijian_store::storage::{Storage, StorageFile};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A directory on a simulated disk. Clones are the same directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    state: Arc<Mutex<State>>,
}

/// What befalls the next write or sync.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// A write ends after so many bytes, in error.
    Write(usize),
    /// A write does so many bytes, says so, and the caller goes on.
    ShortWrite(usize),
    /// A sync fails: what was written counts as clean, and is not on the medium.
    Sync,
    /// The process ends, or the power, while it waits for its sync: what was written is neither lost nor safe.
    EndInSync,
    /// A sync says that it is done, and is not.
    SyncLies,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Contents>,
    /// Handles of earlier processes are dead.
    process: u64,
    locked: bool,
    fault: Option<Fault>,
}

#[derive(Debug, Default)]
struct Contents {
    /// What a reader sees.
    cache: Vec<u8>,
    /// What a power cut leaves.
    medium: Vec<u8>,
    /// Written and not synced: where, and how many bytes.
    dirty: Vec<(usize, usize)>,
}

impl Disk {
    /// Plans a fault, or takes it back.
    pub(crate) fn plan(&self, fault: Option<Fault>) {
        self.state().fault = fault;
    }

    /// The process is gone; the operating system keeps what it wrote.
    pub(crate) fn kill_process(&self) {
        let mut state = self.state();
        state.process += 1;
        state.locked = false;
        state.fault = None;
    }

    /// The power is gone; of what was not synced, the first `survive` bytes reached the medium.
    pub(crate) fn cut_power(&self, mut survive: usize) {
        let mut state = self.state();
        for contents in state.files.values_mut() {
            for (at, length) in std::mem::take(&mut contents.dirty) {
                let reached = length.min(survive);
                survive -= reached;
                let Contents { cache, medium, .. } = contents;
                if let (Some(to), Some(from)) = (medium.get_mut(at..at + reached), cache.get(at..at + reached)) {
                    to.copy_from_slice(from);
                }
            }
            contents.cache.clone_from(&contents.medium);
        }
        drop(state);
        self.kill_process();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Medium for Disk {
    fn read(&self, name: &str, offset: u64, length: usize) -> Option<Vec<u8>> {
        let state = self.state();
        let medium = &state.files.get(name)?.medium;
        let from = usize::try_from(offset).ok()?.min(medium.len());
        let to = from.saturating_add(length).min(medium.len());
        medium.get(from..to).map(<[u8]>::to_vec)
    }
}

impl State {
    fn contents(&mut self, name: &str) -> io::Result<&mut Contents> {
        self.files.get_mut(name).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// The fault, if it is for this operation.
    fn strike(&mut self, due: impl FnOnce(&Fault) -> bool) -> Option<Fault> {
        let struck = self.fault.filter(due)?;
        self.fault = None;
        Some(struck)
    }
}

impl Storage for Disk {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.state().files.keys().cloned().collect())
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Box<dyn StorageFile>> {
        let mut state = self.state();
        if state.files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let zeros = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
        let contents = Contents { cache: zeros.clone(), medium: zeros, dirty: Vec::new() };
        state.files.insert(name.to_owned(), contents);
        drop(state);
        self.open(name)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let mut state = self.state();
        state.contents(name)?;
        let process = state.process;
        drop(state);
        Ok(Box::new(File { disk: self.clone(), name: name.to_owned(), process }))
    }

    fn open_to_read(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        self.open(name)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state().files.remove(name).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(u64::MAX)
    }

    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        let mut state = self.state();
        if std::mem::replace(&mut state.locked, true) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(Lock { disk: self.clone(), process: state.process }))
    }

    fn place(&self) -> String {
        "the simulated disk".to_owned()
    }
}

struct Lock {
    disk: Disk,
    process: u64,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        if state.process == self.process {
            state.locked = false;
        }
    }
}

#[derive(Debug)]
struct File {
    disk: Disk,
    name: String,
    process: u64,
}

impl File {
    fn alive(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.state();
        if state.process == self.process { Ok(state) } else { Err(io::Error::other("the process is gone")) }
    }
}

impl StorageFile for File {
    fn byte_length(&self) -> io::Result<u64> {
        Ok(self.alive()?.contents(&self.name)?.cache.len() as u64)
    }

    fn set_byte_length(&self, _bytes: u64) -> io::Result<()> {
        Err(io::Error::other("a segment neither grows nor shrinks"))
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut state = self.alive()?;
        let bytes = &state.contents(&self.name)?.cache;
        let from = usize::try_from(offset).map_err(io::Error::other)?.min(bytes.len());
        let length = buffer.len().min(bytes.len() - from);
        if let (Some(to), Some(from)) = (buffer.get_mut(..length), bytes.get(from..from + length)) {
            to.copy_from_slice(from);
        }
        Ok(length)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut state = self.alive()?;
        let fault = state.strike(|fault| matches!(fault, Fault::Write(_) | Fault::ShortWrite(_)));
        let length = match fault {
            Some(Fault::Write(length)) => length.min(bytes.len()),
            // A write of nothing would end the caller's trying.
            Some(Fault::ShortWrite(length)) => length.clamp(1, bytes.len().max(1)).min(bytes.len()),
            _ => bytes.len(),
        };
        let at = usize::try_from(offset).map_err(io::Error::other)?;
        let contents = state.contents(&self.name)?;
        let target = contents.cache.get_mut(at..at + length).ok_or(io::ErrorKind::WriteZero)?;
        target.copy_from_slice(bytes.get(..length).unwrap_or_default());
        contents.dirty.push((at, length));
        if matches!(fault, Some(Fault::Write(_))) {
            Err(io::Error::other("the disk failed a write"))
        } else {
            Ok(length)
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.alive()?;
        let fault = state.strike(|fault| matches!(fault, Fault::Sync | Fault::EndInSync | Fault::SyncLies));
        let contents = state.contents(&self.name)?;
        if fault == Some(Fault::EndInSync) {
            return Err(io::Error::other("the process is gone"));
        }
        let dirty = std::mem::take(&mut contents.dirty);
        match fault {
            Some(Fault::Sync) => return Err(io::Error::other("the disk failed a sync")),
            Some(_) => return Ok(()),
            None => {}
        }
        for (at, length) in dirty {
            let Contents { cache, medium, .. } = &mut *contents;
            if let (Some(to), Some(from)) = (medium.get_mut(at..at + length), cache.get(at..at + length)) {
                to.copy_from_slice(from);
            }
        }
        Ok(())
    }
}
