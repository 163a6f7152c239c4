//! The shape of a campaign file, key by key as `CampaignSettings` names them.

mod category;
mod money;
mod names;
mod qualification;
mod time;

use category::RawCategory;
use jiff::civil;
use lijian_domain::campaign::{CampaignSettings, CategorySettings, SponsorSettings};
use money::{RawBudget, RawPersons, RawSponsor};
use names::{RawAdvancedBy, RawRefund, RawRounding, RawSaleForm, RawSerialNumbers, RawSponsorSplit, RawStacking};
use qualification::RawQualification;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::campaign) struct RawCampaign {
    id: String,
    period: RawPeriod,
    daily_window: Option<RawWindow>,
    #[serde(default)]
    places: Vec<String>,
    sale_form: RawSaleForm,
    serial_numbers: RawSerialNumbers,
    currency: Option<String>,
    #[serde(default)]
    filed_price_tolerance_basis_points: u32,
    #[serde(default)]
    priority: u32,
    #[serde(default)]
    stacking: RawStacking,
    #[serde(default)]
    rounding: RawRounding,
    #[serde(default)]
    refund: RawRefund,
    qualification: Option<RawQualification>,
    #[serde(default)]
    per_person: RawPersons,
    budget: RawBudget,
    #[serde(default)]
    advanced_by: RawAdvancedBy,
    #[serde(default)]
    sponsor_split: RawSponsorSplit,
    sponsors: Vec<RawSponsor>,
    /// Compiled by whoever reads the file.
    pub(in crate::campaign) condition: Option<String>,
    categories: Vec<RawCategory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeriod {
    #[serde(deserialize_with = "time::date")]
    first: civil::Date,
    #[serde(deserialize_with = "time::date")]
    last: civil::Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWindow {
    #[serde(deserialize_with = "time::time")]
    from: civil::Time,
    #[serde(deserialize_with = "time::time")]
    until: civil::Time,
}

impl From<RawWindow> for (civil::Time, civil::Time) {
    fn from(raw: RawWindow) -> Self {
        (raw.from, raw.until)
    }
}

impl From<RawCampaign> for CampaignSettings {
    fn from(raw: RawCampaign) -> Self {
        Self {
            id: raw.id,
            first_day: raw.period.first,
            last_day: raw.period.last,
            daily_window: raw.daily_window.map(Into::into),
            places: raw.places,
            sale_form: raw.sale_form.into(),
            serial_numbers: raw.serial_numbers.into(),
            currency: raw.currency,
            filed_price_tolerance_basis_points: raw.filed_price_tolerance_basis_points,
            priority: raw.priority,
            stacking: raw.stacking.into(),
            rounding: raw.rounding.into(),
            refund: raw.refund.into(),
            qualification: raw.qualification.map(Into::into),
            per_person: raw.per_person.into(),
            budget: raw.budget.into(),
            advanced_by: raw.advanced_by.into(),
            sponsor_split: raw.sponsor_split.into(),
            sponsors: raw.sponsors.into_iter().map(SponsorSettings::from).collect(),
            condition: None,
            categories: raw.categories.into_iter().map(CategorySettings::from).collect(),
        }
    }
}
