//! A business day as settled.

use super::{SettlementError, Totals};
use crate::ids::Lsn;
use crate::money::MinorUnits;
use crate::time::BusinessDate;

/// A day as settled.
#[derive(Clone, Debug)]
pub struct Day {
    /// The day.
    pub date: BusinessDate,
    /// Whether the journal holds a record of a later day, so that nothing can be added to this one.
    pub is_over: bool,
    /// Its first and its last record; none for a day without records.
    pub range: Option<(Lsn, Lsn)>,
    /// The last record up to and with this day: where the journal is cut.
    pub cut: Lsn,
    /// Records of the day, of all kinds.
    pub records: u64,
    /// Those of them stamped with an earlier business date than the one they are settled on.
    pub late_records: u64,
    /// What was granted and returned.
    pub totals: Totals,
    /// Holds open at the cut, of this and earlier days: not settled.
    pub held: Holds,
    /// Those of them whose outcome at the issuer is unknown.
    pub in_doubt: Holds,
    /// Reversals, voids and refunds asked for and not answered by the issuer at the cut.
    pub reversals_open: u64,
}

/// Holds, counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Holds {
    /// How many.
    pub count: u64,
    /// The subsidies held.
    pub amount: MinorUnits,
}

impl Day {
    /// A day before its first record.
    pub(super) fn new(date: BusinessDate) -> Self {
        Self {
            date,
            is_over: false,
            range: None,
            cut: Lsn::NONE,
            records: 0,
            late_records: 0,
            totals: Totals::default(),
            held: Holds::default(),
            in_doubt: Holds::default(),
            reversals_open: 0,
        }
    }
}

impl Holds {
    pub(super) fn add(&mut self, amount: MinorUnits, lsn: Lsn) -> Result<(), SettlementError> {
        self.count += 1;
        self.amount = self.amount.checked_add(amount).ok_or(SettlementError::OutOfRange { lsn })?;
        Ok(())
    }
}
