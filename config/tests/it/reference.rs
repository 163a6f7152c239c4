//! The reference page of campaign files names every key that is read, by the lists that a wrong key is answered with.

use lijian_config::campaign;
use std::path::Path;

const PAGE: &str = include_str!("../../../docs/campaigns.md");

/// A file with every table that there is; `#mark` is where a wrong key can be put.
const WHOLE: &str = r#"id = "whole"
period = { first = 2024-01-01, last = 2024-12-31 #period
}
daily_window = { from = 10:00:00, until = 23:00:00 #window
}
sale_form = "one-item"
serial_numbers = "once"
condition = "price > 0"
#campaign
[stacking]
#stacking
[refund]
#refund
[per_person]
#person
[budget]
campaign_fen = 1_000
#budget
[[budget.tranches]]
from = 2024-05-01T00:00:00
fen = 1_000
#tranche
[[sponsors]]
id = "bureau"
#sponsor
[sponsors.coupon]
kind = "CP01"
sponsor_id = "00010000"
id = "C1"
#coupon
[[categories]]
ids = ["phone"]
rate_basis_points = 1000
cap_per_item_fen = 100
#category
[qualification]
validity = { hours = 24 }
#qualification
[qualification.lottery]
draw_from = 10:00:00
winners = 10
seed_sha256 = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
#lottery
[[qualification.packs]]
id = "phone"
redeemable = 1
#pack
[[qualification.packs.members]]
categories = ["phone"]
#member
"#;

/// The keys that are told to be right where a wrong one stands.
fn keys(mark: &str) -> Vec<String> {
    let wrong = if ["#period", "#window"].contains(&mark) { ", wrong = 1" } else { "wrong = 1" };
    let text = WHOLE.replacen(&format!("{mark}\n"), &format!("{wrong}\n"), 1);
    assert_ne!(text, WHOLE, "{mark}");
    let errors = campaign::parse(Path::new("c.toml"), &text).unwrap_err();
    let [error] = errors.errors() else { unreachable!("{errors}") };
    assert!(error.found.contains("unknown field `wrong`") && error.key.ends_with("wrong"), "{mark}: {error}");
    error.expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_key_stands_on_the_page() {
    assert!(campaign::parse(Path::new("c.toml"), WHOLE).is_ok());
    let marks = WHOLE.lines().filter_map(|line| line.split_once('#').map(|(_, mark)| format!("#{mark}")));
    let mut count = 0;
    for mark in marks {
        let keys = keys(&mark);
        assert!(keys.len() >= 2, "{mark}");
        for key in keys {
            count += 1;
            let named = |text: &str| PAGE.contains(text);
            let shown = [
                format!("`{key}`"),
                format!("[{key}]"),
                format!("{{ {key} ="),
                format!(", {key} ="),
                format!("{{ {key},"),
                format!(", {key} }}"),
            ];
            assert!(shown.iter().any(|text| named(text)), "docs/campaigns.md does not name {key} ({mark})");
        }
    }
    assert!(count > 70, "{count}");
}

#[test]
fn every_value_with_a_name_stands_on_the_page() {
    for (line, by) in [
        ("sale_form = \"one-item\"", "sale_form = \"wrong\""),
        ("serial_numbers = \"once\"", "serial_numbers = \"wrong\""),
        ("#campaign", "rounding = \"wrong\""),
        ("#campaign", "advanced_by = \"wrong\""),
        ("#campaign", "sponsor_split = \"wrong\""),
        ("#refund", "split = \"wrong\""),
        ("#refund", "allowance = \"wrong\""),
        ("kind = \"CP01\"", "kind = \"wrong\""),
        ("validity = { hours = 24 }", "validity = \"wrong\""),
    ] {
        let text = WHOLE.replacen(line, by, 1);
        let errors = campaign::parse(Path::new("c.toml"), &text).unwrap_err().to_string();
        let (_, expected) = errors.split_once("expected ").unwrap();
        let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        assert!(names.len() >= 2, "{errors}");
        for name in names {
            assert!(PAGE.contains(name), "docs/campaigns.md does not name {name}: {by}");
        }
    }
}
