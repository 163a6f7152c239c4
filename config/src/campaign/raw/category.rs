//! A group of categories with the same terms.

use super::time::optional_date_time;
use jiff::civil;
use lijian_domain::campaign::CategorySettings;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCategory {
    ids: Vec<String>,
    #[serde(default)]
    subtypes: Vec<String>,
    #[serde(default)]
    without_subtypes: Vec<String>,
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

impl From<RawCategory> for CategorySettings {
    fn from(raw: RawCategory) -> Self {
        Self {
            ids: raw.ids,
            subtypes: raw.subtypes,
            without_subtypes: raw.without_subtypes,
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
