//! Daily windows by the wall clock: over midnight, and on the days on which another zone's clocks change.

use crate::world::settings;
use jiff::Timestamp;
use jiff::civil::{Time, date, time};
use jiff::tz::TimeZone;
use lijian_domain::campaign::{CampaignSettings, Opening};
use lijian_domain::time::{Calendar, UnixMicros};

/// Whether a campaign of the year 2024 with this window is open in a zone at these instants.
fn check(zone: &str, from: (i8, i8), until: (i8, i8), expected: &[(&str, Opening)]) {
    let window = Some((time(from.0, from.1, 0, 0), time(until.0, until.1, 0, 0)));
    let (first_day, last_day) = (date(2024, 1, 1), date(2024, 12, 31));
    let campaign = CampaignSettings { daily_window: window, first_day, last_day, ..settings("c") }.check().unwrap();
    let calendar = Calendar::new(TimeZone::get(zone).unwrap(), Time::midnight());
    for (instant, opening) in expected {
        let at = UnixMicros(instant.parse::<Timestamp>().unwrap().as_microsecond());
        assert_eq!(campaign.opening(&calendar.moment(at)), *opening, "{zone} {instant}");
    }
}

#[test]
fn a_window_over_midnight_is_open_on_both_sides_of_it() {
    use Opening::{Open, OutsideHours, OutsidePeriod};
    let expected = [
        ("2024-03-01T19:59:59+08:00", OutsideHours),
        ("2024-03-01T20:00:00+08:00", Open),
        ("2024-03-01T23:59:59+08:00", Open),
        ("2024-03-02T00:00:00+08:00", Open),
        ("2024-03-02T01:59:59+08:00", Open),
        ("2024-03-02T02:00:00+08:00", OutsideHours),
        // The night before the first day belongs to no day of the campaign; the one after the last day neither.
        ("2023-12-31T23:00:00+08:00", OutsidePeriod),
        ("2024-01-01T00:30:00+08:00", Open),
        ("2024-12-31T23:59:59+08:00", Open),
        ("2025-01-01T00:30:00+08:00", OutsidePeriod),
    ];
    check("Asia/Shanghai", (20, 0), (2, 0), &expected);
}

#[test]
fn where_clocks_are_put_forward_the_hours_they_skip_do_not_come() {
    use Opening::{Open, OutsideHours};
    // Berlin, 31 March 2024: 02:00 becomes 03:00.
    let over_it = [
        ("2024-03-31T00:59:59Z", Open),
        ("2024-03-31T01:00:00Z", OutsideHours),
        ("2024-03-31T20:00:00Z", Open),
        ("2024-03-31T19:59:59Z", OutsideHours),
    ];
    check("Europe/Berlin", (22, 0), (2, 30), &over_it);
    // Nothing of 02:15 to 02:45 comes on that day, all of it on the next.
    let within = [
        ("2024-03-31T00:59:59Z", OutsideHours),
        ("2024-03-31T01:00:00Z", OutsideHours),
        ("2024-03-31T01:15:00Z", OutsideHours),
        ("2024-04-01T00:15:00Z", Open),
        ("2024-04-01T00:45:00Z", OutsideHours),
    ];
    check("Europe/Berlin", (2, 15), (2, 45), &within);
}

#[test]
fn where_clocks_are_put_back_the_hour_that_comes_twice_is_open_twice() {
    use Opening::{Open, OutsideHours};
    // Berlin, 27 October 2024: 03:00 becomes 02:00.
    let twice = [
        ("2024-10-27T00:14:59Z", OutsideHours),
        ("2024-10-27T00:15:00Z", Open),
        ("2024-10-27T00:45:00Z", OutsideHours),
        ("2024-10-27T01:15:00Z", Open),
        ("2024-10-27T01:45:00Z", OutsideHours),
    ];
    check("Europe/Berlin", (2, 15), (2, 45), &twice);
    // New York, 3 November 2024, a window over midnight that ends in the hour that comes twice.
    let over_midnight = [
        ("2024-11-03T03:00:00Z", Open),
        ("2024-11-03T05:29:59Z", Open),
        ("2024-11-03T05:30:00Z", OutsideHours),
        ("2024-11-03T06:00:00Z", Open),
        ("2024-11-03T06:30:00Z", OutsideHours),
    ];
    check("America/New_York", (23, 0), (1, 30), &over_midnight);
}
