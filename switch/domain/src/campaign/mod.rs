//! A campaign: what one programme subsidises, when, where, by how much, and out of which budgets.
//!
//! A [`Campaign`] is made from [`CampaignSettings`] and is right once made: every rate is over zero and at most 100 %, every
//! limit is over zero, no category stands twice, the sponsors' shares add up to the whole. It says nothing of any sale;
//! [`crate::decide`] does. A budget that a campaign does not name is not counted: to be able to limit something later,
//! name it from the start with a limit that never binds.

mod check;
mod qualification;
mod refund;
mod settings;
mod sponsors;

pub use check::CampaignError;
pub use qualification::{ClaimValidity, Lottery, Member, Pack, QualificationTerms};
pub use refund::{AllowanceReturn, RefundPolicy, RefundSplit};
pub use settings::{BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, SponsorSettings};
pub use sponsors::{SponsorSplit, Sponsors};

use crate::cap::{CapKey, CapLimit};
use crate::ids::{CampaignId, CategoryId, DistrictCode};
use crate::money::{BasisPoints, MinorUnits, Rounding};
use crate::time::{BusinessDate, DailyWindow, Moment, Validity};
use jiff::civil;

/// Efficiency grades run from 1 (best) to this (GB 12021 and its kin label at most five).
pub const GRADE_MAX: u8 = 5;

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
    /// Who pays.
    pub sponsors: Sponsors,
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

    /// The budgets known before any sale, with their limits, the day's among them; from the widest to the most particular.
    /// Those of a merchant or a terminal exist from its first sale on.
    pub fn caps(&self, day: BusinessDate) -> impl Iterator<Item = (CapKey, CapLimit)> {
        let whole = (CapKey::Campaign(self.id), CapLimit::of_amount(self.budget.campaign));
        let of_day = self.budget.day.map(|limit| (CapKey::Day(self.id, day), CapLimit::of_amount(limit)));
        let of_categories = self.categories.iter().filter_map(|category| {
            category.budget.map(|limit| (CapKey::Category(self.id, category.id), CapLimit::of_amount(limit)))
        });
        let of_districts = self.budget.districts.iter();
        let of_districts =
            of_districts.map(|(code, limit)| (CapKey::District(self.id, *code), CapLimit::of_amount(*limit)));
        std::iter::once(whole).chain(of_day).chain(of_categories).chain(of_districts)
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

/// What a campaign gives for a category.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Category {
    /// The category.
    pub id: CategoryId,
    /// The share of the price.
    pub rates: Rates,
    /// At most so much for one item.
    pub cap_per_item: MinorUnits,
    /// At most so much for one person, in items and in money.
    pub per_person: CapLimit,
    /// The lowest final unit price that is subsidised.
    pub price_min: Option<MinorUnits>,
    /// The highest final unit price that is subsidised.
    pub price_max: Option<MinorUnits>,
    /// What is set aside for it.
    pub budget: Option<MinorUnits>,
    /// From this local time on it is no longer subsidised, while others go on.
    pub stopped_from: Option<civil::DateTime>,
}

impl Category {
    /// Whether it has been stopped at this local time.
    pub fn is_stopped(&self, local: civil::DateTime) -> bool {
        self.stopped_from.is_some_and(|stop| local >= stop)
    }
}

/// The share of the price that a campaign gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rates {
    /// Whatever the grade, and without one.
    Flat(BasisPoints),
    /// By efficiency grade; a grade that is not named gets nothing.
    ByGrade {
        /// Grade 1 first.
        grades: [Option<BasisPoints>; GRADE_MAX as usize],
        /// For goods that have no grade.
        without_grade: Option<BasisPoints>,
    },
}

impl Rates {
    /// The rate for goods of this grade; none: not subsidised.
    pub fn rate(&self, grade: Option<u8>) -> Option<BasisPoints> {
        match (self, grade) {
            (Self::Flat(rate), _) => Some(*rate),
            (Self::ByGrade { without_grade, .. }, None) => *without_grade,
            (Self::ByGrade { grades, .. }, Some(grade)) => {
                grades.get(usize::from(grade).checked_sub(1)?).copied().flatten()
            }
        }
    }
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

/// What a campaign can spend. What is `None` or not named is neither limited nor counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Budget {
    /// In all.
    pub campaign: MinorUnits,
    /// On one business day.
    pub day: Option<MinorUnits>,
    /// Through any one merchant.
    pub merchant: Option<MinorUnits>,
    /// Through any one terminal.
    pub terminal: Option<MinorUnits>,
    /// In some districts, in the order of their codes.
    pub districts: Box<[(DistrictCode, MinorUnits)]>,
}

impl Budget {
    /// What is set aside for a district.
    pub fn district(&self, code: &DistrictCode) -> Option<MinorUnits> {
        let found = self.districts.binary_search_by(|(named, _)| named.cmp(code)).ok()?;
        self.districts.get(found).map(|(_, limit)| *limit)
    }
}

/// Whether one sale may hold several items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SaleForm {
    /// One item, one piece: the subsidised item is paid for by itself.
    OneItem,
    /// Several items, several pieces.
    Basket,
    /// Several items, several pieces, subsidised as one: the rate is taken of their sum, which must be within the least and
    /// the highest price, the cap per item holds for it, and allowances over all categories count the order. All categories
    /// then have the same terms.
    WholeOrder,
}

/// What a serial number does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SerialNumbers {
    /// Nothing.
    Ignored,
    /// Goods whose number the till sends are subsidised once in the whole programme.
    Once,
}

/// A place by its code (GB/T 2260): a district, or with `00` at its end a city, or with `0000` a province.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place(DistrictCode);

impl Place {
    /// Whether a district lies in it.
    pub fn contains(&self, district: &DistrictCode) -> bool {
        let code = self.0.as_str();
        let prefix = code.strip_suffix("0000").or_else(|| code.strip_suffix("00")).unwrap_or(code);
        district.as_str().starts_with(prefix)
    }
}
