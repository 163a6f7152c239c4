//! Places of rows by what they are found by, which the rows themselves hold: four bytes and a tag of one byte each.

use hashbrown::HashTable;
use std::hash::{BuildHasher, Hash, RandomState};

const PART_BITS: u32 = 10;
/// An index grows by parts: at ten million rows each doubles within a millisecond or two, and never all at once.
const PARTS: usize = 1 << PART_BITS;
/// A table takes its bits from both ends of a hash; a part is named by bits from its middle.
const PART_SHIFT: u32 = 40;

/// See the file.
#[derive(Clone)]
pub(super) struct Index {
    /// The standard library's keyed hash: peers choose what is looked for.
    hasher: RandomState,
    parts: Box<[HashTable<u32>]>,
}

impl Default for Index {
    fn default() -> Self {
        Self { hasher: RandomState::new(), parts: (0..PARTS).map(|_| HashTable::new()).collect() }
    }
}

impl Index {
    /// The place of the row with this key, which `is_it` tells by the row.
    pub(super) fn find(&self, key: &impl Hash, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        self.parts.get(part(hash))?.find(hash, |place| is_it(*place)).copied()
    }

    /// Puts in the place of a row whose key is not in yet; `key_of` tells the key of any row that is.
    pub(super) fn insert<K: Hash>(&mut self, key: &K, place: u32, key_of: impl Fn(u32) -> Option<K>) {
        let Self { hasher, parts } = self;
        let hash = hasher.hash_one(key);
        let again = |place: &u32| key_of(*place).map_or(0, |key| hasher.hash_one(&key));
        if let Some(part) = parts.get_mut(part(hash)) {
            part.insert_unique(hash, place, again);
        }
    }

    /// Another row has this key now.
    pub(super) fn replace(&mut self, key: &impl Hash, before: u32, place: u32) {
        let hash = self.hasher.hash_one(key);
        let found = self.parts.get_mut(part(hash)).and_then(|part| part.find_mut(hash, |found| *found == before));
        if let Some(found) = found {
            *found = place;
        }
    }
}

fn part(hash: u64) -> usize {
    usize::try_from(hash >> PART_SHIFT).unwrap_or_default() & (PARTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_while_it_grows() {
        let mut index = Index::default();
        let key_of = |place: u32| Some(u64::from(place) * 3);
        for place in 0..50_000_u32 {
            index.insert(&(u64::from(place) * 3), place, key_of);
        }
        for place in 0..50_000_u32 {
            let key = u64::from(place) * 3;
            assert_eq!(index.find(&key, |found| key_of(found) == Some(key)), Some(place));
            assert_eq!(index.find(&(key + 1), |found| key_of(found) == Some(key + 1)), None);
        }
        index.replace(&9_u64, 3, 70_000);
        assert_eq!(index.find(&9_u64, |found| found == 70_000), Some(70_000));
        let largest = index.parts.iter().map(HashTable::len).max().unwrap();
        assert!(largest < 150, "{largest} of 50,000 in one of {PARTS} parts");
    }
}
