//! The order in which every hold takes its caps. Waiting ends because all share it.

use lijian_domain::cap::{CapLimit, CapTake, Takes};
use lijian_domain::money::MinorUnits;
use std::ops::Deref;

/// Takes strictly ascending by key.
#[expect(clippy::large_enum_variant, reason = "lives on the stack of one hold, so that most holds allocate nothing")]
pub(super) enum Ordered<'a> {
    /// They were so.
    AsGiven(&'a [CapTake]),
    /// They were brought into order.
    Sorted(Takes),
}

impl<'a> Ordered<'a> {
    /// Brings takes into order. Takes of one key become one, under the tighter limit.
    pub(super) fn of(takes: &'a [CapTake]) -> Self {
        if takes.is_sorted_by(|one, next| one.key < next.key) {
            return Self::AsGiven(takes);
        }
        let mut sorted = Takes::from_slice(takes);
        let length = sort_and_merge(&mut sorted);
        sorted.truncate(length);
        Self::Sorted(sorted)
    }
}

impl Deref for Ordered<'_> {
    type Target = [CapTake];

    fn deref(&self) -> &[CapTake] {
        match self {
            Self::AsGiven(takes) => takes,
            Self::Sorted(takes) => takes,
        }
    }
}

/// Leaves one take of each key at the front, and says how many those are.
fn sort_and_merge(takes: &mut [CapTake]) -> usize {
    takes.sort_unstable_by_key(|take| take.key);
    let mut kept = 0;
    for at in 1..takes.len() {
        let next = takes[at];
        if takes[kept].key == next.key {
            merge(&mut takes[kept], &next);
        } else {
            kept += 1;
            takes[kept] = next;
        }
    }
    takes.len().min(kept + 1)
}

/// Adds `next` to `kept`. A sum that cannot be counted is more than any cap gives.
fn merge(kept: &mut CapTake, next: &CapTake) {
    let amount = kept.limit.amount.into_iter().chain(next.limit.amount).min();
    let count = kept.limit.count.into_iter().chain(next.limit.count).min();
    kept.limit = CapLimit { amount, count };
    match (kept.amount.checked_add(next.amount), kept.count.checked_add(next.count)) {
        (Some(amount), Some(count)) => (kept.amount, kept.count) = (amount, count),
        _ => kept.limit = CapLimit { amount: Some(MinorUnits::ZERO), count: Some(0) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lijian_domain::cap::CapKey;
    use lijian_domain::ids::CampaignId;

    #[test]
    fn takes_of_any_number_come_into_order() {
        let take = |number| CapTake {
            key: CapKey::Tranche(CampaignId::default(), number),
            amount: MinorUnits::new(1),
            count: 1,
            limit: CapLimit::of_count(u32::from(number)),
        };
        let check = |given: &[u16], expected: &[(u16, u32)]| {
            let takes: Vec<CapTake> = given.iter().map(|number| take(*number)).collect();
            let ordered: Vec<(CapKey, u32)> = Ordered::of(&takes).iter().map(|take| (take.key, take.count)).collect();
            let expected: Vec<_> = expected.iter().map(|(number, count)| (take(*number).key, *count)).collect();
            assert_eq!(ordered, expected);
        };
        check(&[], &[]);
        check(&[1, 2], &[(1, 1), (2, 1)]);
        check(&[2, 1, 2], &[(1, 1), (2, 2)]);
        let many: Vec<u16> = (0..50).chain(0..50).rev().collect();
        check(&many, &(0..50).map(|number| (number, 2)).collect::<Vec<_>>());
    }
}
