//! What has been given back of one grant so far.

use super::{Part, Way};
use crate::cap::{CapKey, CapTake, Takes};
use crate::ids::SponsorId;
use crate::money::MinorUnits;
use crate::record::recorded_take;
use crate::sale::{Award, SPONSORS_MAX, SponsorShare};
use arrayvec::ArrayVec;

/// The sum of the returns of one grant that were accepted and not taken out again. A return counts from the moment when
/// it is accepted, before its issuer confirms it: two refunds in flight at once cannot exceed the sale.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    discount: MinorUnits,
    net: MinorUnits,
    sponsors: ArrayVec<SponsorShare, SPONSORS_MAX>,
    takes: Takes,
    undone: Option<Way>,
}

impl Standing {
    /// What the sponsors have back.
    pub const fn discount(&self) -> MinorUnits {
        self.discount
    }

    /// What the card has back.
    pub const fn net(&self) -> MinorUnits {
        self.net
    }

    /// What has been given back of the price.
    pub fn gross(&self) -> MinorUnits {
        MinorUnits::new(self.net.get().saturating_add(self.discount.get()))
    }

    /// By what the whole sale was undone; none where it stands, or was refunded.
    pub const fn undone(&self) -> Option<Way> {
        self.undone
    }

    /// What a sponsor has back.
    pub fn of_sponsor(&self, sponsor: SponsorId) -> MinorUnits {
        let found = self.sponsors.iter().find(|share| share.sponsor == sponsor);
        found.map_or(MinorUnits::ZERO, |share| share.amount)
    }

    /// What a cap has back, in money and items.
    pub fn of_cap(&self, key: &CapKey) -> (MinorUnits, u32) {
        let found = self.takes.iter().find(|take| take.key == *key);
        found.map_or((MinorUnits::ZERO, 0), |take| (take.amount, take.count))
    }

    /// What has been given back together with one part more; none where that is more than the grant gave in anything, or
    /// the part itself does not add up.
    pub fn with(&self, award: &Award, part: &Part) -> Option<Self> {
        if self.undone.is_some() || !adds_up(part) {
            return None;
        }
        let undone = match part.way {
            Way::Refund => None,
            Way::Reversal | Way::Void => Some(part.way),
        };
        if undone.is_some() && (*self != Self::default() || *part != Part::whole(award, part.way)) {
            return None;
        }
        let within = |sum: MinorUnits, most: MinorUnits| (sum <= most).then_some(sum);
        let discount = within(self.discount.checked_add(part.discount)?, award.discount)?;
        let net = within(self.net.checked_add(part.net)?, award.net)?;
        let mut sponsors = ArrayVec::new();
        for share in &award.sponsors {
            let amount = self.of_sponsor(share.sponsor).checked_add(part_of_sponsor(part, share.sponsor))?;
            sponsors.push(SponsorShare { sponsor: share.sponsor, amount: within(amount, share.amount)? });
        }
        let mut takes = Takes::new();
        for take in &award.caps {
            let (given, given_count) = self.of_cap(&take.key);
            let (more, more_count) = part_of_cap(part, &take.key);
            let amount = within(given.checked_add(more)?, take.amount)?;
            let count = given_count.checked_add(more_count).filter(|count| *count <= take.count)?;
            takes.push(recorded_take(take.key, amount, count));
        }
        let known = part.takes.iter().all(|take| award.caps.iter().any(|of_award| of_award.key == take.key));
        (known && sum(&sponsors) == Some(discount)).then_some(Self { discount, net, sponsors, takes, undone })
    }

    /// What has been given back without one part: its issuer refused it, or a reversal undid a void. None where it holds
    /// no such part.
    pub fn without(&self, part: &Part) -> Option<Self> {
        let undone = match part.way {
            Way::Refund => self.undone,
            way if self.undone == Some(way) => None,
            Way::Reversal | Way::Void => return None,
        };
        let mut rest = Self {
            discount: self.discount.checked_sub(part.discount)?,
            net: self.net.checked_sub(part.net)?,
            undone,
            ..self.clone()
        };
        for share in &mut rest.sponsors {
            share.amount = share.amount.checked_sub(part_of_sponsor(part, share.sponsor))?;
        }
        for take in &mut rest.takes {
            let (amount, count) = part_of_cap(part, &take.key);
            *take = recorded_take(take.key, take.amount.checked_sub(amount)?, take.count.checked_sub(count)?);
        }
        (sum(&rest.sponsors) == Some(rest.discount)).then_some(rest.or_nothing())
    }

    /// A grant of which nothing is given back any more is as good as new.
    fn or_nothing(self) -> Self {
        let taken = |take: &CapTake| !take.amount.is_zero() || take.count > 0;
        let nothing = self.gross().is_zero() && !self.takes.iter().any(taken);
        if nothing { Self::default() } else { self }
    }
}

fn adds_up(part: &Part) -> bool {
    sum(&part.sponsors) == Some(part.discount) && part.net.checked_add(part.discount).is_some()
}

fn sum(sponsors: &[SponsorShare]) -> Option<MinorUnits> {
    MinorUnits::checked_sum(sponsors.iter().map(|share| share.amount))
}

fn part_of_sponsor(part: &Part, sponsor: SponsorId) -> MinorUnits {
    let found = part.sponsors.iter().find(|share| share.sponsor == sponsor);
    found.map_or(MinorUnits::ZERO, |share| share.amount)
}

fn part_of_cap(part: &Part, key: &CapKey) -> (MinorUnits, u32) {
    let found = part.takes.iter().find(|take| take.key == *key);
    found.map_or((MinorUnits::ZERO, 0), |take| (take.amount, take.count))
}
