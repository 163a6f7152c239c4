//! Keys that the shipped campaigns leave out: they read as written, and what is wrong is told with line and key.

use jiff::civil::{Time, date};
use lijian_config::campaign;
use lijian_domain::campaign::Campaign;
use lijian_domain::time::{BusinessDate, Moment, UnixMicros};
use std::path::Path;

const SMALL: &str = r#"id = "small"
period = { first = 2024-01-01, last = 2024-12-31 }
sale_form = "one-item"
serial_numbers = "once"
#top
[budget]
campaign_fen = 1_000
#budget
[[sponsors]]
id = "bureau"
#sponsor
[[categories]]
ids = ["phone"]
rate_basis_points = 1000
cap_per_item_fen = 100
#category
"#;

/// The small campaign with these lines at a mark.
fn with(mark: &str, lines: &str) -> String {
    assert!(SMALL.contains(mark));
    SMALL.replacen(mark, lines, 1)
}

fn read(mark: &str, lines: &str) -> Campaign {
    campaign::parse(Path::new("c.toml"), &with(mark, lines)).unwrap().value
}

fn check_wrong(mark: &str, lines: &str, expected: &[&str]) {
    let errors = campaign::parse(Path::new("c.toml"), &with(mark, lines)).unwrap_err();
    let told: Vec<String> = errors.errors().iter().map(ToString::to_string).collect();
    assert_eq!(told, expected);
}

fn at(hour: i8) -> Moment {
    let local = date(2024, 5, 1).at(hour, 0, 0, 0);
    Moment { at: UnixMicros(0), local, business_date: BusinessDate(0), cut_over: Time::midnight() }
}

#[test]
fn currency_and_tolerance() {
    let campaign = read("#top", "currency = \"HKD\"\nfiled_price_tolerance_basis_points = 250");
    assert_eq!((campaign.currency.number(), campaign.filed_price_tolerance.get()), (344, 250));
    let campaign = read("#top", "");
    assert_eq!((campaign.currency.as_str(), campaign.filed_price_tolerance.get()), ("CNY", 0));
    check_wrong(
        "#top",
        "currency = \"RMB\"",
        &["c.toml:5: currency: found \"RMB\", expected three capital letters (ISO 4217), for example CNY"],
    );
    check_wrong(
        "#top",
        "filed_price_tolerance_basis_points = 10_001",
        &[
            "c.toml:5: filed_price_tolerance_basis_points: found 10001, expected 0 to 10000 hundredths of a percent of the filed \
         price",
        ],
    );
}

#[test]
fn days_that_no_calendar_has() {
    let check = |from: &str, to: &str, expected: Result<&str, &str>| {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL);
        let read = campaign::parse(Path::new("c.toml"), &text).map(|campaign| campaign.value.period.to().to_string());
        let read = read.map_err(|errors| errors.to_string());
        assert_eq!(read.as_deref().map_err(String::as_str), expected, "{to}");
    };
    check("last = 2024-12-31", "last = 2024-02-29", Ok("2024-02-29"));
    check("first = 2024-01-01", "first = 2024-02-29", Ok("2024-12-31"));
    let wrong = "c.toml:2: period.last: found invalid date, expected day between 01 and 28";
    check("last = 2024-12-31", "last = 2025-02-29", Err(wrong));
}

#[test]
fn numbers_below_zero_and_rates_over_the_whole() {
    let check = |mark: &str, lines: &str, key: &str, found: &str| {
        let errors = campaign::parse(Path::new("c.toml"), &with(mark, lines)).unwrap_err();
        let [error] = errors.errors() else { unreachable!("{errors}") };
        let line = with(mark, lines).lines().position(|line| line == lines).map(|line| line as u64 + 1);
        assert_eq!((error.line, error.key.as_str(), error.found.as_str()), (line, key, found), "{lines}");
        assert!(!error.expected.is_empty());
    };
    let below = |number: &str| format!("invalid value: integer `{number}`");
    check("#budget", "day_fen = -1", "budget.day_fen", &below("-1"));
    check("#budget", "tranches = [{ from = 2024-05-01T00:00:00, fen = -5 }]", "budget.tranches[0].fen", &below("-5"));
    check("#budget", "districts_fen = { 440305 = -1 }", "budget.districts_fen.440305", &below("-1"));
    check("#category", "budget_fen = -1", "categories[0].budget_fen", &below("-1"));
    check("#category", "items_per_person = -1", "categories[0].items_per_person", &below("-1"));
    check("#category", "price_max_fen = 0", "categories[0].price_max_fen", "0");
    check("#sponsor", "share_basis_points = 10_001", "sponsors[0].share_basis_points", "10001");
    check("#top", "filed_price_tolerance_basis_points = -1", "filed_price_tolerance_basis_points", &below("-1"));
    check("#top", "priority = -1", "priority", &below("-1"));
}

#[test]
fn tranches() {
    let lines = "[[budget.tranches]]\nfrom = 2024-05-01T09:00:00\nfen = 300\n[[budget.tranches]]\nfrom = 2024-05-01T10:00:00\nfen = 700";
    let campaign = read("#budget", lines);
    let arrived: Vec<_> = [8, 9, 10].map(|hour| campaign.budget.arrived(&at(hour)).unwrap().get()).to_vec();
    assert_eq!(arrived, [0, 300, 1_000]);
    check_wrong(
        "#budget",
        "[[budget.tranches]]\nfrom = 2024-05-01T09:00:00\nfen = 1_001",
        &[
            "c.toml:8: budget.tranches: found 1001 fen, expected tranches of 1000 fen (budget.campaign_fen) in all or less",
        ],
    );
    check_wrong(
        "#budget",
        "[[budget.tranches]]\nfrom = 2024-05-01\nfen = 1",
        &[
            "c.toml:9: budget.tranches[0].from: found 2024-05-01, expected a date and time of the programme's zone without \
         offset, for example 2024-11-08T00:00:00",
        ],
    );
}

#[test]
fn the_pace_of_a_day() {
    let campaign = read("#budget", "day_fen = 2_400\nday_pacing = \"even\"");
    assert_eq!(campaign.budget.day_so_far(&at(11)).unwrap().get(), 1_200);
    let shares = [vec!["0"; 20], vec!["2500"; 4]].concat().join(", ");
    let campaign = read("#budget", &format!("day_fen = 2_400\nday_pacing = [{shares}]"));
    assert_eq!(campaign.budget.day_so_far(&at(21)).unwrap().get(), 1_200);
    check_wrong(
        "#budget",
        "day_fen = 1\nday_pacing = \"slow\"",
        &[
            "c.toml:9: budget.day_pacing: found invalid value: string \"slow\", expected \"even\" or 24 shares in hundredths of a \
         percent",
        ],
    );
    check_wrong(
        "#budget",
        "day_pacing = [10000]",
        &[
            "c.toml:8: budget.day_pacing: found no budget.day_fen, expected budget.day_fen: it is the day's money that is paced",
            "c.toml:8: budget.day_pacing: found 1 shares of 10000 in all, expected \"even\", or 24 shares in hundredths of a \
             percent that add up to 10000, one for each hour",
        ],
    );
}
