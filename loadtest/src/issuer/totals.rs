//! Counts and sums of an issuer's books, and the accounts of its cards.

use super::books::Movement;

/// Counts and sums since the issuer was bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Messages read, of any kind.
    pub messages: u64,
    /// Answers handed to a connection (or, for late ones, queued for it).
    pub answered: u64,
    /// Requests approved and booked.
    pub approved: u64,
    /// The money of what was approved and of what was taken back, over all cards.
    pub sums: Sums,
    /// Requests declined.
    pub declined: u64,
    /// Requests approved and booked, but never answered.
    pub silent: u64,
    /// Requests approved and booked, but answered late.
    pub late: u64,
    /// Requests recognised as seen before.
    pub repeats: u64,
    /// Requests with the identity of an earlier one but another amount or card.
    pub conflicts: u64,
    /// Booked requests taken back.
    pub reversed: u64,
    /// Reversals of what was taken back before.
    pub reversals_repeated: u64,
    /// Reversals of declined requests.
    pub reversals_of_declined: u64,
    /// Reversals whose original is not known.
    pub reversals_unknown: u64,
    /// Reversals with another amount than their original's.
    pub reversals_wrong_amount: u64,
    /// Network management messages.
    pub network: u64,
    /// Messages that could not be read to their end, answered with 30.
    pub format_errors: u64,
    /// Requests of a class that is not served, answered with 40.
    pub unsupported: u64,
    /// Answers that nobody asked for.
    pub unasked: u64,
    /// Connections taken.
    pub connections: u64,
    /// Connections refused because there were too many.
    pub connections_refused: u64,
    /// Connections that the issuer closed because of what came over them.
    pub connections_cut: u64,
}

/// Money that moved, in minor units: of one card, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Approved debits (sales, completions, authorisations), before anything that was taken back.
    pub debited_minor: u128,
    /// Approved credits (refunds, voids), before anything that was taken back.
    pub credited_minor: u128,
    /// Debits taken back.
    pub debits_reversed_minor: u128,
    /// Credits taken back.
    pub credits_reversed_minor: u128,
}

impl Sums {
    /// What was paid on the whole: debits that stand, minus credits that stand.
    ///
    /// Each sum is of 12-digit amounts: it would take 10^26 messages to leave the range.
    #[must_use]
    pub fn paid_minor(&self) -> i128 {
        let signed = |sum: u128| i128::try_from(sum).unwrap_or(i128::MAX);
        let debits = signed(self.debited_minor) - signed(self.debits_reversed_minor);
        debits - (signed(self.credited_minor) - signed(self.credits_reversed_minor))
    }

    pub(super) fn book(&mut self, movement: Movement, amount_minor: u64) {
        match movement {
            Movement::Debit => self.debited_minor += u128::from(amount_minor),
            Movement::Credit => self.credited_minor += u128::from(amount_minor),
            Movement::None => {}
        }
    }

    pub(super) fn take_back(&mut self, movement: Movement, amount_minor: u64) {
        match movement {
            Movement::Debit => self.debits_reversed_minor += u128::from(amount_minor),
            Movement::Credit => self.credits_reversed_minor += u128::from(amount_minor),
            Movement::None => {}
        }
    }
}
