//! What a person claims before buying.

use super::RawWindow;
use super::time::time;
use crate::digest::FileDigest;
use jiff::civil;
use lijian_domain::campaign::{ClaimValidity, Lottery, MemberSettings, PackSettings, QualificationSettings};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQualification {
    window: Option<RawWindow>,
    validity: RawValidity,
    #[serde(default = "once")]
    claims_max: u32,
    #[serde(default)]
    confirmed_by_staff: bool,
    confirm_within: Option<RawValidity>,
    released_per_day: Option<u32>,
    lottery: Option<RawLottery>,
    packs: Vec<RawPack>,
}

/// Without `claims_max` nobody claims a second time.
const fn once() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawValidity {
    CalendarDays(u16),
    Hours(u16),
    #[serde(rename = "same-day")]
    SameDay,
    #[serde(rename = "month-end")]
    MonthEnd,
}

impl From<RawValidity> for ClaimValidity {
    fn from(raw: RawValidity) -> Self {
        match raw {
            RawValidity::CalendarDays(days) => Self::CalendarDays(days),
            RawValidity::Hours(hours) => Self::Hours(hours),
            RawValidity::SameDay => Self::SameDay,
            RawValidity::MonthEnd => Self::MonthEnd,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLottery {
    #[serde(deserialize_with = "time")]
    draw_from: civil::Time,
    winners: u32,
    #[serde(deserialize_with = "sha256")]
    seed_sha256: [u8; 32],
}

fn sha256<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(deserializer)?;
    let expected = "64 hexadecimal digits, as lijian rules lottery prints them";
    FileDigest::parse(&text).map(|digest| digest.0).ok_or_else(|| D::Error::custom(format!("expected {expected}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPack {
    id: String,
    redeemable: u32,
    members: Vec<RawMember>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMember {
    categories: Vec<String>,
    #[serde(default)]
    grades: Vec<u8>,
}

impl From<RawQualification> for QualificationSettings {
    fn from(raw: RawQualification) -> Self {
        let lottery = |raw: RawLottery| {
            let RawLottery { draw_from, winners, seed_sha256: commitment } = raw;
            Lottery { draw_from, winners, commitment }
        };
        let member = |raw: RawMember| MemberSettings { categories: raw.categories, grades: raw.grades };
        let pack = |raw: RawPack| PackSettings {
            id: raw.id,
            redeemable: raw.redeemable,
            members: raw.members.into_iter().map(member).collect(),
        };
        Self {
            window: raw.window.map(Into::into),
            validity: raw.validity.into(),
            claims_max: raw.claims_max,
            confirmed_by_staff: raw.confirmed_by_staff,
            confirm_within: raw.confirm_within.map(Into::into),
            released_per_day: raw.released_per_day,
            lottery: raw.lottery.map(lottery),
            packs: raw.packs.into_iter().map(pack).collect(),
        }
    }
}
