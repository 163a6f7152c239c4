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
    /// Taken back, as the till was told, and it still stands.
    #[error("grant {grant}, RRN {rrn}: the till was told that it is reversed, in the ledger it is {state}")]
    NotReversed {
        /// Its id.
        grant: String,
        /// Of the answer.
        rrn: String,
        /// The ledger's.
        state: State,
    },
    /// A repeat was told something else than the sale.
    #[error("grant {grant}, RRN {rrn}: a repeat was told other amounts or another RRN than the sale")]
    Repeat {
        /// Tag 84.
        grant: String,
        /// Field 37 of the repeat's answer.
        rrn: String,
    },
    /// A void or refund that the till was told of, and the ledger does not have so.
    #[error(
        "grant {grant}, terminal {terminal}, STAN {stan:06}: the till was told that {told} are given back, the ledger says {ledger}"
    )]
    Return {
        /// Of the sale.
        grant: String,
        /// Field 41.
        terminal: String,
        /// Field 11.
        stan: u32,
        /// To the card, in minor units.
        told: u64,
        /// To the card, in minor units; 0 where there is none.
        ledger: u64,
    },
    /// A void or refund of which no till knows.
    #[error(
        "grant {grant}, terminal {terminal}, STAN {stan:06}: the ledger gave {ledger} back, no till was told of it"
    )]
    ReturnNotTold {
        /// Of the sale.
        grant: String,
        /// Field 41.
        terminal: String,
        /// Field 11.
        stan: u32,
        /// To the card, in minor units.
        ledger: u64,
    },
    /// More was given back than was paid, or not all of it where all was given back.
    #[error(
        "grant {grant}, RRN {rrn}: {paid_back} of {paid} paid and {discount_back} of {discount} granted were given back"
    )]
    Returned {
        /// Its id.
        grant: String,
        /// Of the answer.
        rrn: String,
        /// To the card, in minor units.
        paid_back: u128,
        /// By the card, in minor units.
        paid: u64,
        /// To the sponsors, in minor units.
        discount_back: u128,
        /// By the sponsors, in minor units.
        discount: u64,
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
        sum: i128,
        /// In minor units.
        found: u64,
    },
}
