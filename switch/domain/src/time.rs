//! Time as the rules see it: handed in, never read.

use jiff::{Timestamp, civil, tz::TimeZone};
use std::fmt;

/// Microseconds since 1970-01-01T00:00:00Z on the switch's wall clock: what records are stamped with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct UnixMicros(pub i64);

impl UnixMicros {
    /// As DE7 writes it: MMDDhhmmss in UTC (ISO 8583:1987, transmission date and time in Greenwich mean time).
    pub fn transmission_time(self) -> [u8; 10] {
        let utc = TimeZone::UTC.to_datetime(Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MAX));
        let parts = [utc.month(), utc.day(), utc.hour(), utc.minute(), utc.second()];
        let mut digits = [b'0'; 10];
        for (pair, part) in digits.chunks_exact_mut(2).zip(parts) {
            let part = part.unsigned_abs();
            pair.copy_from_slice(&[b'0' + part / 10, b'0' + part % 10]);
        }
        digits
    }
}

/// The settlement day a record belongs to: a civil date by the programme's zone and cut-over time, as days since
/// 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct BusinessDate(pub i32);

impl BusinessDate {
    const EPOCH: civil::Date = civil::date(1970, 1, 1);

    /// The business date of a civil date.
    pub fn from_civil(date: civil::Date) -> Self {
        Self(Self::EPOCH.until(date).map_or(0, |span| span.get_days()))
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<civil::Date>().ok().map(Self::from_civil)
    }

    /// The Monday of the week (Monday to Sunday, ISO 8601) that a civil date lies in.
    pub fn monday_of(date: civil::Date) -> Self {
        Self(Self::from_civil(date).0 - i32::from(date.weekday().to_monday_zero_offset()))
    }

    /// That of a local time, where business dates begin at `cut_over`.
    fn of(local: civil::DateTime, cut_over: civil::Time) -> Self {
        let after_cut = cut_over != civil::Time::midnight() && local.time() >= cut_over;
        Self::from_civil(if after_cut { local.date().tomorrow().unwrap_or(civil::Date::MAX) } else { local.date() })
    }

    /// The civil date.
    pub fn civil(self) -> civil::Date {
        Self::EPOCH.checked_add(jiff::Span::new().days(self.0)).unwrap_or(Self::EPOCH)
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.civil(), formatter)
    }
}

impl fmt::Debug for BusinessDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Civil days in which something holds, first and last included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Validity {
    from: civil::Date,
    to: civil::Date,
}

impl Validity {
    /// Every day.
    pub const ALWAYS: Self = Self { from: civil::Date::MIN, to: civil::Date::MAX };

    /// The days from one to another, unless the last comes before the first.
    pub fn new(from: civil::Date, to: civil::Date) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// The first day.
    pub const fn from(&self) -> civil::Date {
        self.from
    }

    /// The last day.
    pub const fn to(&self) -> civil::Date {
        self.to
    }

    /// Whether a day is one of them.
    pub fn contains(&self, day: civil::Date) -> bool {
        self.from <= day && day <= self.to
    }
}

/// Hours of each day in which something is open, the first instant included, the last not. One that ends before it begins
/// runs over midnight, one that ends at 00:00 to the end of the day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DailyWindow {
    from: civil::Time,
    until: civil::Time,
}

impl DailyWindow {
    /// The hours from one time to another, unless they are the same.
    pub fn new(from: civil::Time, until: civil::Time) -> Option<Self> {
        (from != until).then_some(Self { from, until })
    }

    /// The first instant of each day.
    pub const fn from(&self) -> civil::Time {
        self.from
    }

    /// The first instant that is not in it any more.
    pub const fn until(&self) -> civil::Time {
        self.until
    }

    /// Whether there is a time at which both are open.
    pub fn meets(&self, other: &Self) -> bool {
        self.contains(other.from) || other.contains(self.from)
    }

    /// Whether it is open at a local time.
    pub fn contains(&self, time: civil::Time) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}

/// An instant with what the rules ask of it in the programme's zone. Made once for a batch of messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The instant.
    pub at: UnixMicros,
    /// The civil date and time in the programme's zone.
    pub local: civil::DateTime,
    /// The settlement day, by the cut-over time.
    pub business_date: BusinessDate,
    /// The local time at which the settlement day begins.
    pub cut_over: civil::Time,
}

impl Moment {
    /// Whether the clock stands before the beginning of the business date: it was put back over a cut-over, and the date was not.
    pub fn is_behind(&self) -> bool {
        BusinessDate::of(self.local, self.cut_over) < self.business_date
    }
}

/// The programme's zone and the local time at which its business date changes.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    cut_over: civil::Time,
}

impl Calendar {
    /// A business date `D` runs from `cut_over` of the day before `D` to `cut_over` of `D`; a cut-over at midnight makes
    /// business dates the civil ones.
    pub fn new(zone: TimeZone, cut_over: civil::Time) -> Self {
        Self { zone, cut_over }
    }

    /// What the calendar says of an instant.
    pub fn moment(&self, at: UnixMicros) -> Moment {
        let timestamp = Timestamp::from_microsecond(at.0).unwrap_or(Timestamp::MAX);
        let local = self.zone.to_datetime(timestamp);
        Moment { at, local, business_date: BusinessDate::of(local, self.cut_over), cut_over: self.cut_over }
    }

    /// The zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(cut_over: civil::Time, instant: &str) -> Moment {
        let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), cut_over);
        calendar.moment(UnixMicros(instant.parse::<Timestamp>().unwrap().as_microsecond()))
    }

    #[test]
    fn business_date_follows_the_cut_over() {
        let check = |cut_over, instant: &str, expected: &str| {
            assert_eq!(moment(cut_over, instant).business_date.to_string(), expected, "{instant}");
        };
        check(civil::Time::midnight(), "2024-10-01T15:59:59Z", "2024-10-01");
        check(civil::Time::midnight(), "2024-10-01T16:00:00Z", "2024-10-02");
        check(civil::time(23, 0, 0, 0), "2024-10-01T14:59:59Z", "2024-10-01");
        check(civil::time(23, 0, 0, 0), "2024-10-01T15:00:00Z", "2024-10-02");
    }

    #[test]
    fn windows_include_their_start_and_not_their_end() {
        let check = |from: (i8, i8), until: (i8, i8), inside: &[(i8, i8, i8)], outside: &[(i8, i8, i8)]| {
            let window =
                DailyWindow::new(civil::time(from.0, from.1, 0, 0), civil::time(until.0, until.1, 0, 0)).unwrap();
            let contains =
                |(hour, minute, second): &(i8, i8, i8)| window.contains(civil::time(*hour, *minute, *second, 0));
            assert!(inside.iter().all(contains) && !outside.iter().any(contains), "{window:?}");
        };
        check((10, 0), (23, 0), &[(10, 0, 0), (22, 59, 59)], &[(9, 59, 59), (23, 0, 0), (0, 0, 0)]);
        check((20, 0), (2, 0), &[(20, 0, 0), (23, 59, 59), (0, 0, 0), (1, 59, 59)], &[(2, 0, 0), (19, 59, 59)]);
        check((8, 0), (0, 0), &[(8, 0, 0), (23, 59, 59)], &[(0, 0, 0), (7, 59, 59)]);
        assert_eq!(DailyWindow::new(civil::Time::midnight(), civil::Time::midnight()), None);
    }

    #[test]
    fn validity_includes_both_ends() {
        let days = Validity::new(civil::date(2024, 9, 6), civil::date(2024, 12, 31)).unwrap();
        assert!(days.contains(days.from()) && days.contains(days.to()));
        assert!(!days.contains(civil::date(2024, 9, 5)) && !days.contains(civil::date(2025, 1, 1)));
        assert_eq!(Validity::new(days.to(), days.from()), None);
    }

    #[test]
    fn transmission_time_is_utc() {
        let at = "2024-10-01T05:06:07.9+08:00".parse::<Timestamp>().unwrap();
        assert_eq!(&UnixMicros(at.as_microsecond()).transmission_time(), b"0930210607");
    }

    #[test]
    fn weeks_run_from_monday_to_sunday() {
        let check = |date: &str, monday: &str| {
            assert_eq!(BusinessDate::monday_of(date.parse().unwrap()).to_string(), monday, "{date}");
        };
        check("2024-04-01", "2024-04-01");
        check("2024-04-07", "2024-04-01");
        check("2024-04-08", "2024-04-08");
        check("2025-01-01", "2024-12-30");
        check("2024-02-29", "2024-02-26");
        check("1969-12-31", "1969-12-29");
    }

    #[test]
    fn dates_read_back() {
        assert_eq!(BusinessDate::parse("2024-02-29").unwrap().to_string(), "2024-02-29");
        assert_eq!(BusinessDate::parse("2023-02-29"), None);
    }
}
