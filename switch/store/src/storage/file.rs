//! Files of a real directory.

use super::{Storage, StorageFile, write_zeros};
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A directory on disk. Opening it takes no lock: readers beside a running daemon use it too.
#[derive(Debug)]
pub struct FileStorage {
    directory: PathBuf,
}

impl FileStorage {
    /// Opens `directory`, making it first if it is missing.
    pub fn open(directory: &Path) -> io::Result<Self> {
        if !directory.is_dir() {
            fs::create_dir_all(directory)?;
            if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                File::open(parent)?.sync_all()?;
            }
        }
        Ok(Self { directory: directory.to_owned() })
    }

    /// Opens a `directory` that must exist: what a reader wants.
    pub fn open_existing(directory: &Path) -> io::Result<Self> {
        if directory.is_dir() {
            Ok(Self { directory: directory.to_owned() })
        } else {
            Err(io::Error::new(io::ErrorKind::NotFound, format!("{} is no directory", directory.display())))
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

impl Storage for FileStorage {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            // A name that is not UTF-8 is none of ours.
            names.extend(entry?.file_name().into_string().ok());
        }
        Ok(names)
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Box<dyn StorageFile>> {
        let file = File::options().read(true).write(true).create_new(true).open(self.path(name))?;
        write_zeros(&file, 0, bytes)?;
        file.sync_all()?;
        self.sync_directory()?;
        Ok(Box::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(File::options().read(true).write(true).open(self.path(name))?))
    }

    fn open_to_read(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(File::open(self.path(name))?))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn sync_directory(&self) -> io::Result<()> {
        File::open(&self.directory)?.sync_all()
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let filesystem = rustix::fs::statvfs(&self.directory)?;
        Ok(filesystem.f_bavail.saturating_mul(filesystem.f_frsize))
    }

    /// An advisory lock (flock) on the directory itself: the kernel gives it up when the process ends, however it ends.
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        let directory = File::open(&self.directory)?;
        match directory.try_lock() {
            Ok(()) => Ok(Box::new(directory)),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn place(&self) -> String {
        self.directory.display().to_string()
    }
}

impl StorageFile for File {
    fn byte_length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn set_byte_length(&self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match FileExt::read_at(self, rest, offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        FileExt::write_at(self, bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        File::sync_data(self)
    }
}
