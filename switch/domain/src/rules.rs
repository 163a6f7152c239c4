//! Everything that a decision looks at besides the sale and the time: one version of the rules, swapped as a whole.

use crate::campaign::Campaign;
use crate::cap::{CapKey, CapLimit};
use crate::catalogue::Catalogue;
use crate::ids::{CampaignId, RulesVersion};
use crate::merchants::Merchants;
use crate::money::MinorUnits;
use crate::time::Moment;

/// One version of the rules. Meant to be shared behind an `Arc`.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Stamped on every grant and refusal.
    pub version: RulesVersion,
    /// Campaigns, in the order in which they are tried: the highest priority first.
    pub campaigns: Vec<Campaign>,
    /// Products.
    pub catalogue: Catalogue,
    /// Merchants.
    pub merchants: Merchants,
}

impl Rules {
    /// These rules. No two campaigns may have the same id; those of the same priority are tried as they are given.
    pub fn new(
        version: RulesVersion,
        mut campaigns: Vec<Campaign>,
        catalogue: Catalogue,
        merchants: Merchants,
    ) -> Self {
        campaigns.sort_by_key(|campaign| std::cmp::Reverse(campaign.priority));
        Self { version, campaigns, catalogue, merchants }
    }

    /// The campaign of this id.
    pub fn campaign(&self, id: CampaignId) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.id == id)
    }

    /// The budgets known before any sale, with the limits of this moment: those of each campaign, its categories and its
    /// districts, and that of the business day.
    pub fn caps(&self, now: &Moment) -> Vec<(CapKey, CapLimit)> {
        self.campaigns.iter().flat_map(|campaign| campaign.caps(now)).collect()
    }

    /// The most that may ever stand on a shared cap; none where these rules do not limit it.
    pub fn limit_at_most(&self, key: &CapKey) -> Option<MinorUnits> {
        self.campaign(key.campaign()?)?.limit_at_most(key)
    }
}
