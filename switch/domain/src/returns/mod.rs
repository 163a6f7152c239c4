//! The algebra of giving money back: what a reversal, a void or a refund returns to the card, the sponsors and the caps.
//!
//! [`share`] decides one return from the award, the campaign's policy and what was given back before ([`Standing`]);
//! [`ReturnLog`] folds accepted returns into a standing, each once by its id. Pure values, integers only.
//!
//! Invariants: each part keeps the row identity (gross = net + discount, discount = sum of the sponsors' parts); all
//! parts together never exceed the grant, sponsor by sponsor and cap by cap; once the last part is given, card, sponsors
//! and budgets have back exactly what they gave, however the sale was cut up. Parts are rounded cumulatively: what has
//! been given after a part depends on the sum returned, not on the number of parts. Goods come back in their order
//! ([`in_order`]): a category's budget, and a person's allowance in it, get what the settlement's lines say of the category.
//! Sponsors pay every piece of a discount by one rule ([`funded`]), so that parts of a sale and its goods fit each other.
//!
//! What this room does not say: in which phase of disbursement a return falls, when a void can no longer be reversed
//! itself, and which message is a return of which sale.

mod log;
mod order;
mod part;
mod refund;
mod reject;
mod share;
mod sponsors;
mod standing;

pub use log::{Folded, ReturnLog};
pub use order::in_order;
pub use part::Part;
pub use reject::Reject;
pub use share::share;
pub use sponsors::funded;
pub use standing::Standing;

use crate::cap::Takes;
use crate::money::MinorUnits;

/// How a sale is undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Its message is (0400, 0420 and their repeats): whole, at whatever time. It was as if it had never been.
    Reversal,
    /// It is cancelled on its day and in its batch: whole.
    Void,
    /// Goods came back (0220): whole or in parts.
    Refund,
}

/// What the amount of a refund request is a part of: a matter of the link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// Of the price: subsidy and card payment together.
    Gross,
    /// Of what the card paid.
    Net,
}

/// A return that somebody asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ask {
    /// How.
    pub way: Way,
    /// DE4 as sent.
    pub amount: MinorUnits,
    /// What a refund's amount is a part of. A reversal or a void may name the whole gross or the whole net amount.
    pub base: Base,
    /// Whether it comes on the business date and in the batch of the sale; a void has to.
    pub same_batch: bool,
}

/// When a person's allowance comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Nothing of it comes back by this return.
    Never,
    /// With the budgets.
    Now,
    /// On the next business date.
    NextDay,
}

/// What one return gives back, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    /// To whom and how much.
    pub part: Part,
    /// When the personal caps among [`Part::takes`] get it; budgets get theirs at once.
    pub allowance: When,
    /// Whether nothing is left to give back after it.
    pub is_last: bool,
}

impl Share {
    /// What goes back to caps at this time; [`When::Never`] gives none.
    pub fn takes_due(&self, when: When) -> Takes {
        let due = |personal: bool| match when {
            When::Never => false,
            When::Now => !personal || self.allowance == When::Now,
            When::NextDay => personal && self.allowance == When::NextDay,
        };
        self.part.takes.iter().filter(|take| due(take.key.kind().is_personal())).copied().collect()
    }
}
