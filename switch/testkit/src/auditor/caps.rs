//! The caps, counted from records alone.

use super::facts::{Balance, Limit};
use super::record::Take;
use super::rule::{Rule, Violation};
use std::collections::BTreeMap;

/// All caps that any record named.
#[derive(Clone, Debug, Default)]
pub(super) struct Caps(BTreeMap<String, Balance>);

/// How a record moves what it names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Move {
    /// Free to held.
    Hold,
    /// Held to used.
    Grant,
    /// Held to free.
    Release,
    /// Used to free.
    GiveBack,
}

impl Caps {
    pub(super) fn apply(&mut self, step: Move, takes: &[Take], limits: &[Limit]) -> Result<(), Violation> {
        for take in takes {
            let balance = self.0.entry(take.cap.clone()).or_default();
            let moved = moved(*balance, step, take);
            *balance =
                moved.ok_or_else(|| Rule::EndsOnce.broken(format!("{step:?} of {take:?} where {balance:?} stands")))?;
            if step == Move::Hold {
                within(&take.cap, balance, limits)?;
            }
        }
        Ok(())
    }

    pub(super) fn balance(&self, cap: &str) -> Balance {
        self.0.get(cap).copied().unwrap_or_default()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

fn moved(from: Balance, step: Move, take: &Take) -> Option<Balance> {
    let Balance { held, used, held_count, used_count } = from;
    let less_held = || Some((held.checked_sub(take.amount)?, held_count.checked_sub(take.count)?));
    Some(match step {
        Move::Hold => {
            Balance { held: held.checked_add(take.amount)?, held_count: held_count.checked_add(take.count)?, ..from }
        }
        Move::Grant => {
            let (held, held_count) = less_held()?;
            let (used, used_count) = (used.checked_add(take.amount)?, used_count.checked_add(take.count)?);
            Balance { held, used, held_count, used_count }
        }
        Move::Release => {
            let (held, held_count) = less_held()?;
            Balance { held, held_count, ..from }
        }
        Move::GiveBack => {
            Balance { used: used.checked_sub(take.amount)?, used_count: used_count.checked_sub(take.count)?, ..from }
        }
    })
}

fn within(cap: &str, balance: &Balance, limits: &[Limit]) -> Result<(), Violation> {
    let amount = u128::from(balance.held) + u128::from(balance.used);
    let count = u64::from(balance.held_count) + u64::from(balance.used_count);
    let breaks = |limit: &&Limit| {
        let over_amount = limit.amount.is_some_and(|most| amount > u128::from(most));
        cap.starts_with(&limit.cap) && (over_amount || limit.count.is_some_and(|most| count > u64::from(most)))
    };
    match limits.iter().find(breaks) {
        Some(limit) => Err(Rule::CapWithinLimit.broken(format!("{cap}: {balance:?} is over {limit:?}"))),
        None => Ok(()),
    }
}
