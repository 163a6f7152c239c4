//! The money oracle: what tills were told, held against the ledger of the switch, to the minor unit.
//!
//! It reads the lines that a load wrote of its approved sales ([`Acked`]) and the journal as `lijian ledger export` prints it
//! ([`Ledger`]), and counts with arithmetic of its own: nothing of the switch is called. Every grant of the one must be in the
//! other, with the same amounts and the same RRN; each grant must add up in itself; the budgets must hold what the grants come
//! to; and where the expected rates are given ([`Rates`]), each item's discount must be what they say.
//!
//! A sale that its till saw reversed must not stand, one that it did not must; repeats must be told what the sale was told; voids
//! and refunds must be there for the amount that the till was told, and together never more than was paid and granted. Of a request
//! that was not answered the ledger may say either, until its reversal was answered. Calls nothing of this crate; the callers bring
//! files and pages.

mod acked;
mod budgets;
mod difference;
mod judge;
mod ledger;
mod lines;
mod rates;

pub use acked::{Acked, Told, What, Word};
pub use budgets::Budgets;
pub use difference::Difference;
pub use judge::{Verdict, judge};
pub use ledger::{Ledger, LedgerItem, LedgerReturn, LedgerSale, State};
pub use lines::ReadError;
pub use rates::{Rate, Rates};

#[cfg(test)]
mod tests;
