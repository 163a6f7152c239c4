//! A directory of named files, behind one trait, so that the same journal runs on a disk and on a memory that fails on
//! demand.
//!
//! Invariants: a name is a plain file name, never a path; what `sync_data` or `sync_directory` confirmed survives a power
//! cut, nothing else is promised to. Calls the operating system alone; knows nothing of segments or records.

pub mod faulty;
mod file;

pub use file::FileStorage;

use std::fmt::Debug;
use std::io;

/// A directory of files.
pub trait Storage: Send + Sync + Debug {
    /// The names of all files, in any order.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes a file of `bytes` zero bytes, written (not left as a hole) and synced, its name in the directory included:
    /// writing into it later changes no metadata, which makes its syncs cheap. Fails if the name exists. A failed call may
    /// leave a part of the file behind.
    fn create(&self, name: &str, bytes: u64) -> io::Result<Box<dyn StorageFile>>;

    /// Opens a file for reading and writing.
    fn open(&self, name: &str) -> io::Result<Box<dyn StorageFile>>;

    /// Opens a file for reading alone.
    fn open_to_read(&self, name: &str) -> io::Result<Box<dyn StorageFile>>;

    /// Removes a file. Durable after [`Storage::sync_directory`].
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes created and removed names durable.
    fn sync_directory(&self) -> io::Result<()>;

    /// Bytes that can still be written here.
    fn free_bytes(&self) -> io::Result<u64>;

    /// Takes the right to write, which only one holder has at a time, over all processes; it lasts until the guard is
    /// dropped or the process ends. `WouldBlock` when somebody else has it.
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>>;

    /// Where this is, for messages to people.
    fn place(&self) -> String;
}

/// An open file.
pub trait StorageFile: Send + Sync + Debug {
    /// Its length in bytes.
    fn byte_length(&self) -> io::Result<u64>;

    /// Cuts it, or lengthens it by zeros.
    fn set_byte_length(&self, bytes: u64) -> io::Result<()>;

    /// Reads at `offset` into `buffer`; fewer bytes than fit only at the end of the file.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes some of `bytes` at `offset` and says how many.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Returns when everything written is on the medium.
    fn sync_data(&self) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`.
    fn write_all_at(&self, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write_at(bytes, offset) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = bytes.get(written..).unwrap_or_default();
                    offset += written as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Zeros are written and synced in pieces of this many bytes, so that a sync of other data never waits for a whole
/// segment.
const ZERO_PIECE_BYTES: usize = 1 << 20;

/// Writes zeros from `from` to `to`, a piece at a time, each synced.
fn write_zeros(file: &dyn StorageFile, from: u64, to: u64) -> io::Result<()> {
    let zeros = vec![0; ZERO_PIECE_BYTES];
    let mut offset = from;
    while offset < to {
        let length = usize::try_from(to - offset).unwrap_or(usize::MAX).min(zeros.len());
        file.write_all_at(zeros.get(..length).unwrap_or_default(), offset)?;
        file.sync_data()?;
        offset += length as u64;
    }
    Ok(())
}
