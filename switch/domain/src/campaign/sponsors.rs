//! Who pays a discount, and how it is split among them.

use crate::ids::SponsorId;
use crate::money::{BasisPoints, MinorUnits};
use crate::sale::{SPONSORS_MAX, SponsorShare};
use arrayvec::ArrayVec;

/// The sponsors of a campaign; their shares add up to the whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sponsors(ArrayVec<(SponsorId, BasisPoints), SPONSORS_MAX>);

impl Sponsors {
    /// The sponsors, unless there is none or their shares do not add up to 100 %.
    pub fn new(shares: ArrayVec<(SponsorId, BasisPoints), SPONSORS_MAX>) -> Option<Self> {
        let whole = shares.iter().map(|(_, share)| share.get()).sum::<u32>() == BasisPoints::WHOLE.get();
        whole.then_some(Self(shares))
    }

    /// Each sponsor with its share, in the order of the file.
    pub fn shares(&self) -> &[(SponsorId, BasisPoints)] {
        &self.0
    }

    /// Splits a discount by largest remainder: each sponsor pays its share down to the fen, and the fen that are left go
    /// to those who lost the largest fraction, the earlier one first. The parts add up to the discount.
    pub fn split(&self, discount: MinorUnits) -> ArrayVec<SponsorShare, SPONSORS_MAX> {
        let whole = u128::from(BasisPoints::WHOLE.get());
        let mut rest = discount.get();
        let mut parts: ArrayVec<(u64, u128), SPONSORS_MAX> = ArrayVec::new();
        for (_, share) in &self.0 {
            let product = u128::from(discount.get()) * u128::from(share.get());
            // A share is at most the whole: the part fits, and all parts together are at most the discount.
            let part = u64::try_from(product / whole).unwrap_or(0);
            rest = rest.saturating_sub(part);
            parts.push((part, product % whole));
        }
        // Fewer fen are left than there are sponsors with a fraction.
        while rest > 0 {
            let most = parts.iter().map(|(_, fraction)| *fraction).max();
            let Some(next) = parts.iter_mut().find(|(_, fraction)| Some(*fraction) == most) else { break };
            *next = (next.0 + 1, 0);
            rest -= 1;
        }
        let shares = self.0.iter().zip(&parts);
        shares
            .map(|((sponsor, _), (part, _))| SponsorShare { sponsor: *sponsor, amount: MinorUnits::new(*part) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sponsors(shares: &[u32]) -> Sponsors {
        let shares = shares.iter().enumerate();
        let shares = shares.map(|(number, share)| {
            (SponsorId::new(&format!("sponsor-{number}")).unwrap(), BasisPoints::new(*share).unwrap())
        });
        Sponsors::new(shares.collect()).unwrap()
    }

    #[test]
    fn the_fen_left_go_to_the_largest_fractions() {
        let check = |shares: &[u32], discount: u64, expected: &[u64]| {
            let parts = sponsors(shares).split(MinorUnits::new(discount));
            assert_eq!(
                parts.iter().map(|part| part.amount.get()).collect::<Vec<_>>(),
                expected,
                "{shares:?} {discount}"
            );
        };
        check(&[10_000], 13_337, &[13_337]);
        check(&[5_000, 5_000], 3, &[2, 1]);
        // 33.33, 33.33 and 33.34 fen: the last one lost most.
        check(&[3_333, 3_333, 3_334], 100, &[33, 33, 34]);
        // 0.9, 0.9 and 8.2 fen of 10, hence 0, 0, 8 and two left.
        check(&[900, 900, 8_200], 10, &[1, 1, 8]);
        check(&[9_000, 1_000], 1, &[1, 0]);
    }

    #[test]
    fn shares_that_do_not_add_up_are_no_sponsors() {
        assert_eq!(Sponsors::new(ArrayVec::new()), None);
        let half = (SponsorId::new("half").unwrap(), BasisPoints::new(5_000).unwrap());
        assert_eq!(Sponsors::new([half].into_iter().collect()), None);
    }
}
