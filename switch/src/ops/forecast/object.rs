//! A forecast for programs: amounts in minor units, times in UTC, names that stay.

use super::outlook::{Burned, CapForecast, Outlook, Window};
use crate::clock::rfc3339;
use lijian_domain::time::UnixMicros;
use serde_json::{Map, Value, json};

impl Window {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "last_hour",
            Self::Day => "last_day",
            Self::Start => "since_start",
        }
    }
}

impl Outlook {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exhausted => "exhausted",
            Self::Expected(_) => "expected",
            Self::NotBeforeEnd => "not-before-end",
            Self::NothingBurned => "nothing-burned",
            Self::NotBegun => "not-begun",
            Self::Over => "over",
        }
    }

    /// Seconds until it is used up; none where that is not expected.
    pub fn seconds_from(self, now: UnixMicros) -> Option<u64> {
        match self {
            Self::Exhausted => Some(0),
            Self::Expected(at) => u64::try_from(at.0.saturating_sub(now.0)).ok().map(|left_us| left_us / 1_000_000),
            _ => None,
        }
    }
}

/// The whole forecast, made at `now`.
pub fn object(now: UnixMicros, caps: &[CapForecast]) -> Value {
    json!({ "at": rfc3339(now), "caps": caps.iter().map(|cap| row(now, cap)).collect::<Vec<_>>() })
}

fn row(now: UnixMicros, cap: &CapForecast) -> Value {
    let expected = match cap.outlook {
        Outlook::Expected(at) => Some(rfc3339(at)),
        _ => None,
    };
    let mut row = json!({
        "id": cap.id,
        "limit": cap.limit,
        "released": cap.released,
        "held": cap.held,
        "used": cap.used,
        "remaining": cap.remaining(),
        "outlook": cap.outlook.as_str(),
        "exhausted_at": expected,
        "exhausted_in_seconds": cap.outlook.seconds_from(now),
        "ends_at": rfc3339(cap.ends),
    });
    for (window, burned) in Window::ALL.iter().zip(&cap.burned) {
        row[window.as_str()] = burned.as_ref().map_or(Value::Null, of);
    }
    row
}

fn of(burned: &Burned) -> Value {
    let mut object = Map::new();
    object.insert("burned".into(), burned.amount.into());
    object.insert("open_seconds".into(), (burned.open_us / 1_000_000).into());
    Value::Object(object)
}
