//! A file in the making: hashed and counted as it is written.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};

/// A file in the making.
pub(super) struct OutputFile {
    file: File,
    hash: Sha256,
    bytes: u64,
}

/// What was written.
pub(super) struct Written {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl OutputFile {
    pub(super) fn new(file: File) -> Self {
        Self { file, hash: Sha256::new(), bytes: 0 }
    }

    /// Brings the file to the disk.
    pub(super) fn finish(self) -> io::Result<Written> {
        self.file.sync_all()?;
        Ok(Written { bytes: self.bytes, sha256: super::hexadecimal(&self.hash.finalize()) })
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += u64::try_from(written).unwrap_or(u64::MAX);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
