//! A directory that keeps nothing: a journal on it takes records and makes them durable at no cost of a disk's.

use lijian_store::storage::{Storage, StorageFile};
use std::io;

#[derive(Debug)]
pub(crate) struct Nowhere;

/// So long, and empty.
#[derive(Debug)]
struct Hole {
    bytes: u64,
}

impl Storage for Nowhere {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn create(&self, _: &str, bytes: u64) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(Hole { bytes }))
    }

    fn open(&self, _: &str) -> io::Result<Box<dyn StorageFile>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn open_to_read(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        self.open(name)
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(u64::MAX)
    }

    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        Ok(Box::new(()))
    }

    fn place(&self) -> String {
        "nowhere".to_owned()
    }
}

impl StorageFile for Hole {
    fn byte_length(&self) -> io::Result<u64> {
        Ok(self.bytes)
    }

    fn set_byte_length(&self, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn read_at(&self, buffer: &mut [u8], _: u64) -> io::Result<usize> {
        buffer.fill(0);
        Ok(buffer.len())
    }

    fn write_at(&self, bytes: &[u8], _: u64) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }
}
