//! The switch's budgets, as `/api/v1/budgets` says them, against what the grants come to.

use super::difference::Difference;
use super::ledger::{Ledger, State};
use serde::Deserialize;
use std::collections::HashMap;

/// The page.
#[derive(Clone, Debug, Deserialize)]
pub struct Budgets {
    budgets: Vec<Budget>,
}

#[derive(Clone, Debug, Deserialize)]
struct Budget {
    id: String,
    held: u64,
    used: u64,
}

impl Budgets {
    /// Reads the page.
    ///
    /// # Errors
    /// It is another page.
    pub fn read(page: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(page).map_err(|error| error.to_string())
    }

    pub(super) fn differences(&self, ledger: &Ledger) -> Vec<Difference> {
        let mut sums: HashMap<&str, (i128, i128)> = HashMap::new();
        for sale in ledger.sales() {
            for take in &sale.caps {
                let (held, used) = sums.entry(&take.id).or_default();
                match sale.state {
                    State::Open | State::InDoubt => *held += i128::from(take.amount),
                    State::Granted => *used += i128::from(take.amount),
                    State::Released | State::Reversed => {}
                }
            }
            for back in sale.given_back.iter().filter(|_| sale.state == State::Granted) {
                let (_, used) = sums.entry(&back.id).or_default();
                *used -= i128::from(back.amount);
            }
        }
        let mut differences = Vec::new();
        for Budget { id, held, used } in &self.budgets {
            let (sum_held, sum_used) = sums.get(id.as_str()).copied().unwrap_or_default();
            for (what, sum, found) in [("held", sum_held, *held), ("used", sum_used, *used)] {
                if sum != i128::from(found) {
                    differences.push(Difference::Budget { id: id.clone(), what, sum, found });
                }
            }
        }
        differences
    }
}
