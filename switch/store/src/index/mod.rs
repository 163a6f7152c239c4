//! What is found faster than by reading the journal: records by retrieval reference number. All of it can be thrown away and
//! folded from the journal again; nothing here is the truth. Balances and allowances are not in it: they live in memory, and a
//! start takes them from a snapshot.
//!
//! # Invariants
//! - Only durable records are folded, and the LSN reached goes in with the rows of its batch, atomically. So an index is
//!   always that of some prefix of the journal, and whether it lags is one number.
//! - An index that is ahead of its journal, or that cannot be opened or read, is thrown away.
//! - One thread writes ([`Applier`]); readers ask at any time. Sales never wait for it.
//!
//! Two stores of rows stand behind one trait: [`RunIndex`], sorted files that are written once, and [`SledIndex`]. [`AnyIndex`] is
//! whichever the operator chose. May call nothing of the store but the journal's reader and the storage.

mod any;
mod applier;
mod error;
mod key;
mod run;
mod run_index;
mod sled_index;

pub use any::{AnyIndex, IndexKind};
pub use applier::{Applier, BATCH_RECORDS_MAX, History, rebuild};
pub use error::{ApplyError, IndexError};
pub use run_index::{RUN_ROWS, RunIndex};
pub use sled_index::SledIndex;

use lijian_domain::ids::{Lsn, Rrn};
use std::path::PathBuf;

/// LSNs that [`Index::by_rrn`] gives at most, the newest: reference numbers repeat, and a peer may repeat one without end.
pub const BY_RRN_MAX: usize = 1_000;

/// A number and a record that it leads to.
pub type Row = (Rrn, Lsn);

/// Rows that are written together with the LSN they stand for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Batch {
    /// All records up to this one are in the index then.
    pub applied: Lsn,
    /// Records to be found by a reference number, in order, each once.
    pub rows: Vec<Row>,
}

/// An index, and what had to be done to have one.
#[derive(Debug)]
pub struct Opened<I> {
    /// It may lag behind the journal, down to being empty.
    pub index: I,
    /// Why an earlier index was thrown away; none if it was not. Worth an alarm line: the fold takes a while.
    pub thrown_away: Option<ThrownAway>,
}

/// Why an index was thrown away.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ThrownAway {
    /// It could not be opened or read.
    #[error("it was damaged and has been moved to {moved_to}")]
    Damaged {
        /// Where it is now. The next damaged one takes its place.
        moved_to: PathBuf,
    },
    /// A part of it could not be read, or was missing.
    #[error("it was damaged behind record {whole}, and is kept up to there")]
    Torn {
        /// The last record before the damage.
        whole: Lsn,
    },
    /// It knew records that the journal does not have.
    #[error("it stood at record {applied}, ahead of the journal's {durable}")]
    Ahead {
        /// The index's last record.
        applied: Lsn,
        /// The journal's last record.
        durable: Lsn,
    },
}

/// A store of rows, without any opinion about what they mean.
pub trait Index {
    /// Writes a batch: all of it or nothing, also over a crash.
    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError>;

    /// The last record that is in; [`Lsn::NONE`] of an empty index. What a crash leaves of it can be less.
    fn applied(&self) -> Result<Lsn, IndexError>;

    /// The intents and refusals of a reference number, in their order: [`BY_RRN_MAX`] of them at most, the newest.
    fn by_rrn(&self, rrn: &Rrn) -> Result<Vec<Lsn>, IndexError>;

    /// Reads all of it that can be damaged unseen, and says whether it is whole; what is found out later is told by whoever
    /// finds it.
    fn prove(&self) -> Result<(), IndexError> {
        Ok(())
    }

    /// Writes what a start would have to fold again: for an end in order.
    fn finish(&mut self) -> Result<(), IndexError> {
        Ok(())
    }

    /// Forgets everything.
    fn clear(&mut self) -> Result<(), IndexError>;
}
