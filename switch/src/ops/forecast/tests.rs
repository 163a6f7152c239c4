//! Forecasts by hand.

use super::open_time::OpenTime;
use super::{Burns, CapForecast, Outlook, forecast};
use jiff::tz::TimeZone;
use lijian_domain::campaign::Opening;
use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::ids::CampaignId;
use lijian_domain::money::MinorUnits;
use lijian_domain::rules::Rules;
use lijian_domain::time::{Calendar, UnixMicros};
use std::path::Path;

const CAMPAIGN: &str = "
id = \"city\"
period = { first = 2024-10-01, last = 2024-12-31 }
daily_window = { from = 10:00:00, until = 23:00:00 }
sale_form = \"one-item\"
serial_numbers = \"ignored\"
rounding = \"floor\"
[budget]
campaign_fen = 12_000_000_000
day_fen = 130_000
PACING
[[sponsors]]
id = \"bureau\"
[[categories]]
ids = [\"phone\"]
rate_basis_points = 1000
cap_per_item_fen = 100_000
budget_fen = 1_000_000
stopped_from = 2024-10-02T13:00:00
";

fn at(text: &str) -> UnixMicros {
    UnixMicros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

/// The forecast at a local time, of a journal that began with the campaign. Taken before: cap, local time, fen.
fn made(now: &str, pacing: &str, taken: &[(&str, &str, u64)], used: &[(&str, u64)]) -> Vec<CapForecast> {
    let text = CAMPAIGN.replace("PACING", pacing);
    let campaign = lijian_config::campaign::parse(Path::new("city.toml"), &text).unwrap().value;
    let rules = Rules::new(Default::default(), vec![campaign], Default::default(), Default::default());
    let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), jiff::civil::Time::midnight());
    let local = |time: &str| at(&format!("{time}:00+08:00"));
    let now = calendar.moment(local(now));
    let keys: Vec<CapKey> = rules.caps(&now).into_iter().map(|(key, _)| key).collect();
    let key = |id: &str| *keys.iter().find(|key| key.to_string() == id).unwrap();
    let mut burns = Burns::default();
    for (id, time, fen) in taken {
        burns.add(key(id), local(time), fen.cast_signed());
    }
    forecast(&rules, &calendar, &now, at("2024-10-01T00:00:00+08:00"), Some(&burns), |of| {
        let found = used.iter().find(|(id, _)| key(id) == *of);
        CapBalance { used: MinorUnits::new(found.map_or(0, |(_, used)| *used)), ..CapBalance::default() }
    })
}

fn of(caps: &[CapForecast], id: &str) -> CapForecast {
    caps.iter().find(|cap| cap.id == id).unwrap().clone()
}

#[test]
fn nights_burn_nothing() {
    // From 11:05 on the day before to now it was open for 12 hours 55 minutes, 46,500 seconds: 10,000 fen a second. The rest
    // of 11,000,000,000 lasts 305 hours 33 minutes 20 seconds: 12 hours today, 22 days of 13 hours, and 7:33:20.
    let taken = [("campaign:city", "2024-10-01T12:00", 465_000_000)];
    let caps = made("2024-10-02T11:00", "", &taken, &[("campaign:city", 1_000_000_000)]);
    let whole = of(&caps, "campaign:city");
    assert_eq!(whole.outlook, Outlook::Expected(at("2024-10-25T17:33:20+08:00")));
    assert_eq!(whole.outlook.seconds_from(at("2024-10-25T17:33:00+08:00")), Some(20));
    let burned = whole.burned.map(|burned| burned.map(|burned| (burned.amount, burned.open_us / 1_000_000)).unwrap());
    assert_eq!(burned, [(0, 3_300), (465_000_000, 46_500), (1_000_000_000, 14 * 3_600)]);
    assert_eq!((whole.remaining(), whole.ends), (11_000_000_000, at("2025-01-01T00:00:00+08:00")));
}

#[test]
fn nothing_is_expected_behind_an_end() {
    let check = |now: &str, taken: u64, used: u64, expected: Outlook| {
        let burning = [("category:city:phone", "2024-10-01T12:00", taken)];
        let caps = made(now, "", &burning, &[("category:city:phone", used)]);
        assert_eq!(of(&caps, "category:city:phone").outlook, expected, "{now} {taken} {used}");
    };
    // Two hours are left before phones stop, of 46,500 seconds looked back at; 7,200 seconds take 7,200 fen of 46,500.
    check("2024-10-02T11:00", 46_500, 992_801, Outlook::Expected(at("2024-10-02T12:59:59+08:00")));
    check("2024-10-02T11:00", 46_500, 992_800, Outlook::NotBeforeEnd);
    check("2024-10-02T11:00", 46_500, 1_000_000, Outlook::Exhausted);
    check("2024-10-02T11:00", 0, 0, Outlook::NothingBurned);
    check("2024-10-02T13:00", 46_500, 992_801, Outlook::Over);
    check("2024-09-30T11:00", 0, 0, Outlook::NotBegun);
    // Nothing burned in the last day: what was used since the start counts, over 27 hours of 13 a day.
    check("2024-10-02T12:00", 0, 54_000, Outlook::NotBeforeEnd);
}

#[test]
fn a_day_ends_with_itself_and_a_paced_one_not_before_its_money_is_there() {
    let taken = [("day:city:2024-10-01", "2024-10-01T10:01", 36_000)];
    let used = [("day:city:2024-10-01", 36_000)];
    // Ten fen a second: 94,000 more take 9,400 seconds.
    let day = of(&made("2024-10-01T11:00", "", &taken, &used), "day:city:2024-10-01");
    assert_eq!((day.outlook, day.released), (Outlook::Expected(at("2024-10-01T13:36:40+08:00")), None));
    assert_eq!(day.ends, at("2024-10-02T00:00:00+08:00"));
    let paced = of(&made("2024-10-01T11:00", "day_pacing = \"even\"", &taken, &used), "day:city:2024-10-01");
    // Two of thirteen hours have begun; the last one begins at ten in the evening.
    assert_eq!((paced.limit, paced.released), (130_000, Some(19_994)));
    assert_eq!(paced.outlook, Outlook::Expected(at("2024-10-01T22:00:00+08:00")));
}

#[test]
fn days_of_other_campaigns_are_theirs() {
    let caps = made("2024-10-01T11:00", "", &[], &[]);
    assert!(caps.iter().all(|cap| cap.id.contains(CampaignId::new("city").unwrap().as_str())));
    assert_eq!(caps.len(), 3);
}

/// Every ten minutes of three days, asked as a sale is asked.
fn check_open_time(zone: &str, day: &str, window: &str) {
    const STEP_US: i64 = 600_000_000;
    let text = CAMPAIGN.replace("PACING", "").replace("from = 10:00:00, until = 23:00:00", window);
    let text =
        text.replace("2024-10-01, last = 2024-12-31", &format!("{day}, last = {day}")).replacen(day, "2026-01-01", 1);
    let campaign = lijian_config::campaign::parse(Path::new("city.toml"), &text).unwrap().value;
    let calendar = Calendar::new(TimeZone::get(zone).unwrap(), jiff::civil::Time::midnight());
    let noon = at(&format!("{day}T12:00:00Z")).0;
    let steps = (-216..216).map(|step| UnixMicros(noon + step * STEP_US));
    let open: Vec<UnixMicros> =
        steps.filter(|step| campaign.opening(&calendar.moment(*step)) == Opening::Open).collect();
    let (from, to) = (UnixMicros(noon - 216 * STEP_US), UnixMicros(noon + 216 * STEP_US));
    let time = OpenTime::of(&campaign, &calendar);
    let long = |steps: usize| u64::try_from(steps).unwrap() * STEP_US.unsigned_abs();
    assert_eq!(time.open_us(from, to), long(open.len()), "{zone} {day} {window}");
    for (at, step) in open.iter().enumerate() {
        assert_eq!(time.after(from, long(at), to), Some(*step), "{zone} {day} {window} {at}");
    }
    assert_eq!(time.after(from, long(open.len()), to), None, "{zone} {day} {window}");
}

#[test]
fn hours_that_are_skipped_or_there_twice_count_as_the_till_counts_them() {
    let days = [
        ("Europe/Berlin", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25"),
        // Half an hour.
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-10-04"),
        // At midnight.
        ("Asia/Beirut", "2026-03-29"),
        ("Asia/Beirut", "2026-10-24"),
        ("America/Havana", "2026-11-01"),
        ("Asia/Shanghai", "2026-05-01"),
    ];
    for (zone, day) in days {
        for window in [
            "10:00:00 - 23:00:00",
            "02:20:00 - 10:00:00",
            "00:20:00 - 02:40:00",
            "23:30:00 - 00:30:00",
            "22:00:00 - 02:20:00",
        ] {
            let (from, until) = window.split_once(" - ").unwrap();
            check_open_time(zone, day, &format!("from = {from}, until = {until}"));
        }
    }
}
