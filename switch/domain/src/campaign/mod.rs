//! A campaign: what one programme subsidises, when, where, by how much, and out of which budgets.
//!
//! A [`Campaign`] is made from [`CampaignSettings`] and is right once made: every rate is over zero and at most 100 %, every
//! limit is over zero, no category stands twice, the sponsors' shares add up to the whole. It says nothing of any sale;
//! [`crate::decide`] does. A budget that a campaign does not name is not counted: to be able to limit something later,
//! name it from the start with a limit that never binds.

mod budget;
mod category;
mod check;
mod condition;
mod overlap;
mod qualification;
mod refund;
mod settings;
mod sponsors;
mod stacking;

pub use budget::{Budget, DayPacing, Tranches};
pub use category::{Category, GRADE_MAX, Rates, Subtypes};
pub use check::CampaignError;
pub use condition::{Condition, ConditionFailed, Facts, FreeCondition};
pub use overlap::Overlap;
pub use qualification::{ClaimValidity, Lottery, Member, Pack, QualificationTerms};
pub use refund::{AllowanceReturn, RefundPolicy, RefundSplit};
pub use settings::{
    BudgetSettings, CampaignSettings, CategorySettings, CouponSettings, MemberSettings, PacingSettings, PackSettings,
    PersonSettings, QualificationSettings, SponsorSettings, TrancheSettings,
};
pub use sponsors::{SponsorSplit, Sponsors};
pub use stacking::Stacking;

use crate::cap::{CapKey, CapLimit};
use crate::currency::Currency;
use crate::funding::Funding;
use crate::ids::{CampaignId, CategoryId, DistrictCode};
use crate::money::{BasisPoints, MinorUnits, Rounding};
use crate::time::{DailyWindow, Moment, Validity};

/// One programme.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Campaign {
    /// Its id (tag 83).
    pub id: CampaignId,
    /// First and last civil day, both included.
    pub period: Validity,
    /// The hours of each day in which it is open; none: the whole day.
    pub daily_window: Option<DailyWindow>,
    /// Where the merchant must be; none named: anywhere.
    pub places: Box<[Place]>,
    /// Whether one sale may hold several items.
    pub sale_form: SaleForm,
    /// What a serial number does.
    pub serial_numbers: SerialNumbers,
    /// What its money, and every sale that it subsidises, is in.
    pub currency: Currency,
    /// By so much of it a price may exceed the one filed.
    pub filed_price_tolerance: BasisPoints,
    /// Of two campaigns that could both give, the higher one is tried first.
    pub priority: u32,
    /// What comes before the subsidy, and what after.
    pub stacking: Stacking,
    /// How a share is brought to whole fen.
    pub rounding: Rounding,
    /// What happens to the money of a sale that is given back.
    pub refund: RefundPolicy,
    /// What is asked of claims; none: a sale needs no qualification.
    pub qualification: Option<QualificationTerms>,
    /// What one person may have of it beside what the categories say.
    pub per_person: PersonLimits,
    /// What it can spend.
    pub budget: Budget,
    /// What must hold beside all that; none: nothing.
    pub condition: Option<FreeCondition>,
    /// Who pays.
    pub sponsors: Sponsors,
    /// Who pays until they do, and how a network is told of them.
    pub funding: Funding,
    /// What people read of the coupons of [`Self::funding`], in their order.
    pub coupon_descriptions: Box<[String]>,
    /// In the order of their ids.
    categories: Box<[Category]>,
}

impl Campaign {
    /// Whether it runs at this moment.
    pub fn opening(&self, now: &Moment) -> Opening {
        if !self.period.contains(now.local.date()) {
            Opening::OutsidePeriod
        } else if self.daily_window.is_some_and(|window| !window.contains(now.local.time())) {
            Opening::OutsideHours
        } else {
            Opening::Open
        }
    }

    /// Its terms for a category; none: it does not subsidise it.
    pub fn category(&self, id: &CategoryId) -> Option<&Category> {
        let found = self.categories.binary_search_by(|category| category.id.cmp(id)).ok()?;
        self.categories.get(found)
    }

    /// All its categories, in the order of their ids.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// Whether it may subsidise a sale in this district.
    pub fn reaches(&self, district: &DistrictCode) -> bool {
        self.places.is_empty() || self.places.iter().any(|place| place.contains(district))
    }

    /// The budgets known before any sale, with the limits of this moment, the day's among them; from the widest to the most
    /// particular. Those of a merchant or a terminal exist from its first sale on.
    pub fn caps(&self, now: &Moment) -> impl Iterator<Item = (CapKey, CapLimit)> {
        let (id, budget) = (self.id, &self.budget);
        let whole = [
            Some((CapKey::Campaign(id), budget.campaign)),
            budget.arrived(now).map(|limit| (CapKey::Tranche(id, 0), limit)),
            budget.day_so_far(now).map(|limit| (CapKey::Day(id, now.business_date), limit)),
        ];
        let of_categories = self.categories.iter();
        let of_categories = of_categories
            .filter_map(move |category| category.budget.map(|limit| (CapKey::Category(id, category.id), limit)));
        let of_districts = budget.districts.iter().map(move |(code, limit)| (CapKey::District(id, *code), *limit));
        let all = whole.into_iter().flatten().chain(of_categories).chain(of_districts);
        all.map(|(key, limit)| (key, CapLimit::of_amount(limit)))
    }

    /// The most that may ever stand on one of its shared caps; none where it is not limited. The limit of a moment can be
    /// less: [`Self::caps`].
    pub fn limit_at_most(&self, key: &CapKey) -> Option<MinorUnits> {
        match key {
            CapKey::Campaign(_) => Some(self.budget.campaign),
            CapKey::Tranche(..) => self.budget.tranches.as_ref().map(Tranches::total),
            CapKey::Day(..) => self.budget.day,
            CapKey::Category(_, category) => self.category(category)?.budget,
            CapKey::District(_, district) => self.budget.district(district),
            CapKey::Merchant(..) => self.budget.merchant,
            CapKey::Terminal(..) => self.budget.terminal,
            _ => None,
        }
    }
}

/// Whether a campaign runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    /// It does.
    Open,
    /// Not on this day.
    OutsidePeriod,
    /// On this day, but not at this hour.
    OutsideHours,
}

/// What one person may have of a campaign over all its categories, in items and in money. Weeks and years are those of the
/// civil date in the programme's zone, whatever the business date.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PersonLimits {
    /// From Monday to Sunday.
    pub week: CapLimit,
    /// From 1 January to 31 December.
    pub year: CapLimit,
    /// In all.
    pub campaign: CapLimit,
}

/// Whether one sale may hold several items.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SaleForm {
    /// One item, one piece: the subsidised item is paid for by itself.
    #[default]
    OneItem,
    /// Several items, several pieces.
    Basket,
    /// Several items, several pieces, subsidised as one: the rate is taken of their sum, which must be within the least and
    /// the highest price, the cap per item holds for it, and allowances over all categories count the order. All categories
    /// then have the same terms.
    WholeOrder,
}

/// What a serial number does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SerialNumbers {
    /// Nothing.
    Ignored,
    /// Goods whose number the till sends are subsidised once in the whole programme.
    #[default]
    Once,
}

/// A place by its code (GB/T 2260): a district, or with `00` at its end a city, or with `0000` a province.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place(DistrictCode);

impl Place {
    /// Whether a district lies in it.
    pub fn contains(&self, district: &DistrictCode) -> bool {
        district.as_str().starts_with(self.prefix())
    }

    /// Whether a district can lie in both.
    fn meets(&self, other: &Self) -> bool {
        self.prefix().starts_with(other.prefix()) || other.prefix().starts_with(self.prefix())
    }

    fn prefix(&self) -> &str {
        let code = self.0.as_str();
        code.strip_suffix("0000").or_else(|| code.strip_suffix("00")).unwrap_or(code)
    }
}
