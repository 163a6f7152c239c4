//! An open-addressing table of products by GTIN: an entry is a quarter of a cache line and stands where its hash points, so
//! that a look-up among a million products costs one miss, and the whole table fits where a processor keeps it near.

/// What a decision needs of a product.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Entry {
    /// At most 14 digits.
    pub(super) gtin: u64,
    /// Fen, at most 12 digits; zero where no price was filed.
    pub(super) filed_price: u64,
    /// The place of its category.
    pub(super) category: u16,
    /// The place of its validity.
    pub(super) validity: u16,
    /// Zero where it has none.
    pub(super) grade: u8,
}

/// An entry in two words: GTIN 48 bits and category 16; filed price 40 bits, grade 8 and validity 16.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Packed([u64; 2]);

impl Packed {
    /// No product: more digits than a GTIN can have.
    const FREE: Self = Self([u64::MAX; 2]);
    const GTIN_BITS: u32 = 48;
    const PRICE_BITS: u32 = 40;

    fn pack(entry: &Entry) -> Option<Self> {
        let fits = entry.gtin < GTIN_END && entry.filed_price >> Self::PRICE_BITS == 0;
        let second = entry.filed_price << 24 | u64::from(entry.grade) << 16 | u64::from(entry.validity);
        fits.then_some(Self([entry.gtin << 16 | u64::from(entry.category), second]))
    }

    const fn gtin(self) -> u64 {
        self.0[0] >> (u64::BITS - Self::GTIN_BITS)
    }

    const fn is_free(self) -> bool {
        self.gtin() >= GTIN_END
    }

    fn unpack(self) -> Entry {
        let [first, second] = self.0;
        let [_, _, _, _, _, grade, high, low] = second.to_be_bytes();
        let [.., category_high, category_low] = first.to_be_bytes();
        Entry {
            gtin: self.gtin(),
            filed_price: second >> 24,
            category: u16::from_be_bytes([category_high, category_low]),
            validity: u16::from_be_bytes([high, low]),
            grade,
        }
    }
}

/// One past the largest GTIN of 14 digits.
const GTIN_END: u64 = 100_000_000_000_000;

/// At most seven of ten places are taken: 2.2 probes for a product that is there, 6 for one that is not, on average.
const TAKEN_OF_TEN_MAX: usize = 7;

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    places: Vec<Packed>,
    /// For each place: the product's place in the order of entry, where its texts are found.
    rows: Vec<u32>,
    taken: usize,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.taken
    }

    pub(super) fn get(&self, gtin: u64) -> Option<Entry> {
        let packed = self.places.get(self.place_of(gtin)?)?;
        (!packed.is_free()).then(|| packed.unpack())
    }

    /// The place of a product in the order of entry.
    pub(super) fn row(&self, gtin: u64) -> Option<u32> {
        let place =
            self.place_of(gtin).filter(|place| self.places.get(*place).is_some_and(|packed| !packed.is_free()))?;
        self.rows.get(place).copied()
    }

    /// Puts a product in as number `row`. Gives the number of the one that is there instead; none where its number or price
    /// is none that an entry can hold.
    pub(super) fn insert(&mut self, entry: &Entry, row: u32) -> Option<Result<(), u32>> {
        let packed = Packed::pack(entry)?;
        if (self.taken + 1) * 10 > self.places.len() * TAKEN_OF_TEN_MAX {
            self.resize(self.places.len() * 2 + 64);
        }
        if !self.put(packed, row) {
            return Some(Err(self.row(entry.gtin)?));
        }
        self.taken += 1;
        Some(Ok(()))
    }

    /// Makes room for so many products more.
    pub(super) fn reserve(&mut self, products: usize) {
        let wanted = self.taken.saturating_add(products) / TAKEN_OF_TEN_MAX * 10 + 64;
        if wanted > self.places.len() {
            self.resize(wanted);
        }
    }

    /// Gives back the places that growing took ahead.
    pub(super) fn shrink(&mut self) {
        self.resize(self.taken * 10 / TAKEN_OF_TEN_MAX + 1);
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        self.places.iter().filter(|packed| !packed.is_free()).map(|packed| packed.unpack())
    }

    fn put(&mut self, packed: Packed, row: u32) -> bool {
        let Some(place) = self.place_of(packed.gtin()) else { return false };
        match (self.places.get_mut(place), self.rows.get_mut(place)) {
            (Some(free), Some(number)) if free.is_free() => {
                (*free, *number) = (packed, row);
                true
            }
            _ => false,
        }
    }

    fn resize(&mut self, places: usize) {
        let old_places = std::mem::replace(&mut self.places, vec![Packed::FREE; places]);
        let old_rows = std::mem::replace(&mut self.rows, vec![0; places]);
        for (packed, row) in old_places.into_iter().zip(old_rows).filter(|(packed, _)| !packed.is_free()) {
            self.put(packed, row);
        }
    }

    /// Where a product stands, or else the free place where it would; none in a table of no places. There is always a
    /// free place, so the search ends.
    fn place_of(&self, gtin: u64) -> Option<usize> {
        let home = home(gtin, self.places.len());
        let (before, from_home) = self.places.split_at_checked(home)?;
        let here = |packed: &Packed| packed.gtin() == gtin || packed.is_free();
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
            let inserted = table.insert(&Entry { gtin, ..Entry::default() }, row) == Some(Ok(()));
            assert_eq!(inserted, !model.contains_key(&gtin));
            model.entry(gtin).or_insert(row);
        }
        table.shrink();
        assert_eq!(table.len(), model.len());
        assert_eq!(table.entries().count(), model.len());
        assert!(model.iter().all(|(gtin, row)| table.row(*gtin) == Some(*row) && table.get(*gtin).is_some()));
        assert!((0..5_000).all(|number| table.get(number).is_none() && table.row(number).is_none()));
    }

    #[test]
    fn an_entry_comes_back_as_it_went_in() {
        let most =
            Entry { gtin: GTIN_END - 1, filed_price: (1 << 40) - 1, category: 65_535, validity: 65_534, grade: 255 };
        let least = Entry::default();
        for entry in [most, least, Entry { grade: 1, ..least }, Entry { category: 1, validity: 2, ..least }] {
            let mut table = Table::default();
            assert_eq!(table.insert(&entry, 7), Some(Ok(())));
            assert_eq!(table.get(entry.gtin), Some(entry));
        }
        let mut table = Table::default();
        assert_eq!(table.insert(&Entry { gtin: GTIN_END, ..least }, 0), None, "15 digits");
        assert_eq!(table.insert(&Entry { filed_price: 1 << 40, ..least }, 0), None, "13 digits");
        assert!(table.get(GTIN_END).is_none() && table.get(u64::MAX).is_none() && table.get(u64::MAX >> 16).is_none());
    }

    #[test]
    fn an_empty_table_has_nothing() {
        let mut table = Table::default();
        assert!(table.get(1).is_none());
        table.shrink();
        assert!(table.get(1).is_none());
    }
}
