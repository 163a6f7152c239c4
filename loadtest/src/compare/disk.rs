//! What a sync costs on this machine: a block written into a file that is prepared, and fdatasync, some of them before each pair.

use crate::clock;
use crate::rig::RigError;
use hdrhistogram::Histogram;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

const BLOCK_BYTES: u64 = 4_096;
const BLOCKS: u64 = 1_024;
/// Syncs before each pair.
const SYNCS: u64 = 200;
const HIGHEST_US: u64 = 60_000_000;

/// See the file.
#[derive(Debug)]
pub(super) struct Disk {
    file: File,
    next: u64,
    sync_us: Option<Histogram<u64>>,
}

impl Disk {
    /// A file without a name in this directory.
    pub(super) fn open(folder: &Path) -> Result<Self, RigError> {
        let failed = |source| RigError::File { path: folder.to_owned(), source };
        let prepare = || {
            let file = tempfile::tempfile_in(folder)?;
            for block in 0..BLOCKS {
                file.write_all_at(&[0; 4_096], block * BLOCK_BYTES)?;
            }
            file.sync_all()?;
            io::Result::Ok(file)
        };
        let file = prepare().map_err(failed)?;
        Ok(Self { file, next: 0, sync_us: Histogram::new_with_bounds(1, HIGHEST_US, 3).ok() })
    }

    /// Syncs, and keeps how long each took.
    pub(super) fn probe(&mut self) -> Result<(), RigError> {
        let failed = |source| RigError::File { path: "the file that is synced".into(), source };
        for _ in 0..SYNCS {
            let block = self.next % BLOCKS;
            self.next += 1;
            self.file.write_all_at(&[0x5a; 4_096], block * BLOCK_BYTES).map_err(failed)?;
            let before_ns = clock::monotonic_ns();
            self.file.sync_data().map_err(failed)?;
            let took_us = clock::monotonic_ns().saturating_sub(before_ns) / 1_000;
            if let Some(sync_us) = &mut self.sync_us {
                sync_us.saturating_record(took_us.max(1));
            }
        }
        Ok(())
    }

    /// Half of them took no longer, in microseconds.
    pub(super) fn p50_us(&self) -> u64 {
        self.sync_us.as_ref().map_or(0, |sync_us| sync_us.value_at_quantile(0.5))
    }

    /// All but a hundredth took no longer, in microseconds.
    pub(super) fn p99_us(&self) -> u64 {
        self.sync_us.as_ref().map_or(0, |sync_us| sync_us.value_at_quantile(0.99))
    }
}
