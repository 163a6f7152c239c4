//! The journal: the truth. Everything that happens to money is a record here first; budgets, ledger, settlement and every
//! answer to "why" are folds over it.
//!
//! Invariants:
//! - LSNs run from 1 without gaps; a record that [`Journal::durable`] has reached is on the medium, as the
//!   [`Durability`] in force understands that, and is never lost or changed.
//! - One batch is one write and one sync; what gathers while it syncs is the next batch.
//! - After a failed write or sync nothing is acknowledged any more, for the life of the process.
//! - A tail is cut only when no whole batch follows it anywhere; any other damage refuses the start.
//!
//! May call `crate::storage` and `crate::format`. The way of a record: [`Journal::append`] (handle) puts it into the next
//! batch, the thread in `writer` takes the batch, `appender` writes and syncs it, `preparer` has the next segment ready,
//! `walk` reads batches back, from places that `probe` finds, for `opened` (start) and `reader` (everybody else).

mod ahead;
mod appender;
mod error;
mod event;
mod opened;
mod options;
mod preparer;
mod probe;
mod progress;
mod reader;
mod segments;
mod sync;
mod tail;
mod walk;
mod window;
mod writer;

pub use ahead::ReadAhead;
pub use error::{AppendError, JournalError};
pub use event::{BatchTimings, JournalEvent, JournalFault};
pub use opened::{OpenJournal, OpenReport};
pub use options::{Durability, JournalOptions, SEGMENT_BYTES_MIN};
pub use progress::{JournalProgress, ProgressSeen};
pub use reader::{Entries, JournalReader};
pub use writer::Journal;

use crate::format::ChainHash;
use lijian_domain::ids::Lsn;

/// Where a journal ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JournalHead {
    /// The LSN of its last record; [`Lsn::NONE`] of an empty one.
    pub lsn: Lsn,
    /// The chain hash after its last batch.
    pub chain: ChainHash,
}
