//! A condition that an operator writes for one campaign, beside the rules that every campaign has. What it is written in is
//! not known here: whoever reads the campaign's file compiles it.

use crate::catalogue::Product;
use crate::merchants::Merchant;
use crate::money::MinorUnits;
use crate::sale::{ItemRequest, SaleRequest};
use jiff::civil;
use std::fmt;
use std::sync::Arc;

/// A compiled condition. Telling whether it holds takes a bounded time, and the same facts always tell the same.
pub trait Condition: Send + Sync + fmt::Debug {
    /// As it was written.
    fn text(&self) -> &str;

    /// Whether it holds for an item of a sale.
    fn holds(&self, facts: &Facts<'_>) -> Result<bool, ConditionFailed>;
}

/// A condition could not be told: a number left its range, or was divided by zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the condition cannot be told for this sale")]
pub struct ConditionFailed;

/// What a condition can ask about: an item of a sale, with what the registers know of it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The sale.
    pub request: &'a SaleRequest,
    /// The item.
    pub item: &'a ItemRequest,
    /// What the library says of it.
    pub product: &'a Product,
    /// Its brand; empty where the library has none.
    pub brand: &'a str,
    /// Where it is sold.
    pub merchant: &'a Merchant,
    /// What it gets if the condition holds.
    pub discount: MinorUnits,
    /// When, in the programme's zone.
    pub local: civil::DateTime,
}

/// A campaign's condition. Two are the same if they are written the same.
#[derive(Clone, Debug)]
pub struct FreeCondition(pub Arc<dyn Condition>);

impl PartialEq for FreeCondition {
    fn eq(&self, other: &Self) -> bool {
        self.0.text() == other.0.text()
    }
}

impl Eq for FreeCondition {}
