//! Draws from a seed: the same seed draws the same.

use std::hash::{BuildHasher, RandomState};

/// SplitMix64.
pub(super) struct Dice(u64);

/// A seed that nobody drew before.
pub(super) fn fresh_seed() -> u64 {
    RandomState::new().hash_one(0) >> 16
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % limit
    }

    pub(super) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let length = u64::try_from(from.len()).unwrap();
        (length > 0).then(|| &from[usize::try_from(self.below(length)).unwrap()])
    }
}
