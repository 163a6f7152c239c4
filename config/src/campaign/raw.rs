//! The shape of a campaign file, key by key as `CampaignSettings` names them.

use jiff::civil;
use lijian_domain::campaign::{
    AllowanceReturn, BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, RefundPolicy, RefundSplit,
    SaleForm, SerialNumbers, SponsorSettings, SponsorSplit,
};
use lijian_domain::money::Rounding;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use toml::value::Datetime;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCampaign {
    id: String,
    period: RawPeriod,
    daily_window: Option<RawWindow>,
    #[serde(default)]
    places: Vec<String>,
    sale_form: RawSaleForm,
    serial_numbers: RawSerialNumbers,
    #[serde(default)]
    rounding: RawRounding,
    #[serde(default)]
    refund: RawRefund,
    #[serde(default)]
    per_person: RawPersons,
    budget: RawBudget,
    #[serde(default)]
    sponsor_split: RawSponsorSplit,
    sponsors: Vec<RawSponsor>,
    categories: Vec<RawCategory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeriod {
    #[serde(deserialize_with = "date")]
    first: civil::Date,
    #[serde(deserialize_with = "date")]
    last: civil::Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWindow {
    #[serde(deserialize_with = "time")]
    from: civil::Time,
    #[serde(deserialize_with = "time")]
    until: civil::Time,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawSaleForm {
    OneItem,
    Basket,
    WholeOrder,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawSerialNumbers {
    Ignored,
    Once,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
enum RawRounding {
    #[default]
    Floor,
    HalfUp,
    Ceiling,
}

/// What is not given is as the domain has it by default.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawRefund {
    allowance: Option<RawAllowance>,
    split: Option<RawSplit>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum RawAllowance {
    Never,
    SameDay,
    NextDay,
    OnFullReturn,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum RawSplit {
    SubsidyFirst,
    ProRata,
    WholeOrderOnly,
    NotRefundable,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawPersons {
    week_items: Option<u32>,
    week_fen: Option<u64>,
    year_items: Option<u32>,
    year_fen: Option<u64>,
    campaign_items: Option<u32>,
    campaign_fen: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBudget {
    campaign_fen: u64,
    day_fen: Option<u64>,
    merchant_fen: Option<u64>,
    terminal_fen: Option<u64>,
    #[serde(default)]
    districts_fen: BTreeMap<String, u64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
enum RawSponsorSplit {
    #[default]
    LargestRemainder,
    InOrder,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSponsor {
    id: String,
    share_basis_points: Option<u32>,
    at_most_fen: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCategory {
    ids: Vec<String>,
    rate_basis_points: Option<u32>,
    #[serde(default)]
    rate_basis_points_by_grade: BTreeMap<String, u32>,
    rate_basis_points_without_grade: Option<u32>,
    cap_per_item_fen: u64,
    items_per_person: Option<u32>,
    money_per_person_fen: Option<u64>,
    price_min_fen: Option<u64>,
    price_max_fen: Option<u64>,
    budget_fen: Option<u64>,
    #[serde(default, deserialize_with = "optional_date_time")]
    stopped_from: Option<civil::DateTime>,
}

impl From<RawCampaign> for CampaignSettings {
    fn from(raw: RawCampaign) -> Self {
        Self {
            id: raw.id,
            first_day: raw.period.first,
            last_day: raw.period.last,
            daily_window: raw.daily_window.map(|window| (window.from, window.until)),
            places: raw.places,
            sale_form: match raw.sale_form {
                RawSaleForm::OneItem => SaleForm::OneItem,
                RawSaleForm::Basket => SaleForm::Basket,
                RawSaleForm::WholeOrder => SaleForm::WholeOrder,
            },
            serial_numbers: match raw.serial_numbers {
                RawSerialNumbers::Ignored => SerialNumbers::Ignored,
                RawSerialNumbers::Once => SerialNumbers::Once,
            },
            rounding: match raw.rounding {
                RawRounding::Floor => Rounding::Floor,
                RawRounding::HalfUp => Rounding::HalfUp,
                RawRounding::Ceiling => Rounding::Ceiling,
            },
            refund: raw.refund.into(),
            per_person: raw.per_person.into(),
            budget: BudgetSettings {
                campaign_fen: raw.budget.campaign_fen,
                day_fen: raw.budget.day_fen,
                merchant_fen: raw.budget.merchant_fen,
                terminal_fen: raw.budget.terminal_fen,
                districts_fen: raw.budget.districts_fen.into_iter().collect(),
            },
            sponsor_split: match raw.sponsor_split {
                RawSponsorSplit::LargestRemainder => SponsorSplit::LargestRemainder,
                RawSponsorSplit::InOrder => SponsorSplit::InOrder,
            },
            sponsors: raw.sponsors.into_iter().map(SponsorSettings::from).collect(),
            categories: raw.categories.into_iter().map(CategorySettings::from).collect(),
        }
    }
}

impl From<RawRefund> for RefundPolicy {
    fn from(raw: RawRefund) -> Self {
        let allowance = raw.allowance.map(|allowance| match allowance {
            RawAllowance::Never => AllowanceReturn::Never,
            RawAllowance::SameDay => AllowanceReturn::SameDay,
            RawAllowance::NextDay => AllowanceReturn::NextDay,
            RawAllowance::OnFullReturn => AllowanceReturn::OnFullReturnOnly,
        });
        let split = raw.split.map(|split| match split {
            RawSplit::SubsidyFirst => RefundSplit::SubsidyFirst,
            RawSplit::ProRata => RefundSplit::ProRata,
            RawSplit::WholeOrderOnly => RefundSplit::WholeOrderOnly,
            RawSplit::NotRefundable => RefundSplit::NotRefundable,
        });
        Self { allowance: allowance.unwrap_or_default(), split: split.unwrap_or_default() }
    }
}

impl From<RawPersons> for PersonSettings {
    fn from(raw: RawPersons) -> Self {
        Self {
            week_items: raw.week_items,
            week_fen: raw.week_fen,
            year_items: raw.year_items,
            year_fen: raw.year_fen,
            campaign_items: raw.campaign_items,
            campaign_fen: raw.campaign_fen,
        }
    }
}

impl From<RawSponsor> for SponsorSettings {
    fn from(raw: RawSponsor) -> Self {
        Self { id: raw.id, share_basis_points: raw.share_basis_points, at_most_fen: raw.at_most_fen }
    }
}

impl From<RawCategory> for CategorySettings {
    fn from(raw: RawCategory) -> Self {
        Self {
            ids: raw.ids,
            rate_basis_points: raw.rate_basis_points,
            rate_basis_points_by_grade: raw.rate_basis_points_by_grade.into_iter().collect(),
            rate_basis_points_without_grade: raw.rate_basis_points_without_grade,
            cap_per_item_fen: raw.cap_per_item_fen,
            items_per_person: raw.items_per_person,
            money_per_person_fen: raw.money_per_person_fen,
            price_min_fen: raw.price_min_fen,
            price_max_fen: raw.price_max_fen,
            budget_fen: raw.budget_fen,
            stopped_from: raw.stopped_from,
        }
    }
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<civil::Date, D::Error> {
    let text = Datetime::deserialize(deserializer)?.to_string();
    text.parse().ok().filter(|_| text.len() == 10).ok_or_else(|| wrong(&text, "a date, for example 2024-09-06"))
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<civil::Time, D::Error> {
    let found = Datetime::deserialize(deserializer)?;
    let text = found.to_string();
    let parsed = if found.date.is_none() { text.parse().ok() } else { None };
    parsed.ok_or_else(|| wrong(&text, "a time of day, for example 10:00:00"))
}

fn optional_date_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<civil::DateTime>, D::Error> {
    let found = Datetime::deserialize(deserializer)?;
    let text = found.to_string();
    let local = found.date.is_some() && found.time.is_some() && found.offset.is_none();
    let parsed = if local { text.parse().ok() } else { None };
    let expected = "a date and time of the programme's zone without offset, for example 2024-11-08T00:00:00";
    parsed.map(Some).ok_or_else(|| wrong(&text, expected))
}

fn wrong<E: Error>(found: &str, expected: &str) -> E {
    E::custom(format!("{found}, expected {expected}"))
}
