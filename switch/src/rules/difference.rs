//! What other rules would change, for whoever has to agree to them.

use lijian_domain::campaign::Campaign;
use lijian_domain::rules::Rules;

/// What is different, part by part.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// Campaigns that are not the same.
    pub campaigns: Vec<(String, CampaignDifference)>,
    /// Products before and after.
    pub products: [usize; 2],
    /// Merchants before and after.
    pub merchants: [usize; 2],
}

/// How a campaign differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CampaignDifference {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has other rules.
    Changed,
    /// It is tried earlier or later than before.
    Moved,
}

impl CampaignDifference {
    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

impl Difference {
    /// Between these.
    pub fn between(old: &Rules, new: &Rules) -> Self {
        let place = |rules: &Rules, campaign: &Campaign| rules.campaigns.iter().position(|each| each.id == campaign.id);
        let mut campaigns = Vec::new();
        for (at, campaign) in new.campaigns.iter().enumerate() {
            let before = place(old, campaign).and_then(|before| Some((before, old.campaigns.get(before)?)));
            let difference = match before {
                None => CampaignDifference::Added,
                Some((_, before)) if before != campaign => CampaignDifference::Changed,
                Some((before, _)) if before != at => CampaignDifference::Moved,
                Some(_) => continue,
            };
            campaigns.push((campaign.id.to_string(), difference));
        }
        for campaign in old.campaigns.iter().filter(|campaign| place(new, campaign).is_none()) {
            campaigns.push((campaign.id.to_string(), CampaignDifference::Removed));
        }
        Self {
            campaigns,
            products: [old, new].map(|rules| rules.catalogue.len()),
            merchants: [old, new].map(|rules| rules.merchants.len()),
        }
    }
}
