//! Who gets and who pays: allowances of a person, budgets, sponsors.

use super::names::RawCouponKind;
use super::time::date_time;
use jiff::civil;
use lijian_domain::campaign::{
    BudgetSettings, CouponSettings, PacingSettings, PersonSettings, SponsorSettings, TrancheSettings,
};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPersons {
    week_items: Option<u32>,
    week_fen: Option<u64>,
    year_items: Option<u32>,
    year_fen: Option<u64>,
    campaign_items: Option<u32>,
    campaign_fen: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBudget {
    campaign_fen: u64,
    #[serde(default)]
    tranches: Vec<RawTranche>,
    day_fen: Option<u64>,
    day_pacing: Option<RawPacing>,
    merchant_fen: Option<u64>,
    terminal_fen: Option<u64>,
    #[serde(default)]
    districts_fen: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTranche {
    #[serde(deserialize_with = "date_time")]
    from: civil::DateTime,
    fen: u64,
}

struct RawPacing(PacingSettings);

/// Either a name or a list of numbers. Written out, since an untagged enum could not say what would be right.
impl<'de> Deserialize<'de> for RawPacing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PacingVisitor).map(Self)
    }
}

struct PacingVisitor;

impl<'de> Visitor<'de> for PacingVisitor {
    type Value = PacingSettings;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("\"even\" or 24 shares in hundredths of a percent")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PacingSettings, E> {
        match text {
            "even" => Ok(PacingSettings::Even),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut shares: A) -> Result<PacingSettings, A::Error> {
        let mut hours = Vec::new();
        while let Some(share) = shares.next_element()? {
            hours.push(share);
        }
        Ok(PacingSettings::Hours(hours))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSponsor {
    id: String,
    share_basis_points: Option<u32>,
    at_most_fen: Option<u64>,
    coupon: Option<RawCoupon>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCoupon {
    kind: RawCouponKind,
    sponsor_id: String,
    id: String,
    #[serde(default)]
    description: String,
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

impl From<RawBudget> for BudgetSettings {
    fn from(raw: RawBudget) -> Self {
        let tranche = |raw: RawTranche| TrancheSettings { from: raw.from, fen: raw.fen };
        Self {
            campaign_fen: raw.campaign_fen,
            tranches: raw.tranches.into_iter().map(tranche).collect(),
            day_fen: raw.day_fen,
            day_pacing: raw.day_pacing.map(|RawPacing(pacing)| pacing),
            merchant_fen: raw.merchant_fen,
            terminal_fen: raw.terminal_fen,
            districts_fen: raw.districts_fen.into_iter().collect(),
        }
    }
}

impl From<RawSponsor> for SponsorSettings {
    fn from(raw: RawSponsor) -> Self {
        let coupon = raw.coupon.map(|raw| CouponSettings {
            kind: raw.kind.into(),
            sponsor_id: raw.sponsor_id,
            id: raw.id,
            description: raw.description,
        });
        Self { id: raw.id, share_basis_points: raw.share_basis_points, at_most_fen: raw.at_most_fen, coupon }
    }
}
