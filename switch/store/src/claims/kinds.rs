//! Campaigns and packs by numbers of two bytes, in the order in which they were first claimed.

use super::ClaimError;
use lijian_domain::ids::{CampaignId, PackId};
use std::collections::BTreeMap;

/// See the file.
#[derive(Clone, Default)]
pub(super) struct Kinds {
    listed: Vec<(CampaignId, PackId)>,
    numbers: BTreeMap<(CampaignId, PackId), u16>,
}

impl Kinds {
    pub(super) fn get(&self, number: u16) -> Option<(CampaignId, PackId)> {
        self.listed.get(usize::from(number)).copied()
    }

    pub(super) fn find(&self, campaign: &CampaignId, pack: &PackId) -> Option<u16> {
        self.numbers.get(&(*campaign, *pack)).copied()
    }

    /// The number of this pack, or the one that it gets when it is listed.
    pub(super) fn number(&self, campaign: &CampaignId, pack: &PackId) -> Result<u16, ClaimError> {
        let next = u16::try_from(self.listed.len()).ok().filter(|number| *number < u16::MAX);
        self.find(campaign, pack).or(next).ok_or(ClaimError::Full)
    }

    /// Lists a pack, if it is not.
    pub(super) fn list(&mut self, campaign: CampaignId, pack: PackId) -> Result<(), ClaimError> {
        let number = self.number(&campaign, &pack)?;
        if self.get(number).is_none() {
            self.listed.push((campaign, pack));
            self.numbers.insert((campaign, pack), number);
        }
        Ok(())
    }

    /// All, in the order of their numbers.
    pub(super) fn listed(&self) -> &[(CampaignId, PackId)] {
        &self.listed
    }
}
