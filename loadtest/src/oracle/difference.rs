//! What differs, in words: sales by grant and RRN, amounts in minor units. No card number comes this far.

use super::ledger::State;

/// One thing that differs.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Difference {
    /// Amounts of a sale.
    #[error("grant {grant}, RRN {rrn}: {what}: the till was told {told}, the ledger says {ledger}")]
    Amount {
        /// Tag 84.
        grant: String,
        /// Field 37.
        rrn: String,
        /// Which amount.
        what: &'static str,
        /// In minor units.
        told: u64,
        /// In minor units.
        ledger: u64,
    },
    /// Reference of a sale.
    #[error("grant {grant}: the till was told RRN {told}, the ledger says {ledger}")]
    Rrn {
        /// Tag 84.
        grant: String,
        /// Field 37.
        told: String,
        /// The ledger's.
        ledger: String,
    },
    /// A discount for which there is no grant.
    #[error("RRN {rrn}: the till was told a discount of {found} and no grant")]
    NoGrant {
        /// Field 37.
        rrn: String,
        /// In minor units.
        found: u64,
    },
    /// Two approvals with one grant.
    #[error("grant {grant}, RRN {rrn}: told more than once")]
    ToldTwice {
        /// Tag 84.
        grant: String,
        /// Field 37.
        rrn: String,
    },
    /// Two intents with one grant.
    #[error("grant {grant}: stands in the ledger more than once")]
    GrantedTwice {
        /// Its id.
        grant: String,
    },
    /// Approved, and the ledger knows nothing of it.
    #[error("grant {grant}, RRN {rrn}: the till was told of it, the ledger has no such grant")]
    NotInLedger {
        /// Tag 84.
        grant: String,
        /// Field 37.
        rrn: String,
    },
    /// Approved, and the ledger says something else.
    #[error("grant {grant}, RRN {rrn}: the till was told that it is approved, in the ledger it is {state}")]
    NotGranted {
        /// Tag 84.
        grant: String,
        /// Field 37.
        rrn: String,
        /// The ledger's.
        state: State,
    },
    /// Granted, and no till was told.
    #[error("grant {grant}, RRN {rrn}: the ledger granted {discount_minor}, no till was told of it")]
    NotTold {
        /// Its id.
        grant: String,
        /// Of the answer.
        rrn: String,
        /// In minor units.
        discount_minor: u64,
    },
    /// A grant of the ledger that does not add up.
    #[error("grant {grant}, RRN {rrn}: {what} come to {sum}, the ledger says {ledger}")]
    Sum {
        /// Its id.
        grant: String,
        /// Of the answer.
        rrn: String,
        /// What was added up.
        what: &'static str,
        /// In minor units.
        sum: u128,
        /// In minor units.
        ledger: u64,
    },
    /// A discount other than the rates say.
    #[error("grant {grant}, RRN {rrn}: item {gtin}: expected a discount of {expected}, the ledger says {ledger}")]
    Rate {
        /// Its id.
        grant: String,
        /// Of the answer.
        rrn: String,
        /// What was sold.
        gtin: String,
        /// In minor units.
        expected: u128,
        /// In minor units.
        ledger: u64,
    },
    /// A budget.
    #[error("budget {id}: {what}: the grants come to {sum}, the switch says {found}")]
    Budget {
        /// Which.
        id: String,
        /// Held or used.
        what: &'static str,
        /// In minor units.
        sum: u128,
        /// In minor units.
        found: u64,
    },
}
