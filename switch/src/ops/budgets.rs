//! Budgets: limits of the rules in force with what stands on them.

use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::rules::Rules;
use lijian_domain::time::Moment;
use lijian_store::quota::Quota;
use std::collections::BTreeMap;

/// One budget, in minor units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Budget {
    /// As tag 88 names it.
    pub id: String,
    /// None where the rules in force set none, but something stands on it.
    pub limit: Option<u64>,
    /// Held for sales whose outcome is not known.
    pub held: u64,
    /// Granted and not returned.
    pub used: u64,
}

impl Budget {
    /// What can still be given; never below zero, even where a limit was lowered under what is used.
    pub fn remaining(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.held).saturating_sub(self.used))
    }
}

/// All budgets with a limit in money at this moment, and all others on which anything stands; the widest first.
pub fn budgets(rules: &Rules, quota: &Quota, now: &Moment) -> Vec<Budget> {
    let mut rows: BTreeMap<CapKey, (Option<u64>, CapBalance)> = BTreeMap::new();
    for (key, balance) in quota.budgets() {
        rows.insert(key, (None, balance));
    }
    for (key, limit) in rules.caps(now) {
        if let Some(amount) = limit.amount {
            rows.entry(key).or_default().0 = Some(amount.get());
        }
    }
    let budget = |(key, (limit, balance)): (CapKey, (Option<u64>, CapBalance))| Budget {
        id: key.to_string(),
        limit,
        held: balance.held.get(),
        used: balance.used.get(),
    };
    rows.into_iter().rev().map(budget).collect()
}
