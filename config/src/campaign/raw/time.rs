//! Days and times as TOML writes them, each in the kind that a key wants.

use jiff::civil;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::value::Datetime;

pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<civil::Date, D::Error> {
    let text = Datetime::deserialize(deserializer)?.to_string();
    text.parse().ok().filter(|_| text.len() == 10).ok_or_else(|| wrong(&text, "a date, for example 2024-09-06"))
}

pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<civil::Time, D::Error> {
    let found = Datetime::deserialize(deserializer)?;
    let text = found.to_string();
    let parsed = if found.date.is_none() { text.parse().ok() } else { None };
    parsed.ok_or_else(|| wrong(&text, "a time of day, for example 10:00:00"))
}

pub(super) fn optional_date_time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<civil::DateTime>, D::Error> {
    date_time(deserializer).map(Some)
}

/// A date and time in the programme's zone.
pub(super) fn date_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<civil::DateTime, D::Error> {
    let found = Datetime::deserialize(deserializer)?;
    let text = found.to_string();
    let local = found.date.is_some() && found.time.is_some() && found.offset.is_none();
    let parsed = if local { text.parse().ok() } else { None };
    let expected = "a date and time of the programme's zone without offset, for example 2024-11-08T00:00:00";
    parsed.ok_or_else(|| wrong(&text, expected))
}

fn wrong<E: Error>(found: &str, expected: &str) -> E {
    E::custom(format!("{found}, expected {expected}"))
}
