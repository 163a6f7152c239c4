//! From when to when a claim can be redeemed, or confirmed.

use super::ClaimSpan;
use crate::campaign::ClaimValidity;
use crate::time::{Calendar, Moment, UnixMicros, Validity};
use jiff::civil::Date;

const SECOND_US: i64 = 1_000_000;
const HOUR_S: i64 = 3_600;
/// Spans are kept as whole seconds in 32 bits: they end in February 2106 at the latest.
const LAST_S: i64 = 0xffff_ffff;

/// The span of a claim that is issued, or waits for staff, from this moment on, in whole seconds: from the second of the moment,
/// for as long as the terms say, and never longer than the campaign runs. None where nothing of it would be left.
///
/// Days and months are those of the programme's zone, however long its clocks make them; hours are hours that pass.
pub fn span(lasts: ClaimValidity, period: &Validity, moment: &Moment, calendar: &Calendar) -> Option<ClaimSpan> {
    let from_s = moment.at.0.div_euclid(SECOND_US);
    let today = moment.local.date();
    let until_s = match lasts {
        ClaimValidity::CalendarDays(days) => day_after(today, i64::from(days), calendar),
        // A begun second counts whole.
        ClaimValidity::Hours(hours) => {
            let begun = i64::from(moment.at.0.rem_euclid(SECOND_US) != 0);
            from_s.saturating_add(i64::from(hours) * HOUR_S + begun)
        }
        ClaimValidity::SameDay => day_after(today, 1, calendar),
        ClaimValidity::MonthEnd => day_after(today.last_of_month(), 1, calendar),
    };
    let until_s = until_s.min(day_after(period.to(), 1, calendar)).min(LAST_S);
    (0 <= from_s && from_s < until_s)
        .then(|| ClaimSpan { from: UnixMicros(from_s * SECOND_US), until: UnixMicros(until_s * SECOND_US) })
}

/// A civil day: from its first moment to the first one of the day after.
pub fn day(date: Date, calendar: &Calendar) -> ClaimSpan {
    let begins = |days| UnixMicros(day_after(date, days, calendar) * SECOND_US);
    ClaimSpan { from: begins(0), until: begins(1) }
}

/// The first second of the day so many days after this one. Where clocks skip midnight a day begins with the hour after,
/// where they show it twice, with the first.
fn day_after(date: Date, days: i64, calendar: &Calendar) -> i64 {
    let begins = jiff::Span::new().try_days(days).and_then(|span| date.checked_add(span));
    let midnight = begins.map(|date| calendar.zone().to_ambiguous_timestamp(date.at(0, 0, 0, 0)));
    let first = midnight.and_then(|midnight| midnight.compatible());
    // Beyond the calendar's end: never.
    first.map_or(jiff::Timestamp::MAX, |first| first).as_second()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Time, date};
    use jiff::tz::TimeZone;
    use jiff::{Timestamp, Zoned};

    fn local(at: UnixMicros, zone: &TimeZone) -> String {
        Zoned::new(Timestamp::from_microsecond(at.0).unwrap(), zone.clone()).strftime("%F %T%:z").to_string()
    }

    /// Of a campaign of 2023 to 2024, unless `last` says another last day.
    #[track_caller]
    fn check_in(zone: &str, last: Date, validity: ClaimValidity, at: &str, expected: Option<(&str, &str)>) {
        let calendar = Calendar::new(TimeZone::get(zone).unwrap(), Time::midnight());
        let moment = calendar.moment(UnixMicros(at.parse::<Timestamp>().unwrap().as_microsecond()));
        let period = Validity::new(date(2023, 1, 1), last).unwrap();
        let span = span(validity, &period, &moment, &calendar);
        let texts = span.map(|span| (local(span.from, calendar.zone()), local(span.until, calendar.zone())));
        let expected = expected.map(|(from, until)| (from.to_owned(), until.to_owned()));
        assert_eq!(texts, expected, "{validity:?} from {at}");
    }

    #[track_caller]
    fn check(validity: ClaimValidity, at: &str, from: &str, until: &str) {
        let zoned = |text: &str| format!("{text}+08:00");
        check_in("Asia/Shanghai", date(2024, 12, 31), validity, at, Some((&zoned(from), &zoned(until))));
    }

    #[test]
    fn calendar_days_count_the_day_of_issue() {
        use ClaimValidity::CalendarDays;
        check(CalendarDays(8), "2024-09-06T10:00:00+08:00", "2024-09-06 10:00:00", "2024-09-14 00:00:00");
        check(CalendarDays(8), "2024-09-06T23:59:59.999999+08:00", "2024-09-06 23:59:59", "2024-09-14 00:00:00");
        check(CalendarDays(1), "2024-09-06T00:00:00+08:00", "2024-09-06 00:00:00", "2024-09-07 00:00:00");
        // Over 29 February, and from it.
        check(CalendarDays(3), "2024-02-27T12:00:00+08:00", "2024-02-27 12:00:00", "2024-03-01 00:00:00");
        check(CalendarDays(2), "2024-02-29T12:00:00+08:00", "2024-02-29 12:00:00", "2024-03-02 00:00:00");
        check(CalendarDays(3), "2023-02-27T12:00:00+08:00", "2023-02-27 12:00:00", "2023-03-02 00:00:00");
        // Over a year's end.
        check(CalendarDays(2), "2023-12-31T12:00:00+08:00", "2023-12-31 12:00:00", "2024-01-02 00:00:00");
    }

    #[test]
    fn hours_pass_and_days_and_months_end() {
        use ClaimValidity::{Hours, MonthEnd, SameDay};
        check(Hours(24), "2024-02-28T12:00:00+08:00", "2024-02-28 12:00:00", "2024-02-29 12:00:00");
        check(Hours(1), "2024-02-28T12:00:00.5+08:00", "2024-02-28 12:00:00", "2024-02-28 13:00:01");
        check(SameDay, "2024-02-29T23:59:59+08:00", "2024-02-29 23:59:59", "2024-03-01 00:00:00");
        check(MonthEnd, "2024-02-01T00:00:00+08:00", "2024-02-01 00:00:00", "2024-03-01 00:00:00");
        check(MonthEnd, "2024-02-29T09:00:00+08:00", "2024-02-29 09:00:00", "2024-03-01 00:00:00");
        check(MonthEnd, "2023-12-15T09:00:00+08:00", "2023-12-15 09:00:00", "2024-01-01 00:00:00");
        check(MonthEnd, "2024-04-30T23:59:59+08:00", "2024-04-30 23:59:59", "2024-05-01 00:00:00");
    }

    #[test]
    fn nothing_outlives_the_campaign() {
        use ClaimValidity::{CalendarDays, Hours, MonthEnd, SameDay};
        for validity in [CalendarDays(8), Hours(48), SameDay, MonthEnd, CalendarDays(u16::MAX), Hours(u16::MAX)] {
            check(validity, "2024-12-31T10:00:00+08:00", "2024-12-31 10:00:00", "2025-01-01 00:00:00");
            let over = "2025-01-01T00:00:00+08:00";
            check_in("Asia/Shanghai", date(2024, 12, 31), validity, over, None);
        }
        // A campaign that never ends.
        let for_ever = Some(("2024-12-31 10:00:00+00:00", "2032-06-23 01:00:00+00:00"));
        check_in("UTC", Date::MAX, Hours(u16::MAX), "2024-12-31T10:00:00Z", for_ever);
        let last = Some(("2106-02-01 00:00:00+00:00", "2106-02-07 06:28:15+00:00"));
        check_in("UTC", Date::MAX, CalendarDays(60), "2106-02-01T00:00:00Z", last);
    }

    #[test]
    fn days_are_as_long_as_the_zone_makes_them() {
        use ClaimValidity::{CalendarDays, Hours, SameDay};
        let last = date(2024, 12, 31);
        let check = |zone, validity, at, from, until| check_in(zone, last, validity, at, Some((from, until)));
        let berlin = "Europe/Berlin";
        // Clocks go forward on 31 March 2024, back on 27 October.
        check(berlin, SameDay, "2024-03-31T00:30:00+01:00", "2024-03-31 00:30:00+01:00", "2024-04-01 00:00:00+02:00");
        check(berlin, Hours(24), "2024-03-30T12:00:00+01:00", "2024-03-30 12:00:00+01:00", "2024-03-31 13:00:00+02:00");
        check(
            berlin,
            CalendarDays(2),
            "2024-10-26T12:00:00+02:00",
            "2024-10-26 12:00:00+02:00",
            "2024-10-28 00:00:00+01:00",
        );
        // In Beirut midnight of 31 March 2024 is skipped: the day begins at one.
        let beirut = "Asia/Beirut";
        check(beirut, SameDay, "2024-03-30T12:00:00+02:00", "2024-03-30 12:00:00+02:00", "2024-03-31 01:00:00+03:00");
        // In Havana it comes twice on 3 November: the first one counts.
        let havana = "America/Havana";
        check(havana, SameDay, "2024-11-02T12:00:00-04:00", "2024-11-02 12:00:00-04:00", "2024-11-03 00:00:00-04:00");
    }

    #[test]
    fn a_day_has_all_its_hours() {
        let check = |zone: &str, date: Date, hours: i64| {
            let calendar = Calendar::new(TimeZone::get(zone).unwrap(), jiff::civil::time(23, 0, 0, 0));
            let ClaimSpan { from, until } = day(date, &calendar);
            assert_eq!(until.0 - from.0, hours * HOUR_S * SECOND_US, "{zone} {date}");
            assert_eq!(calendar.moment(from).local.date(), date);
            assert_eq!(calendar.moment(UnixMicros(until.0 - 1)).local.date(), date);
        };
        check("Asia/Shanghai", date(2024, 2, 29), 24);
        check("Europe/Berlin", date(2024, 3, 31), 23);
        check("Europe/Berlin", date(2024, 10, 27), 25);
        check("Asia/Beirut", date(2024, 3, 31), 23);
    }
}
