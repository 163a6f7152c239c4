//! A set of records, a bit each.

use lijian_domain::ids::Lsn;
use std::fmt;

/// A bit for each LSN up to the largest that was put in; only LSNs of records that were read are.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LsnSet {
    words: Vec<u64>,
}

impl LsnSet {
    /// Puts one in.
    pub fn insert(&mut self, lsn: Lsn) {
        let (word, bit) = Self::place(lsn);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= bit;
        }
    }

    /// Takes one out; whether it was in.
    pub fn remove(&mut self, lsn: Lsn) -> bool {
        let (word, bit) = Self::place(lsn);
        let Some(word) = self.words.get_mut(word) else { return false };
        let was_in = *word & bit != 0;
        *word &= !bit;
        was_in
    }

    /// Whether it is in.
    pub fn contains(&self, lsn: Lsn) -> bool {
        let (word, bit) = Self::place(lsn);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// 64 LSNs each, from LSN 0; the lowest bit first.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) const fn from_words(words: Vec<u64>) -> Self {
        Self { words }
    }

    fn place(lsn: Lsn) -> (usize, u64) {
        (usize::try_from(lsn.0 / 64).unwrap_or(usize::MAX), 1 << (lsn.0 % 64))
    }
}

impl fmt::Debug for LsnSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count: u32 = self.words.iter().map(|word| word.count_ones()).sum();
        write!(formatter, "LsnSet({count})")
    }
}
