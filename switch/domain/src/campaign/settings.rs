//! A campaign as an operator writes it down: plain values under the names of the file's keys, not yet checked.

use crate::campaign::{
    ClaimValidity, FreeCondition, Lottery, RefundPolicy, SaleForm, SerialNumbers, SponsorSplit, Stacking,
};
use crate::funding::{AdvancedBy, CouponKind};
use crate::money::Rounding;
use jiff::civil;

/// One campaign, unchecked; [`CampaignSettings::check`] makes it a [`crate::campaign::Campaign`]. Money is in fen, rates in
/// hundredths of a percent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CampaignSettings {
    /// `id`: lower-case letters, digits and hyphens.
    pub id: String,
    /// `period.first`.
    pub first_day: civil::Date,
    /// `period.last`, included.
    pub last_day: civil::Date,
    /// `daily_window.from` (included) and `daily_window.until` (not included).
    pub daily_window: Option<(civil::Time, civil::Time)>,
    /// `places`: codes of districts, cities or provinces; none: anywhere.
    pub places: Vec<String>,
    /// `sale_form`.
    pub sale_form: SaleForm,
    /// `serial_numbers`.
    pub serial_numbers: SerialNumbers,
    /// `currency`: three letters (ISO 4217); none: CNY.
    pub currency: Option<String>,
    /// `filed_price_tolerance_basis_points`: by so much of it a price may exceed the one filed.
    pub filed_price_tolerance_basis_points: u32,
    /// `priority`: of two campaigns that could both give, the higher one is tried first.
    pub priority: u32,
    /// `stacking`.
    pub stacking: Stacking,
    /// `rounding`.
    pub rounding: Rounding,
    /// `refund`.
    pub refund: RefundPolicy,
    /// `qualification`; none: a sale needs none.
    pub qualification: Option<QualificationSettings>,
    /// `per_person`.
    pub per_person: PersonSettings,
    /// `budget`.
    pub budget: BudgetSettings,
    /// `advanced_by`.
    pub advanced_by: AdvancedBy,
    /// `sponsor_split`.
    pub sponsor_split: SponsorSplit,
    /// `sponsors`.
    pub sponsors: Vec<SponsorSettings>,
    /// `condition`, compiled.
    pub condition: Option<FreeCondition>,
    /// `categories`: groups of categories with the same terms.
    pub categories: Vec<CategorySettings>,
}

/// `budget`: what can be spent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BudgetSettings {
    /// In all.
    pub campaign_fen: u64,
    /// Money that arrives in parts; none: all of it is there from the start.
    pub tranches: Vec<TrancheSettings>,
    /// On one business day.
    pub day_fen: Option<u64>,
    /// How the day's money is released; none: all of it as the day begins.
    pub day_pacing: Option<PacingSettings>,
    /// Through any one merchant.
    pub merchant_fen: Option<u64>,
    /// Through any one terminal.
    pub terminal_fen: Option<u64>,
    /// In some districts.
    pub districts_fen: Vec<(String, u64)>,
}

/// One of `budget.tranches`: money that arrives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrancheSettings {
    /// From this local time on.
    pub from: civil::DateTime,
    /// So much.
    pub fen: u64,
}

/// `budget.day_pacing`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PacingSettings {
    /// `"even"`: evenly over the hours in which the campaign is open.
    Even,
    /// The share of each hour of the clock, from midnight on, in hundredths of a percent.
    Hours(Vec<u32>),
}

/// `per_person`: what one person may have over all categories.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PersonSettings {
    /// Items (with `sale_form` "whole-order" orders, as for all items here) from Monday to Sunday.
    pub week_items: Option<u32>,
    /// Money from Monday to Sunday.
    pub week_fen: Option<u64>,
    /// Items in a calendar year.
    pub year_items: Option<u32>,
    /// Money in a calendar year.
    pub year_fen: Option<u64>,
    /// Items in the whole campaign.
    pub campaign_items: Option<u32>,
    /// Money in the whole campaign.
    pub campaign_fen: Option<u64>,
}

/// One of `sponsors`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SponsorSettings {
    /// Who.
    pub id: String,
    /// With the split by largest remainder: which part of each discount; none: the whole.
    pub share_basis_points: Option<u32>,
    /// With the split in order: the most that it pays of a discount; none for the last sponsor alone.
    pub at_most_fen: Option<u64>,
    /// How UnionPay's couponInfo names its part.
    pub coupon: Option<CouponSettings>,
}

/// `coupon` of a sponsor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CouponSettings {
    /// Its type.
    pub kind: CouponKind,
    /// Who sponsors it with the network.
    pub sponsor_id: String,
    /// Which coupon.
    pub id: String,
    /// What people read; empty: nothing.
    pub description: String,
}

/// `qualification`: what a person claims before buying.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QualificationSettings {
    /// `window.from` and `window.until`: the hours of claiming.
    pub window: Option<(civil::Time, civil::Time)>,
    /// How long a claim can be redeemed.
    pub validity: ClaimValidity,
    /// Claims of one pack that a person may make.
    pub claims_max: u32,
    /// Whether store staff confirm a claim.
    pub confirmed_by_staff: bool,
    /// How long they can; none: as long as the campaign runs.
    pub confirm_within: Option<ClaimValidity>,
    /// Claims of one day at most.
    pub released_per_day: Option<u32>,
    /// `lottery.draw_from` and `lottery.winners`.
    pub lottery: Option<Lottery>,
    /// What can be claimed.
    pub packs: Vec<PackSettings>,
}

/// One of `qualification.packs`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackSettings {
    /// Its id.
    pub id: String,
    /// How many of its qualifications can be redeemed.
    pub redeemable: u32,
    /// Its qualifications.
    pub members: Vec<MemberSettings>,
}

/// One of the `members` of a pack.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MemberSettings {
    /// The categories that it is good for.
    pub categories: Vec<String>,
    /// The grades that it is good for; none: any, and goods without one.
    pub grades: Vec<u8>,
}

/// One of `categories`: the same terms for each category named in `ids`, each with counters of its own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CategorySettings {
    /// The categories.
    pub ids: Vec<String>,
    /// Only goods of these kinds; none: of all.
    pub subtypes: Vec<String>,
    /// No goods of these kinds; instead of the last.
    pub without_subtypes: Vec<String>,
    /// The rate whatever the grade; instead of the next two.
    pub rate_basis_points: Option<u32>,
    /// The rate by grade, `1` the best.
    pub rate_basis_points_by_grade: Vec<(String, u32)>,
    /// The rate of goods without a grade.
    pub rate_basis_points_without_grade: Option<u32>,
    /// At most so much for one item, or for a whole order.
    pub cap_per_item_fen: u64,
    /// At most so many items for a person in each of the categories.
    pub items_per_person: Option<u32>,
    /// At most so much money for a person in each of the categories.
    pub money_per_person_fen: Option<u64>,
    /// The lowest final unit price, or sum of a whole order, that is subsidised.
    pub price_min_fen: Option<u64>,
    /// The highest final unit price, or sum of a whole order, that is subsidised.
    pub price_max_fen: Option<u64>,
    /// What is set aside for each of the categories.
    pub budget_fen: Option<u64>,
    /// From this local time on they are no longer subsidised.
    pub stopped_from: Option<civil::DateTime>,
}
