//! In which zone times are told. The journal keeps instants; the zone is the programme's, of the configuration where
//! there is one.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use lijian_domain::time::{Calendar, Moment, UnixMicros};

/// China's zone has had no summer time since 1991, so that it needs no table of zones.
const CHINA_HOURS: i8 = 8;

/// A zone and its name.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    zone: TimeZone,
    pub(super) name: String,
}

impl Zone {
    /// Where no configuration says otherwise.
    pub(super) fn china() -> Self {
        Self { zone: TimeZone::fixed(Offset::constant(CHINA_HOURS)), name: "Asia/Shanghai".to_owned() }
    }

    /// That of the configuration.
    pub(super) fn configured(zone: &TimeZone) -> Self {
        let name = zone.iana_name().unwrap_or("clock.zone").to_owned();
        Self { zone: zone.clone(), name }
    }

    /// What the rules see of an instant, its business date apart.
    pub(super) fn moment(&self, at: UnixMicros) -> Moment {
        Calendar::new(self.zone.clone(), jiff::civil::Time::midnight()).moment(at)
    }

    /// Local date and time with microseconds; empty where the calendar does not reach.
    pub(super) fn local(&self, at: UnixMicros) -> String {
        let instant = Timestamp::from_microsecond(at.0);
        instant.map_or_else(
            |_| String::new(),
            |at| self.zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_local_to_the_microsecond() {
        assert_eq!(Zone::china().local(UnixMicros(1_727_741_000_000_001)), "2024-10-01 08:03:20.000001");
        let berlin = Zone::configured(&TimeZone::get("Europe/Berlin").unwrap());
        assert_eq!(berlin.local(UnixMicros(1_727_741_000_000_001)), "2024-10-01 02:03:20.000001");
        assert_eq!(Zone::china().local(UnixMicros(i64::MAX)), "");
    }
}
