//! A directory in memory that fails on demand: what tests and the simulation run the journal on.

use super::{Storage, StorageFile};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A directory in memory. Clones are the same directory.
///
/// [`MemoryStorage::power_cut`] takes back every byte that was not synced, and turns all open files dead: what the old
/// process still does changes nothing any more.
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Contents>,
    faults: Vec<Fault>,
    counts: Counts,
    capacity_bytes: Option<u64>,
    power_cuts: u64,
    locked: bool,
}

#[derive(Debug, Default)]
struct Contents {
    bytes: Vec<u8>,
    /// What unsynced writes replaced, oldest first.
    replaced: Vec<(usize, Vec<u8>)>,
    /// What writes replaced whose sync failed. No later sync makes them durable; only writing there again does.
    lost: Vec<(usize, Vec<u8>)>,
}

/// What a fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Making a file.
    Create,
    /// A write into a file.
    Write,
    /// A sync of a file.
    Sync,
}

/// What happens to the operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// It fails and does nothing.
    Fail,
    /// A write writes this many bytes, says so, and no more; the caller is expected to go on.
    Short(usize),
    /// A write writes this many bytes and then fails.
    Torn(usize),
}

/// A fault that strikes once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Which operations count.
    pub operation: Operation,
    /// How many of them still succeed before.
    pub after: u64,
    /// What happens then.
    pub effect: Effect,
}

/// How many operations were asked for so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Files made.
    pub creates: u64,
    /// Writes into files.
    pub writes: u64,
    /// Syncs of files.
    pub syncs: u64,
}

impl MemoryStorage {
    /// Plans a fault; several may be planned.
    pub fn plan(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Lets no file grow beyond `bytes` for all of them together; `None` lifts the limit.
    pub fn limit(&self, bytes: Option<u64>) {
        self.state().capacity_bytes = bytes;
    }

    /// What was asked for so far.
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    /// Takes back what was not synced; open files are dead from now on.
    pub fn power_cut(&self) {
        let mut state = self.state();
        state.power_cuts += 1;
        state.locked = false;
        for contents in state.files.values_mut() {
            while let Some((offset, old)) = contents.replaced.pop().or_else(|| contents.lost.pop()) {
                if let Some(target) = contents.bytes.get_mut(offset..offset + old.len()) {
                    target.copy_from_slice(&old);
                }
            }
        }
    }

    /// A copy of the directory as it stands, unsynced bytes included: what a killed process leaves behind.
    pub fn image(&self) -> Self {
        let state = self.state();
        let copy = |contents: &Contents| Contents { bytes: contents.bytes.clone(), ..Contents::default() };
        let files = state.files.iter().map(|(name, contents)| (name.clone(), copy(contents))).collect();
        let state = State { files, ..State::default() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Changes a file's bytes behind everybody's back, durably.
    pub fn damage(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(contents) = self.state().files.get_mut(name) {
            change(&mut contents.bytes);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, name: &str, power_cuts: u64) -> Box<dyn StorageFile> {
        Box::new(MemoryFile { storage: self.clone(), name: name.to_owned(), power_cuts })
    }
}

impl State {
    /// The effect on this operation, if one is due now.
    fn strike(&mut self, operation: Operation) -> Option<Effect> {
        match operation {
            Operation::Create => self.counts.creates += 1,
            Operation::Write => self.counts.writes += 1,
            Operation::Sync => self.counts.syncs += 1,
        }
        let mut struck = None;
        self.faults.retain_mut(|fault| {
            if fault.operation != operation {
                return true;
            }
            if fault.after == 0 && struck.is_none() {
                struck = Some(fault.effect);
                return false;
            }
            fault.after = fault.after.saturating_sub(1);
            true
        });
        struck
    }

    fn used_bytes(&self) -> u64 {
        self.files.values().map(|contents| contents.bytes.len() as u64).sum()
    }

    fn file(&mut self, name: &str) -> io::Result<&mut Contents> {
        self.files.get_mut(name).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn grow(&mut self, name: &str, bytes: usize) -> io::Result<()> {
        let length = self.file(name)?.bytes.len();
        let more = bytes.saturating_sub(length) as u64;
        if self.capacity_bytes.is_some_and(|capacity| self.used_bytes() + more > capacity) && more > 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if more > 0 {
            self.file(name)?.bytes.resize(bytes, 0);
        }
        Ok(())
    }
}

impl Storage for MemoryStorage {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.state().files.keys().cloned().collect())
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Box<dyn StorageFile>> {
        let mut state = self.state();
        if state.strike(Operation::Create).is_some() {
            return Err(io::Error::other("injected: create failed"));
        }
        if state.files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.files.insert(name.to_owned(), Contents::default());
        state.grow(name, usize::try_from(bytes).map_err(io::Error::other)?)?;
        let power_cuts = state.power_cuts;
        drop(state);
        Ok(self.handle(name, power_cuts))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let mut state = self.state();
        state.file(name)?;
        let power_cuts = state.power_cuts;
        drop(state);
        Ok(self.handle(name, power_cuts))
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
        let state = self.state();
        Ok(state.capacity_bytes.map_or(u64::MAX, |capacity| capacity.saturating_sub(state.used_bytes())))
    }

    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        let mut state = self.state();
        if std::mem::replace(&mut state.locked, true) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(MemoryLock { storage: self.clone(), power_cuts: state.power_cuts }))
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }
}

struct MemoryLock {
    storage: MemoryStorage,
    power_cuts: u64,
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        let mut state = self.storage.state();
        if state.power_cuts == self.power_cuts {
            state.locked = false;
        }
    }
}

#[derive(Debug)]
struct MemoryFile {
    storage: MemoryStorage,
    name: String,
    power_cuts: u64,
}

impl MemoryFile {
    fn alive(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.storage.state();
        if state.power_cuts == self.power_cuts { Ok(state) } else { Err(io::Error::other("injected: power is off")) }
    }
}

impl StorageFile for MemoryFile {
    fn byte_length(&self) -> io::Result<u64> {
        Ok(self.alive()?.file(&self.name)?.bytes.len() as u64)
    }

    fn set_byte_length(&self, bytes: u64) -> io::Result<()> {
        let mut state = self.alive()?;
        let bytes = usize::try_from(bytes).map_err(io::Error::other)?;
        state.grow(&self.name, bytes)?;
        state.file(&self.name)?.bytes.truncate(bytes);
        Ok(())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut state = self.alive()?;
        let bytes = &state.file(&self.name)?.bytes;
        let from = usize::try_from(offset).map_err(io::Error::other)?.min(bytes.len());
        let length = buffer.len().min(bytes.len() - from);
        if let (Some(target), Some(source)) = (buffer.get_mut(..length), bytes.get(from..from + length)) {
            target.copy_from_slice(source);
        }
        Ok(length)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut state = self.alive()?;
        let (length, fails) = match state.strike(Operation::Write) {
            None => (bytes.len(), false),
            Some(Effect::Fail) => (0, true),
            Some(Effect::Short(length)) => (length.min(bytes.len()), false),
            Some(Effect::Torn(length)) => (length.min(bytes.len()), true),
        };
        let from = usize::try_from(offset).map_err(io::Error::other)?;
        state.grow(&self.name, from + length)?;
        let contents = state.file(&self.name)?;
        let covered = |(at, old): &mut (usize, Vec<u8>)| *at >= from && *at + old.len() <= from + length;
        contents.replaced.extend(contents.lost.extract_if(.., covered));
        if let (Some(target), Some(source)) = (contents.bytes.get_mut(from..from + length), bytes.get(..length)) {
            contents.replaced.push((from, target.to_vec()));
            target.copy_from_slice(source);
        }
        if fails { Err(io::Error::other("injected: write failed")) } else { Ok(length) }
    }

    /// After a failed sync the bytes stay readable, count as written, and are not on the medium: as Linux does it.
    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.alive()?;
        let fails = state.strike(Operation::Sync).is_some();
        let contents = state.file(&self.name)?;
        if fails {
            contents.lost.append(&mut contents.replaced);
            return Err(io::Error::other("injected: sync failed"));
        }
        contents.replaced.clear();
        Ok(())
    }
}
