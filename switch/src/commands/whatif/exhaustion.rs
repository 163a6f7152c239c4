//! When shared caps came to their end, in the recorded world and in the other one.

use lijian_domain::cap::{CapKey, CapTake};
use lijian_domain::time::UnixMicros;
use std::collections::BTreeMap;

/// Parts of a limit whose first reaching is told, in percent.
pub(super) const LEVELS: [u64; 3] = [95, 99, 100];

/// A world's part of a cap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Marks {
    /// Of the last request that came to it, in minor units; none where it was not limited, or the record did not keep it.
    pub(super) limit: Option<u64>,
    /// Held and used in the end, in minor units.
    pub(super) taken: u64,
    /// The first request of the days looked at that it refused.
    pub(super) refused: Option<UnixMicros>,
    /// The first request of these days after which it stood at each of [`LEVELS`] or over.
    pub(super) reached: [Option<UnixMicros>; LEVELS.len()],
}

impl Marks {
    /// A request took from it; `taken` stands on it now.
    pub(super) fn take(&mut self, limit: Option<u64>, taken: u64, at: UnixMicros) {
        self.limit = limit.or(self.limit);
        let Some(limit) = limit else { return };
        for (level, reached) in LEVELS.iter().zip(&mut self.reached) {
            if u128::from(taken) * 100 >= u128::from(limit) * u128::from(*level) {
                reached.get_or_insert(at);
            }
        }
    }

    /// It refused a request.
    pub(super) fn refuse(&mut self, limit: Option<u64>, at: UnixMicros) {
        self.limit = limit.or(self.limit);
        self.refused.get_or_insert(at);
    }

    /// Whether it came near its end.
    pub(super) fn is_near(&self) -> bool {
        self.refused.is_some() || self.reached.iter().any(Option::is_some)
    }

    /// The same but for the limit, which an old record did not keep.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let limits = self.limit.is_none() || other.limit.is_none() || self.limit == other.limit;
        limits && (self.taken, self.refused, self.reached) == (other.taken, other.refused, other.reached)
    }
}

/// A shared cap in both worlds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Both {
    pub(super) then: Marks,
    pub(super) now: Marks,
}

/// What stands on the shared caps of the recorded world; of caps of persons nothing is asked there.
#[derive(Default)]
pub(super) struct Shared(BTreeMap<CapKey, u64>);

impl Shared {
    /// What stands on a cap, in minor units.
    pub(super) fn taken(&self, key: &CapKey) -> u64 {
        self.0.get(key).copied().unwrap_or_default()
    }

    /// Caps are taken from.
    pub(super) fn hold(&mut self, takes: &[CapTake]) {
        for take in shared(takes) {
            let taken = self.0.entry(take.key).or_default();
            *taken = taken.saturating_add(take.amount.get());
        }
    }

    /// Caps get something back, of a hold or of a grant.
    pub(super) fn give_back(&mut self, takes: &[CapTake]) {
        for take in shared(takes) {
            let taken = self.0.entry(take.key).or_default();
            *taken = taken.saturating_sub(take.amount.get());
        }
    }
}

/// The takes from budgets that all share.
pub(super) fn shared(takes: &[CapTake]) -> impl Iterator<Item = &CapTake> {
    takes.iter().filter(|take| !take.key.kind().is_personal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_reached_once() {
        let mut marks = Marks::default();
        let at = UnixMicros;
        marks.take(Some(200), 189, at(1));
        assert!(!marks.is_near());
        marks.take(Some(200), 190, at(2));
        marks.take(Some(200), 199, at(3));
        marks.take(Some(200), 199, at(4));
        assert_eq!(marks.reached, [Some(at(2)), Some(at(3)), None]);
        marks.refuse(Some(200), at(5));
        marks.refuse(Some(200), at(6));
        marks.take(Some(150), 200, at(7));
        assert_eq!((marks.refused, marks.reached[2], marks.limit), (Some(at(5)), Some(at(7)), Some(150)));
    }
}
