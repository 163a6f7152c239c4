//! How a discount that goes back is split among its sponsors.

use super::Standing;
use crate::money::MinorUnits;
use crate::sale::{Award, SPONSORS_MAX, SponsorShare};
use arrayvec::ArrayVec;

/// Each sponsor's part of a discount given back: what it should have back after it, minus what it has. The parts add up
/// to the discount and none is over what its sponsor is still owed.
pub(super) fn parts(award: &Award, standing: &Standing, discount: MinorUnits) -> ArrayVec<SponsorShare, SPONSORS_MAX> {
    let amounts: ArrayVec<u64, SPONSORS_MAX> = award.sponsors.iter().map(|share| share.amount.get()).collect();
    let due = funded(&amounts, standing.discount().get().saturating_add(discount.get()));
    let owed: ArrayVec<u64, SPONSORS_MAX> = award
        .sponsors
        .iter()
        .map(|share| share.amount.get().saturating_sub(standing.of_sponsor(share.sponsor).get()))
        .collect();
    let mut parts: ArrayVec<u64, SPONSORS_MAX> = award
        .sponsors
        .iter()
        .zip(&due)
        .map(|(share, due)| due.saturating_sub(standing.of_sponsor(share.sponsor).get()))
        .collect();
    level(&mut parts, &owed, discount.get());
    let parts = award.sponsors.iter().zip(&parts);
    parts.map(|(share, part)| SponsorShare { sponsor: share.sponsor, amount: MinorUnits::new(*part) }).collect()
}

/// What each sponsor pays of the first `sum` of a discount to which they give `amounts`: the first its share of it down to
/// the fen, each next one its share of what the ones before leave. So the parts add up, each is within a fen for each
/// sponsor before it of the exact share, and none ever falls while the sum grows, as it would if each were rounded by
/// itself and the fen left over went to the largest fraction. What lies between two sums is what the sponsors pay of that
/// piece of the discount: every picture of a piece, of goods or of what goes back, is made by this, and the pieces of a
/// discount are the discount however it is cut.
pub fn funded(amounts: &[u64], sum: u64) -> ArrayVec<u64, SPONSORS_MAX> {
    let mut left: u128 = amounts.iter().copied().map(u128::from).sum();
    let mut sum = u128::from(sum);
    let mut funded = ArrayVec::new();
    for amount in amounts.iter().copied().take(SPONSORS_MAX) {
        let part = (u128::from(amount) * sum).checked_div(left).unwrap_or(0);
        left = left.saturating_sub(u128::from(amount));
        sum = sum.saturating_sub(part);
        funded.push(u64::try_from(part).unwrap_or(amount).min(amount));
    }
    funded
}

/// Brings the parts to their sum. They miss it only where a return was taken out
/// while later ones stayed.
fn level(parts: &mut [u64], owed: &[u64], sum: u64) {
    let all: u64 = parts.iter().fold(0, |all, part| all.saturating_add(*part));
    let (mut over, mut missing) = (all.saturating_sub(sum), sum.saturating_sub(all));
    for (part, owed) in parts.iter_mut().zip(owed) {
        let less = over.min(*part);
        let more = missing.min(owed.saturating_sub(*part));
        (over, missing) = (over - less, missing - more);
        *part = *part - less + more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sponsors_never_lose_what_they_have() {
        for amounts in [[2, 1, 2, 0], [1, 1, 1, 1], [3, 0, 5, 9], [1, 97, 1, 1]] {
            let sum: u64 = amounts.iter().sum();
            let mut before = [0; 4];
            for returned in 0..=sum {
                let due = funded(&amounts, returned);
                assert_eq!(due.iter().sum::<u64>(), returned);
                assert!(due.iter().zip(&before).all(|(now, before)| now >= before), "{amounts:?} {returned}");
                before = due.into_inner().unwrap();
            }
            assert_eq!(before, amounts);
        }
    }

    #[test]
    fn parts_are_brought_to_their_sum() {
        let check = |mut parts: [u64; 3], owed: [u64; 3], sum, expected: [u64; 3]| {
            level(&mut parts, &owed, sum);
            assert_eq!(parts, expected);
        };
        check([1, 2, 3], [9, 9, 9], 6, [1, 2, 3]);
        check([1, 2, 3], [9, 9, 9], 2, [0, 0, 2]);
        check([1, 2, 3], [2, 2, 9], 9, [2, 2, 5]);
    }
}
