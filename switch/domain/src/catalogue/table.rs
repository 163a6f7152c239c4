//! An open-addressing table of products by GTIN: one entry is half a cache line and stands where its hash points, so that a
//! look-up among a million products costs one miss.

use jiff::civil;

/// What a decision needs of a product, in 32 bytes that never straddle two cache lines.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Entry {
    pub(super) gtin: u64,
    /// Fen; zero where no price was filed.
    pub(super) filed_price: u64,
    pub(super) valid_from: civil::Date,
    pub(super) valid_to: civil::Date,
    /// The product's place in the order of entry, where its texts are found.
    pub(super) row: u32,
    pub(super) category: u16,
    /// Zero where it has none.
    pub(super) grade: u8,
}

const _: () = assert!(size_of::<Entry>() == 32, "two entries to a cache line");

/// No product: more digits than a GTIN can have.
const FREE: u64 = u64::MAX;

const FREE_ENTRY: Entry = Entry {
    gtin: FREE,
    filed_price: 0,
    valid_from: civil::Date::MIN,
    valid_to: civil::Date::MIN,
    row: 0,
    category: 0,
    grade: 0,
};

/// At most seven of ten places are taken: 2.2 probes for a product that is there, 6 for one that is not, on average.
const TAKEN_OF_TEN_MAX: usize = 7;

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    places: Vec<Entry>,
    taken: usize,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.taken
    }

    pub(super) fn get(&self, gtin: u64) -> Option<&Entry> {
        let entry = self.places.get(self.place_of(gtin)?)?;
        (entry.gtin != FREE).then_some(entry)
    }

    /// Puts a product in, unless it is there (or its number is none that a GTIN can have).
    pub(super) fn insert(&mut self, entry: Entry) -> bool {
        if entry.gtin == FREE {
            return false;
        }
        if (self.taken + 1) * 10 > self.places.len() * TAKEN_OF_TEN_MAX {
            self.resize(self.places.len() * 2 + 64);
        }
        let place = self.place_of(entry.gtin).and_then(|place| self.places.get_mut(place));
        let Some(place) = place.filter(|place| place.gtin == FREE) else { return false };
        *place = entry;
        self.taken += 1;
        true
    }

    /// Gives back the places that growing took ahead.
    pub(super) fn shrink(&mut self) {
        self.resize(self.taken * 10 / TAKEN_OF_TEN_MAX + 1);
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.places.iter().filter(|entry| entry.gtin != FREE)
    }

    fn resize(&mut self, places: usize) {
        let old = std::mem::replace(&mut self.places, vec![FREE_ENTRY; places]);
        for entry in old.into_iter().filter(|entry| entry.gtin != FREE) {
            if let Some(place) = self.place_of(entry.gtin).and_then(|place| self.places.get_mut(place)) {
                *place = entry;
            }
        }
    }

    /// Where a product stands, or else the free place where it would; none in a table of no places. There is always a
    /// free place, so the search ends.
    fn place_of(&self, gtin: u64) -> Option<usize> {
        let home = home(gtin, self.places.len());
        let (before, from_home) = self.places.split_at_checked(home)?;
        let here = |entry: &Entry| entry.gtin == gtin || entry.gtin == FREE;
        match from_home.iter().position(here) {
            Some(distance) => Some(home + distance),
            None => before.iter().position(here),
        }
    }
}

/// The place where the search for a GTIN begins: the product of number and key, folded so that every digit counts, then
/// scaled to the table. Products come from the operator's files, so nobody can choose them to collide.
fn home(gtin: u64, places: usize) -> usize {
    const KEY: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
    let product = u128::from(gtin).wrapping_add(1).wrapping_mul(KEY);
    let folded = (product >> 64) ^ (product & u128::from(u64::MAX));
    let scaled = (folded * u128::try_from(places).unwrap_or(0)) >> 64;
    usize::try_from(scaled).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn finds_what_was_put_in_and_nothing_else() {
        let mut table = Table::default();
        let mut model = BTreeMap::new();
        for row in 0..5_000u32 {
            // Runs of consecutive numbers, as makers number their products, and repeats.
            let gtin = 6_900_000_000_000 + u64::from(row % 4_000) * 10 + u64::from(row / 4_500) * 77_777;
            let inserted = table.insert(Entry { gtin, row, ..FREE_ENTRY });
            assert_eq!(inserted, !model.contains_key(&gtin));
            model.entry(gtin).or_insert(row);
        }
        table.shrink();
        assert_eq!(table.len(), model.len());
        assert_eq!(table.entries().count(), model.len());
        assert!(model.iter().all(|(gtin, row)| table.get(*gtin).is_some_and(|entry| entry.row == *row)));
        assert!((0..5_000).all(|number| table.get(number).is_none()));
        assert!(table.get(FREE).is_none() && !table.insert(FREE_ENTRY));
    }

    #[test]
    fn an_empty_table_has_nothing() {
        let mut table = Table::default();
        assert!(table.get(1).is_none());
        table.shrink();
        assert!(table.get(1).is_none());
    }
}
