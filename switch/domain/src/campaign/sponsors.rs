//! Who pays a discount, and how it is split among them.

use crate::ids::SponsorId;
use crate::money::{BasisPoints, MinorUnits};
use crate::sale::{SPONSORS_MAX, SponsorShare};
use arrayvec::ArrayVec;

/// How a discount is split among its sponsors.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SponsorSplit {
    /// Each pays its share; the fen that are left go to those who lost the largest fraction.
    #[default]
    LargestRemainder,
    /// The first pays up to its limit, the next what is left up to its own, the last all that is left then.
    InOrder,
}

/// The sponsors of a campaign. Whatever the split, the parts add up to the discount.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sponsors(Parts);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Parts {
    /// They add up to the whole.
    Shares(ArrayVec<(SponsorId, BasisPoints), SPONSORS_MAX>),
    InOrder {
        /// Each with the most that it pays of a discount.
        first: ArrayVec<(SponsorId, MinorUnits), SPONSORS_MAX>,
        last: SponsorId,
    },
}

impl Sponsors {
    /// The sponsors, unless there is none or their shares do not add up to 100 %.
    pub fn by_share(shares: ArrayVec<(SponsorId, BasisPoints), SPONSORS_MAX>) -> Option<Self> {
        let whole = shares.iter().map(|(_, share)| share.get()).sum::<u32>() == BasisPoints::WHOLE.get();
        whole.then_some(Self(Parts::Shares(shares)))
    }

    /// The first ones, each with the most that it pays of a discount, and the last one, who pays the rest; none where they
    /// are more than a grant can have.
    pub fn in_order(first: ArrayVec<(SponsorId, MinorUnits), SPONSORS_MAX>, last: SponsorId) -> Option<Self> {
        (!first.is_full()).then_some(Self(Parts::InOrder { first, last }))
    }

    /// Splits a discount as the campaign says. The parts add up to it.
    pub fn split(&self, discount: MinorUnits) -> ArrayVec<SponsorShare, SPONSORS_MAX> {
        match &self.0 {
            Parts::Shares(shares) => by_largest_remainder(shares, discount),
            Parts::InOrder { first, last } => {
                let mut rest = discount;
                let mut parts: ArrayVec<SponsorShare, SPONSORS_MAX> = ArrayVec::new();
                for (sponsor, most) in first {
                    let amount = rest.min(*most);
                    rest = rest.checked_sub(amount).unwrap_or(MinorUnits::ZERO);
                    parts.push(SponsorShare { sponsor: *sponsor, amount });
                }
                parts.push(SponsorShare { sponsor: *last, amount: rest });
                parts
            }
        }
    }
}

/// Splits a discount by largest remainder: each sponsor pays its share down to the fen, and the fen that are left go
/// to those who lost the largest fraction, the earlier one first. The parts add up to the discount.
fn by_largest_remainder(
    shares: &[(SponsorId, BasisPoints)],
    discount: MinorUnits,
) -> ArrayVec<SponsorShare, SPONSORS_MAX> {
    let whole = u128::from(BasisPoints::WHOLE.get());
    let mut rest = discount.get();
    let mut parts: ArrayVec<(u64, u128), SPONSORS_MAX> = ArrayVec::new();
    for (_, share) in shares {
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
    let shares = shares.iter().zip(&parts);
    shares.map(|((sponsor, _), (part, _))| SponsorShare { sponsor: *sponsor, amount: MinorUnits::new(*part) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sponsors(shares: &[u32]) -> Sponsors {
        let shares = shares.iter().enumerate();
        let shares = shares.map(|(number, share)| {
            (SponsorId::new(&format!("sponsor-{number}")).unwrap(), BasisPoints::new(*share).unwrap())
        });
        Sponsors::by_share(shares.collect()).unwrap()
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
    fn in_order_each_pays_up_to_its_limit_and_the_last_one_the_rest() {
        let sponsor = |id: &str| SponsorId::new(id).unwrap();
        let limits = [(sponsor("brand"), MinorUnits::new(100)), (sponsor("city"), MinorUnits::new(50))];
        let sponsors = Sponsors::in_order(limits.into_iter().collect(), sponsor("province")).unwrap();
        let check = |discount: u64, expected: [u64; 3]| {
            let parts = sponsors.split(MinorUnits::new(discount));
            assert_eq!(parts.iter().map(|part| part.amount.get()).collect::<Vec<_>>(), expected, "{discount}");
        };
        check(99, [99, 0, 0]);
        check(100, [100, 0, 0]);
        check(101, [100, 1, 0]);
        check(150, [100, 50, 0]);
        check(151, [100, 50, 1]);
        check(u64::MAX, [100, 50, u64::MAX - 150]);
        let full = ArrayVec::from([(sponsor("a"), MinorUnits::new(1)); SPONSORS_MAX]);
        assert_eq!(Sponsors::in_order(full, sponsor("b")), None);
    }

    #[test]
    fn shares_that_do_not_add_up_are_no_sponsors() {
        assert_eq!(Sponsors::by_share(ArrayVec::new()), None);
        let half = (SponsorId::new("half").unwrap(), BasisPoints::new(5_000).unwrap());
        assert_eq!(Sponsors::by_share([half].into_iter().collect()), None);
    }
}
