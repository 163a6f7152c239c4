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
