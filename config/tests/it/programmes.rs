//! Runs the worked cases of each shipped campaign (`programmes/NAME.csv`) through its file, the decision and the quota, and
//! keeps the pages of docs/programmes/ the same as those tables. What is expected was worked out from the published rules and
//! stands in the tables; nothing here computes a discount.
//!
//! To write the pages anew: `LIJIAN_RENEW_DOCS=1 cargo test -p lijian-config programmes`.

mod page;
mod qualification;
mod table;
mod till;

use lijian_config::campaign;
use std::path::{Path, PathBuf};
use till::Till;

/// Each shipped campaign but Shenzhen 2024, whose cases stand in a table of their own with its goods and shops.
const PROGRAMMES: [&str; 10] = [
    "shenzhen-2024-claimed",
    "shenzhen-2025",
    "national-2025",
    "national-2026",
    "guangzhou-2024-04",
    "sichuan-2025",
    "sichuan-2025-claimed",
    "guangdong-2026",
    "guangdong-2026-claimed",
    "shanghai-2026-claimed",
];

#[test]
fn every_programme_as_worked_out_by_hand() {
    let mut wrong = Vec::new();
    let mut cases_in_all = 0;
    for name in PROGRAMMES {
        let campaign = campaign::load(&campaign_file(name)).unwrap().value;
        assert_eq!(campaign.id.as_str(), name);
        let cases = table::read(name).cases;
        cases_in_all += cases.len();
        let till = Till::of(campaign, &cases);
        for case in &cases {
            let got = till.sell(case);
            if got != (case.code.clone(), case.discount.clone()) {
                wrong.push(format!("{name} case {}: got {got:?}, expected {case:?}", case.number));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases_in_all}\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases_in_all >= 340, "{cases_in_all}");
}

#[test]
fn every_campaign_that_ships_has_its_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for name in files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()) {
        assert!(name == "shenzhen-2024" || PROGRAMMES.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn pages_show_the_tables_that_the_tests_use() {
    let renew = std::env::var_os("LIJIAN_RENEW_DOCS").is_some();
    for name in PROGRAMMES {
        check_page(name, &page::page(name, &rules_text(name), &table::read(name)), renew);
    }
    check_page("shenzhen-2024", include_str!("shenzhen-2024.md"), renew);
}

fn check_page(name: &str, expected: &str, renew: bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/programmes").join(format!("{name}.md"));
    if renew {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let stale = "is not what the tables say: LIJIAN_RENEW_DOCS=1 cargo test -p lijian-config programmes";
    assert!(found == expected, "{} {stale}", path.display());
}

fn campaign_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns").join(format!("{name}.toml"))
}

fn rules_text(name: &str) -> String {
    std::fs::read_to_string(campaign_file(name)).unwrap()
}
