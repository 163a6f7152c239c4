//! What is found faster than by reading the journal: records by retrieval reference number, and balances of caps and
//! allowances. All of it can be thrown away and folded from the journal again; nothing here is the truth.
//!
//! # Invariants
//! - Only durable records are folded, and the LSN reached goes in with the rows of its batch, atomically. So an index is
//!   always that of some prefix of the journal, and whether it lags is one number.
//! - An index that is ahead of its journal, or that cannot be opened, is thrown away.
//! - One thread writes ([`Applier`]); readers ask at any time. Sales never wait for it.
//!
//! May call nothing of the store but the journal's reader.

mod applier;
mod error;
mod fold;
mod key;
mod sled_index;

pub use applier::{Applier, BATCH_RECORDS_MAX, History, rebuild};
pub use error::{ApplyError, IndexError};
pub use sled_index::{OpenedIndex, SledIndex, ThrownAway};

use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::ids::{Lsn, Rrn};
use std::collections::{BTreeMap, BTreeSet};

/// LSNs that [`Index::by_rrn`] gives at most, the newest: reference numbers repeat, and a peer may repeat one without end.
pub const BY_RRN_MAX: usize = 1_000;

/// Rows that are written together with the LSN they stand for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Batch {
    /// All records up to this one are in the index then.
    pub applied: Lsn,
    /// Records to be found by a reference number.
    pub rrns: BTreeSet<(Rrn, Lsn)>,
    /// What stands on each cap that changed; a balance of nothing removes its row.
    pub balances: BTreeMap<CapKey, CapBalance>,
}

/// A store of rows, without any opinion about what they mean.
pub trait Index {
    /// Writes a batch: all of it or nothing, also over a crash.
    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError>;

    /// The last record that is in; [`Lsn::NONE`] of an empty index.
    fn applied(&self) -> Result<Lsn, IndexError>;

    /// The intents and refusals of a reference number, in their order: [`BY_RRN_MAX`] of them at most, the newest.
    fn by_rrn(&self, rrn: &Rrn) -> Result<Vec<Lsn>, IndexError>;

    /// What stands on a cap, as of [`Self::applied`].
    fn balance(&self, key: &CapKey) -> Result<CapBalance, IndexError>;

    /// Shows all caps on which anything stands.
    fn for_each_balance(&self, visit: &mut dyn FnMut(CapKey, CapBalance)) -> Result<(), IndexError>;

    /// Forgets everything.
    fn clear(&mut self) -> Result<(), IndexError>;
}
