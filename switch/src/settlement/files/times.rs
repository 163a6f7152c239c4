//! Times and days in cells. Rows come in the order of the journal, thousands of them in one second: what is the same for all of those
//! is written once.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use lijian_domain::time::{BusinessDate, UnixMicros};
use std::fmt::Write as _;

/// See the file's text.
pub(super) struct Times {
    second: Option<i64>,
    /// To the second, without a zone.
    utc: String,
    beijing: String,
    /// Two days that rows name again and again: that of the set and that of a sale.
    days: [Option<(BusinessDate, String)>; 2],
    cell: String,
}

impl Times {
    /// None written yet.
    pub(super) fn new() -> Self {
        let (utc, beijing, cell) = (String::new(), String::new(), String::new());
        Self { second: None, utc, beijing, days: [None, None], cell }
    }

    /// `2024-10-01T00:03:20.000002Z`: to the microsecond, without zeros at the end. An instant beyond the year 9999 is that year's
    /// last; the record's place in the journal still tells its order.
    pub(super) fn utc(&mut self, at: UnixMicros) -> &str {
        self.turn_to(at);
        self.cell.clear();
        self.cell.push_str(&self.utc);
        let micros = shown(at).as_microsecond().rem_euclid(1_000_000);
        if micros != 0 {
            // Writing to a string does not fail.
            let _ = write!(self.cell, ".{micros:06}");
            self.cell.truncate(self.cell.trim_end_matches('0').len());
        }
        self.cell.push('Z');
        &self.cell
    }

    /// `2024-10-01 08:03:20`, as clocks in Beijing show, all year eight hours later.
    pub(super) fn beijing(&mut self, at: UnixMicros) -> &str {
        self.turn_to(at);
        &self.beijing
    }

    /// A business date.
    pub(super) fn day(&mut self, date: BusinessDate) -> &str {
        let known = self.days.iter().position(|day| day.as_ref().is_some_and(|(known, _)| *known == date));
        let place = known.unwrap_or_else(|| {
            self.days.swap(0, 1);
            if let Some(first) = self.days.first_mut() {
                *first = Some((date, date.to_string()));
            }
            0
        });
        self.days.get(place).and_then(Option::as_ref).map_or("", |(_, text)| text)
    }

    fn turn_to(&mut self, at: UnixMicros) {
        let second = shown(at).as_second();
        if self.second != Some(second) {
            self.second = Some(second);
            let at = Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
            self.utc = at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            let beijing = at.to_zoned(TimeZone::fixed(Offset::constant(8)));
            self.beijing = beijing.strftime("%Y-%m-%d %H:%M:%S").to_string();
        }
    }
}

fn shown(at: UnixMicros) -> Timestamp {
    Timestamp::from_microsecond(at.0).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_library() {
        let mut times = Times::new();
        for at in [0, 1, 999_999, 1_000_000, 1_727_741_000_000_000, 1_727_741_000_500_000, 1_727_741_000_123_450, 42] {
            let expected = Timestamp::from_microsecond(at).unwrap();
            assert_eq!(times.utc(UnixMicros(at)), expected.to_string());
            let later = expected.to_zoned(TimeZone::get("Asia/Shanghai").unwrap());
            assert_eq!(times.beijing(UnixMicros(at)), later.strftime("%Y-%m-%d %H:%M:%S").to_string());
        }
        assert!(times.utc(UnixMicros(i64::MAX)).starts_with("9999-12-3"));
    }

    #[test]
    fn days_are_those_of_the_domain() {
        let mut times = Times::new();
        for day in [20_000, 19_999, 20_000, 20_000, 19_998, 19_999, 0] {
            assert_eq!(times.day(BusinessDate(day)), BusinessDate(day).to_string());
        }
    }
}
