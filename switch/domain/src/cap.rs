//! Caps: what a grant takes, from whom, and how much may be taken. Who holds the counters is the store's business; what
//! they are and in which order they are taken is decided here.

use crate::code::DecisionCode;
use crate::ids::{
    CampaignId, CategoryId, DistrictCode, MerchantId, PersonKey, QualificationCode, SerialNumber, TerminalId,
};
use crate::money::MinorUnits;
use crate::time::BusinessDate;
use smallvec::SmallVec;
use std::fmt;

/// The caps that one grant can take: thirteen kinds, of which three (serial number, person x category, category) can come
/// once for each item.
pub const TAKES_MAX: usize = 3 * crate::sale::ITEMS_MAX + 11;

/// So many stand inline: those of a sale of one item with every kind of cap that a campaign usually has. A list is copied several
/// times on the way of a sale, so that room for the most would cost more than a longer list's own memory.
pub const TAKES_INLINE: usize = 10;

/// All caps of one grant: [`TAKES_MAX`] at most.
pub type Takes = SmallVec<[CapTake; TAKES_INLINE]>;

/// One counter. The order of the variants is the order of taking: from the most particular to the widest, so that the
/// answer names the cap that a person can do something about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum CapKey {
    /// One subsidy for one piece of goods, over the whole programme.
    SerialNumber(SerialNumber),
    /// One subsidy for one qualification.
    Qualification(CampaignId, QualificationCode),
    /// A person's items and money in a category.
    PersonCategory(CampaignId, PersonKey, CategoryId),
    /// A person's items and money in a week, which is named by its Monday.
    PersonWeek(CampaignId, PersonKey, BusinessDate),
    /// A person's items and money in a calendar year.
    PersonYear(CampaignId, PersonKey, u16),
    /// A person's items and money in the whole campaign.
    PersonCampaign(CampaignId, PersonKey),
    /// What one terminal may give.
    Terminal(CampaignId, MerchantId, TerminalId),
    /// What one merchant may give.
    Merchant(CampaignId, MerchantId),
    /// What is set aside for a district.
    District(CampaignId, DistrictCode),
    /// What is set aside for a category.
    Category(CampaignId, CategoryId),
    /// What may be given on one business day.
    Day(CampaignId, BusinessDate),
    /// One tranche of pre-funding.
    Tranche(CampaignId, u16),
    /// The campaign's whole budget.
    Campaign(CampaignId),
}

impl CapKey {
    /// Which kind of cap this is.
    pub const fn kind(&self) -> CapKind {
        match self {
            Self::SerialNumber(..) => CapKind::SerialNumber,
            Self::Qualification(..) => CapKind::Qualification,
            Self::PersonCategory(..) => CapKind::PersonCategory,
            Self::PersonWeek(..) => CapKind::PersonWeek,
            Self::PersonYear(..) => CapKind::PersonYear,
            Self::PersonCampaign(..) => CapKind::PersonCampaign,
            Self::Terminal(..) => CapKind::Terminal,
            Self::Merchant(..) => CapKind::Merchant,
            Self::District(..) => CapKind::District,
            Self::Category(..) => CapKind::Category,
            Self::Day(..) => CapKind::Day,
            Self::Tranche(..) => CapKind::Tranche,
            Self::Campaign(..) => CapKind::Campaign,
        }
    }

    /// Whose it is; none of a serial number, which is the whole programme's.
    pub const fn campaign(&self) -> Option<CampaignId> {
        match self {
            Self::SerialNumber(_) => None,
            Self::Qualification(campaign, _)
            | Self::PersonCategory(campaign, ..)
            | Self::PersonWeek(campaign, ..)
            | Self::PersonYear(campaign, ..)
            | Self::PersonCampaign(campaign, _)
            | Self::Terminal(campaign, ..)
            | Self::Merchant(campaign, _)
            | Self::District(campaign, _)
            | Self::Category(campaign, _)
            | Self::Day(campaign, _)
            | Self::Tranche(campaign, _)
            | Self::Campaign(campaign) => Some(*campaign),
        }
    }

    /// The campaign whose allowance it is; none of what is no allowance.
    pub const fn allowance_of(&self) -> Option<CampaignId> {
        match self {
            Self::PersonCategory(campaign, ..)
            | Self::PersonWeek(campaign, ..)
            | Self::PersonYear(campaign, ..)
            | Self::PersonCampaign(campaign, ..) => Some(*campaign),
            _ => None,
        }
    }
}

/// The cap's id as tag 88, the budgets of the API and the settlement's totals name it: `campaign:shenzhen-2024`,
/// `category:shenzhen-2024:phone`. Persons, serial numbers and qualification codes are left out.
impl fmt::Display for CapKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind().as_str();
        match self {
            Self::SerialNumber(_) => formatter.write_str(kind),
            Self::Qualification(campaign, _) | Self::PersonCampaign(campaign, _) | Self::Campaign(campaign) => {
                write!(formatter, "{kind}:{campaign}")
            }
            Self::PersonCategory(campaign, _, category) | Self::Category(campaign, category) => {
                write!(formatter, "{kind}:{campaign}:{category}")
            }
            Self::Terminal(campaign, merchant, terminal) => {
                write!(formatter, "{kind}:{campaign}:{merchant}:{terminal}")
            }
            Self::Merchant(campaign, merchant) => write!(formatter, "{kind}:{campaign}:{merchant}"),
            Self::District(campaign, district) => write!(formatter, "{kind}:{campaign}:{district}"),
            Self::PersonWeek(campaign, _, date) | Self::Day(campaign, date) => {
                write!(formatter, "{kind}:{campaign}:{date}")
            }
            Self::PersonYear(campaign, _, year) => write!(formatter, "{kind}:{campaign}:{year}"),
            Self::Tranche(campaign, number) => write!(formatter, "{kind}:{campaign}:{number}"),
        }
    }
}

/// The kinds of caps, in the order of taking.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum CapKind {
    /// See [`CapKey::SerialNumber`].
    SerialNumber,
    /// See [`CapKey::Qualification`].
    Qualification,
    /// See [`CapKey::PersonCategory`].
    PersonCategory,
    /// See [`CapKey::PersonWeek`].
    PersonWeek,
    /// See [`CapKey::PersonYear`].
    PersonYear,
    /// See [`CapKey::PersonCampaign`].
    PersonCampaign,
    /// See [`CapKey::Terminal`].
    Terminal,
    /// See [`CapKey::Merchant`].
    Merchant,
    /// See [`CapKey::District`].
    District,
    /// See [`CapKey::Category`].
    Category,
    /// See [`CapKey::Day`].
    Day,
    /// See [`CapKey::Tranche`].
    Tranche,
    /// See [`CapKey::Campaign`].
    Campaign,
}

impl CapKind {
    /// The first part of the cap's id.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SerialNumber => "serial-number",
            Self::Qualification => "qualification",
            Self::PersonCategory => "person-category",
            Self::PersonWeek => "person-week",
            Self::PersonYear => "person-year",
            Self::PersonCampaign => "person-campaign",
            Self::Terminal => "terminal",
            Self::Merchant => "merchant",
            Self::District => "district",
            Self::Category => "category",
            Self::Day => "day",
            Self::Tranche => "tranche",
            Self::Campaign => "campaign",
        }
    }

    /// What is told where this kind of cap bound.
    pub const fn refusal(self) -> DecisionCode {
        match self {
            Self::SerialNumber => DecisionCode::SerialNumberUsed,
            Self::Qualification => DecisionCode::Qualification,
            Self::PersonCategory | Self::PersonWeek | Self::PersonYear | Self::PersonCampaign => {
                DecisionCode::AllowanceUsed
            }
            Self::Terminal
            | Self::Merchant
            | Self::District
            | Self::Category
            | Self::Day
            | Self::Tranche
            | Self::Campaign => DecisionCode::BudgetUsed,
        }
    }

    /// Whether the cap says how much one person may buy.
    pub const fn is_allowance(self) -> bool {
        matches!(self, Self::PersonCategory | Self::PersonWeek | Self::PersonYear | Self::PersonCampaign)
    }

    /// Whether the cap is a person's own, or a budget that all share.
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::SerialNumber | Self::Qualification) || self.is_allowance()
    }
}

/// How much a cap gives. What is `None` is not limited; limits come from the rules in force at the moment of taking, so
/// that changing one needs no change of any counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CapLimit {
    /// Money at most.
    pub amount: Option<MinorUnits>,
    /// Items at most.
    pub count: Option<u32>,
}

impl CapLimit {
    /// Money limited, items not.
    pub const fn of_amount(amount: MinorUnits) -> Self {
        Self { amount: Some(amount), count: None }
    }

    /// Items limited, money not.
    pub const fn of_count(count: u32) -> Self {
        Self { amount: None, count: Some(count) }
    }

    /// Whether nothing is limited.
    pub const fn is_none(&self) -> bool {
        self.amount.is_none() && self.count.is_none()
    }
}

/// A part of a cap that a grant takes (and a release or a return gives back).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CapTake {
    /// From which cap.
    pub key: CapKey,
    /// Money taken.
    pub amount: MinorUnits,
    /// Items taken.
    pub count: u32,
    /// The limit that holds now; of a take read back from the journal: none.
    pub limit: CapLimit,
}

/// What stands on a cap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CapBalance {
    /// Held for sales whose outcome is not known yet (in flight or in doubt).
    pub held: MinorUnits,
    /// Granted and not returned.
    pub used: MinorUnits,
    /// Items held.
    pub held_count: u32,
    /// Items granted and not returned.
    pub used_count: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_no_person() {
        let campaign = CampaignId::new("shenzhen-2024").unwrap();
        let phone = CategoryId::new("phone").unwrap();
        let check = |key: CapKey, expected: &str| assert_eq!(key.to_string(), expected);
        check(CapKey::Campaign(campaign), "campaign:shenzhen-2024");
        check(CapKey::PersonCategory(campaign, PersonKey([7; 16]), phone), "person-category:shenzhen-2024:phone");
        let monday = BusinessDate::parse("2024-12-30").unwrap();
        check(CapKey::PersonWeek(campaign, PersonKey([7; 16]), monday), "person-week:shenzhen-2024:2024-12-30");
        check(CapKey::PersonYear(campaign, PersonKey([7; 16]), 2024), "person-year:shenzhen-2024:2024");
        check(CapKey::PersonCampaign(campaign, PersonKey([7; 16])), "person-campaign:shenzhen-2024");
        check(CapKey::SerialNumber(SerialNumber::new("SN1").unwrap()), "serial-number");
    }

    #[test]
    fn the_order_runs_from_particular_to_wide() {
        let campaign = CampaignId::default();
        assert!(CapKey::SerialNumber(SerialNumber::default()) < CapKey::Merchant(campaign, MerchantId::default()));
        assert!(CapKey::Day(campaign, BusinessDate(0)) < CapKey::Campaign(campaign));
        assert!(CapKind::PersonCategory < CapKind::PersonWeek && CapKind::PersonCampaign < CapKind::Terminal);
    }
}
