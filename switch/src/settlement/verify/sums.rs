//! Lines of the detail added up, in 128 bits: no number of lines overflows them.

use std::collections::HashMap;

/// All sums of a detail.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) all: Sum,
    pub(super) grants: u64,
    pub(super) returns: u64,
    by_key: HashMap<String, Sum>,
    /// The key being looked up, so that a line costs no allocation.
    key: String,
}

/// Subsidies of some lines.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Sum {
    pub(super) granted: i128,
    pub(super) returned: i128,
    pub(super) granted_rows: u64,
    pub(super) returned_rows: u64,
}

impl Sum {
    pub(super) fn net(&self) -> i128 {
        self.granted - self.returned
    }

    pub(super) fn add(&mut self, is_grant: bool, amount: u64) {
        let (sum, rows) = if is_grant {
            (&mut self.granted, &mut self.granted_rows)
        } else {
            (&mut self.returned, &mut self.returned_rows)
        };
        *sum += i128::from(amount);
        *rows += 1;
    }
}

impl Sums {
    /// Adds a line to the sum of one key.
    pub(super) fn add(&mut self, [dimension, campaign, key]: [&str; 3], is_grant: bool, amount: u64) {
        join(&mut self.key, [dimension, campaign, key]);
        match self.by_key.get_mut(&self.key) {
            Some(sum) => sum.add(is_grant, amount),
            None => self.by_key.entry(self.key.clone()).or_default().add(is_grant, amount),
        }
    }

    /// The sum of a key, if any line has it.
    pub(super) fn get(&self, key: [&str; 3]) -> Option<Sum> {
        let mut joined = String::new();
        join(&mut joined, key);
        self.by_key.get(&joined).copied()
    }

    /// How many keys there are.
    pub(super) fn keys(&self) -> usize {
        self.by_key.len()
    }
}

/// The length of the campaign keeps keys apart whatever their texts hold.
fn join(joined: &mut String, [dimension, campaign, key]: [&str; 3]) {
    joined.clear();
    joined.extend([dimension, "/", &campaign.len().to_string(), "/", campaign, "/", key]);
}
