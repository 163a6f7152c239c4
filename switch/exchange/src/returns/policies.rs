//! What each version of the rules says of refunds: what is bought under a policy goes back by it, also when the campaign has
//! another one by then, or is over and gone from the rules.

use crate::exchange::Exchange;
use lijian_domain::campaign::{AllowanceReturn, RefundPolicy};
use lijian_domain::ids::{CampaignId, RulesVersion};
use lijian_domain::rules::Rules;
use std::collections::BTreeMap;

/// See the file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct RefundPolicies {
    of_version: BTreeMap<(RulesVersion, CampaignId), RefundPolicy>,
    latest: BTreeMap<CampaignId, RefundPolicy>,
}

impl RefundPolicies {
    /// What a version says of a campaign; later versions later.
    pub fn insert(&mut self, version: RulesVersion, campaign: CampaignId, policy: RefundPolicy) {
        self.of_version.insert((version, campaign), policy);
        self.latest.insert(campaign, policy);
    }

    /// What these rules say.
    pub(crate) fn note(&mut self, rules: &Rules) {
        for campaign in &rules.campaigns {
            self.insert(rules.version, campaign.id, campaign.refund);
        }
    }

    /// How a grant goes back: by the rules that gave it, and where nobody knows those any more, by those in force.
    pub(super) fn of(&self, in_force: &Rules, version: RulesVersion, campaign: CampaignId) -> RefundPolicy {
        self.of_version.get(&(version, campaign)).copied().unwrap_or_else(|| self.now(in_force, campaign))
    }

    /// Whether any version gives allowances of a campaign back on the next day. Where the grant's own version is not at hand,
    /// that keeps a person from buying twice on a day on which they may not.
    pub(super) fn some_next_day(&self, campaign: CampaignId) -> bool {
        let of_campaign = self.of_version.iter().filter(|((_, known), _)| *known == campaign);
        of_campaign.into_iter().any(|(_, policy)| policy.allowance == AllowanceReturn::NextDay)
    }

    /// What is said of a campaign now, or was said last.
    fn now(&self, in_force: &Rules, campaign: CampaignId) -> RefundPolicy {
        let in_force = in_force.campaign(campaign).map(|campaign| campaign.refund);
        in_force.or_else(|| self.latest.get(&campaign).copied()).unwrap_or_default()
    }
}

impl Exchange {
    /// What earlier versions said, as the archive of rules keeps it. Before anything is handled.
    pub fn remember_policies(&mut self, mut earlier: RefundPolicies) {
        earlier.note(&self.rules);
        self.policies = earlier;
    }
}
