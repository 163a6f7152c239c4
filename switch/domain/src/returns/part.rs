//! What one return gives back, as the journal keeps it.

use super::Way;
use crate::cap::Takes;
use crate::money::MinorUnits;
use crate::record::{ReturnAsked, ReturnWay, recorded_take};
use crate::sale::{Award, SPONSORS_MAX, SponsorShare};
use arrayvec::ArrayVec;

/// What one return gives back. `discount ==` sum of the sponsors' parts; gross is net and discount together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// How.
    pub way: Way,
    /// To the sponsors.
    pub discount: MinorUnits,
    /// To the card. It can be zero, where a part of a refund goes to the sponsors alone: then no message goes to the
    /// issuer.
    pub net: MinorUnits,
    /// Sponsor by sponsor, in the order of the award.
    pub sponsors: ArrayVec<SponsorShare, SPONSORS_MAX>,
    /// Cap by cap, in the order of the award, without those that get nothing; without limits.
    pub takes: Takes,
}

impl Part {
    /// The whole of a grant, serial numbers and qualification included: what a reversal or a void gives back.
    pub fn whole(award: &Award, way: Way) -> Self {
        let takes = award.caps.iter().map(|take| recorded_take(take.key, take.amount, take.count));
        Self { way, discount: award.discount, net: award.net, sponsors: award.sponsors.clone(), takes: takes.collect() }
    }

    /// What a recorded return gives back; none for the reversal of a void, which takes the void's part out again.
    pub fn recorded(asked: &ReturnAsked) -> Option<Self> {
        let way = match asked.way {
            ReturnWay::Void => Way::Void,
            ReturnWay::Refund => Way::Refund,
            ReturnWay::VoidReversal => return None,
        };
        let (sponsors, takes) = (asked.sponsors.clone(), asked.takes.clone());
        Some(Self { way, discount: asked.discount, net: asked.net, sponsors, takes })
    }

    /// The part of the price that goes back. It is at most the price of one sale.
    pub fn gross(&self) -> MinorUnits {
        MinorUnits::new(self.net.get().saturating_add(self.discount.get()))
    }
}
