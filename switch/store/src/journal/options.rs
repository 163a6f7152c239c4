//! What an operator may choose about the journal.

use crate::format::{BATCH_HEADER_BYTES, RECORD_BYTES_MAX, SEGMENT_HEADER_BYTES};
use lijian_domain::ids::Lsn;
use std::fmt;

/// The smallest segment: its head and a batch of one record of any size.
pub const SEGMENT_BYTES_MIN: u64 = (SEGMENT_HEADER_BYTES + BATCH_HEADER_BYTES + RECORD_BYTES_MAX) as u64;

/// When a record counts as durable, named by what it takes and said by what it survives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Durability {
    /// `fdatasync` returned. Survives the end of the process, of the operating system, and a power cut, as long as the
    /// disk tells the truth about its cache.
    #[default]
    Fdatasync,
    /// The operating system has the bytes. Survives the end of the process (kill -9 too); a crash of the operating system or
    /// a power cut loses the last seconds of acknowledged grants. For rehearsals and measurements.
    OperatingSystem,
}

impl Durability {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Fdatasync, Self::OperatingSystem];

    /// Its name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fdatasync => "fdatasync",
            Self::OperatingSystem => "operating-system",
        }
    }

    /// Reads a name of the configuration.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|durability| durability.as_str() == name)
    }

    /// Which failure an acknowledged record survives, for people.
    pub const fn survives(self) -> &'static str {
        match self {
            Self::Fdatasync => "end of the process, crash of the operating system, power cut",
            Self::OperatingSystem => "end of the process; not a crash of the operating system, not a power cut",
        }
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// How a journal is opened. [`JournalOptions::default`] is right for a daemon.
#[derive(Clone, Copy, Debug)]
pub struct JournalOptions {
    /// The length of segments made from now on; at least [`SEGMENT_BYTES_MIN`].
    pub segment_bytes: u64,
    /// When a record counts as durable.
    pub durability: Durability,
    /// With less free space than this after a segment was made, [`crate::journal::JournalEvent::SpaceLow`] is raised.
    pub free_bytes_min: u64,
    /// Appending waits while this many bytes gather for the next batch: a slow disk must not fill the memory.
    pub pending_bytes_max: usize,
    /// Segments that hold nothing from this LSN on are not read at the start, only their heads and lengths are checked;
    /// what a snapshot covers need not be proven at each start. From 1, everything is.
    pub check_from: Lsn,
    /// A clock that never goes back, in microseconds, to measure writes and syncs with; without one they count as zero.
    pub monotonic_us: Option<fn() -> u64>,
}

impl Default for JournalOptions {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            durability: Durability::default(),
            free_bytes_min: 1 << 30,
            pending_bytes_max: 8 << 20,
            check_from: Lsn(1),
            monotonic_us: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        assert!(Durability::ALL.iter().all(|durability| Durability::parse(durability.as_str()) == Some(*durability)));
        assert_eq!(Durability::parse("none"), None);
    }
}
