//! What the rows of a day add up to, by everything that somebody is paid or judged by.

use super::{Kind, Row};
use crate::cap::{CapKey, CapTake};
use crate::ids::{CampaignId, CategoryId, DistrictCode, LinkName, MerchantId, SponsorId};
use crate::money::MinorUnits;
use std::collections::HashMap;

type Map<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

/// The totals of a day.
#[derive(Clone, Default, Debug)]
pub struct Totals {
    /// Everything together.
    pub all: Figures,
    /// Grants, each counted once whatever its number of items.
    pub grants: u64,
    /// Returns, likewise.
    pub returns: u64,
    by_key: Map<TotalKey, Figures>,
    by_cap: Map<CapKey, CapFigures>,
}

/// What a line of the totals is about, always within one campaign. The order is that of the file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum TotalKey {
    /// A campaign as a whole.
    Campaign(CampaignId),
    /// A category of goods.
    Category(CampaignId, CategoryId),
    /// A district.
    District(CampaignId, DistrictCode),
    /// A merchant.
    Merchant(CampaignId, MerchantId),
    /// A sponsor: only its own parts.
    Sponsor(CampaignId, SponsorId),
    /// An acquirer link.
    Acquirer(CampaignId, LinkName),
}

impl TotalKey {
    /// The kind of line.
    pub const fn dimension(&self) -> &'static str {
        match self {
            Self::Campaign(..) => "campaign",
            Self::Category(..) => "category",
            Self::District(..) => "district",
            Self::Merchant(..) => "merchant",
            Self::Sponsor(..) => "sponsor",
            Self::Acquirer(..) => "acquirer_link",
        }
    }

    /// Its campaign.
    pub const fn campaign(&self) -> CampaignId {
        match self {
            Self::Campaign(campaign)
            | Self::Category(campaign, _)
            | Self::District(campaign, _)
            | Self::Merchant(campaign, _)
            | Self::Sponsor(campaign, _)
            | Self::Acquirer(campaign, _) => *campaign,
        }
    }

    /// Which one of its kind.
    pub fn key(&self) -> &str {
        match self {
            Self::Campaign(campaign) => campaign.as_str(),
            Self::Category(_, category) => category.as_str(),
            Self::District(_, district) => district.as_str(),
            Self::Merchant(_, merchant) => merchant.as_str(),
            Self::Sponsor(_, sponsor) => sponsor.as_str(),
            Self::Acquirer(_, link) => link.as_str(),
        }
    }
}

/// Subsidies of some rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// Given.
    pub granted: MinorUnits,
    /// Given back.
    pub returned: MinorUnits,
    /// Rows that gave.
    pub granted_rows: u64,
    /// Rows that gave back.
    pub returned_rows: u64,
}

/// What a cap gave and got back on the day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CapFigures {
    /// Given.
    pub granted: MinorUnits,
    /// Given back.
    pub returned: MinorUnits,
}

impl Totals {
    /// The lines, in the order of the file.
    pub fn lines(&self) -> Vec<(TotalKey, Figures)> {
        let mut lines: Vec<_> = self.by_key.iter().map(|(key, figures)| (*key, *figures)).collect();
        lines.sort_unstable_by_key(|(key, _)| *key);
        lines
    }

    /// The caps that all share, in their order. Those of single persons, qualifications and serial numbers are left out.
    pub fn caps(&self) -> Vec<(CapKey, CapFigures)> {
        let mut caps: Vec<_> = self.by_cap.iter().map(|(key, figures)| (*key, *figures)).collect();
        caps.sort_unstable_by_key(|(key, _)| *key);
        caps
    }

    /// Adds one grant or return; none where an amount leaves the range.
    pub(super) fn add(&mut self, kind: Kind, takes: &[CapTake], rows: &[Row]) -> Option<()> {
        match kind {
            Kind::Grant => self.grants += 1,
            Kind::Return => self.returns += 1,
        }
        for row in rows {
            self.add_row(row)?;
        }
        for take in takes.iter().filter(|take| !take.key.kind().is_personal()) {
            let figures = self.by_cap.entry(take.key).or_default();
            let side = match kind {
                Kind::Grant => &mut figures.granted,
                Kind::Return => &mut figures.returned,
            };
            *side = side.checked_add(take.amount)?;
        }
        Some(())
    }

    fn add_row(&mut self, row: &Row) -> Option<()> {
        self.all.add(row.kind, row.subsidy)?;
        let keys = [
            TotalKey::Campaign(row.campaign),
            TotalKey::Category(row.campaign, row.category),
            TotalKey::District(row.campaign, row.district),
            TotalKey::Merchant(row.campaign, row.merchant),
            TotalKey::Acquirer(row.campaign, row.link),
        ];
        for key in keys {
            self.by_key.entry(key).or_default().add(row.kind, row.subsidy)?;
        }
        for share in &row.sponsors {
            let key = TotalKey::Sponsor(row.campaign, share.sponsor);
            self.by_key.entry(key).or_default().add(row.kind, share.amount)?;
        }
        Some(())
    }
}

impl Figures {
    /// Given less given back; below zero where more came back than was given.
    pub fn net(&self) -> i128 {
        net(self.granted, self.returned)
    }

    fn add(&mut self, kind: Kind, amount: MinorUnits) -> Option<()> {
        let (sum, rows) = match kind {
            Kind::Grant => (&mut self.granted, &mut self.granted_rows),
            Kind::Return => (&mut self.returned, &mut self.returned_rows),
        };
        *sum = sum.checked_add(amount)?;
        *rows += 1;
        Some(())
    }
}

impl CapFigures {
    /// Given less given back.
    pub fn net(&self) -> i128 {
        net(self.granted, self.returned)
    }
}

fn net(granted: MinorUnits, returned: MinorUnits) -> i128 {
    i128::from(granted.get()) - i128::from(returned.get())
}
