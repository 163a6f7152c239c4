//! Campaigns that could both give for one sale are refused, unless a priority says which is tried first.

use lijian_config::campaign;
use std::path::{Path, PathBuf};

const ONE: &str = r#"id = "one"
period = { first = 2024-01-01, last = 2024-06-30 }
daily_window = { from = 22:00:00, until = 02:00:00 }
places = ["440300"]
sale_form = "one-item"
serial_numbers = "once"
priority = 0
budget = { campaign_fen = 1000 }
sponsors = [{ id = "bureau" }]
[[categories]]
ids = ["phone", "tablet"]
rate_basis_points_by_grade = { 1 = 1000 }
cap_per_item_fen = 100
price_min_fen = 100
price_max_fen = 200
"#;

/// The first campaign beside a second one that differs in these places.
fn load(changes: &[(&str, &str)]) -> Result<usize, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let mut two = ONE.replace("id = \"one\"", "id = \"two\"");
    for (from, to) in changes {
        assert!(two.contains(from), "{from}");
        two = two.replace(from, to);
    }
    let paths = [folder.path().join("one.toml"), folder.path().join("two.toml")];
    std::fs::write(&paths[0], ONE).unwrap();
    std::fs::write(&paths[1], two).unwrap();
    let place = format!("{}/", folder.path().display());
    let loaded = campaign::load_all(&paths).map(|campaigns| campaigns.len());
    loaded.map_err(|errors| errors.errors().iter().map(|error| error.to_string().replace(&place, "")).collect())
}

fn check_apart(changes: &[(&str, &str)]) {
    assert_eq!(load(changes), Ok(2), "{changes:?}");
}

fn check_meeting(changes: &[(&str, &str)], category: &str, from: &str, to: &str) {
    let told = load(changes).unwrap_err();
    let expected = format!(
        "two.toml:10: categories: found {category} from {from} to {to}, which campaign \"one\" can subsidise as well, \
         expected different values of `priority` in the two files: the higher one is tried first"
    );
    assert_eq!(told, [expected], "{changes:?}");
}

#[test]
fn a_category_of_both_in_the_same_place_at_the_same_time() {
    check_meeting(&[], "phone", "2024-01-01", "2024-06-30");
    check_meeting(&[("\"phone\", ", "")], "tablet", "2024-01-01", "2024-06-30");
    check_meeting(
        &[("first = 2024-01-01, last = 2024-06-30", "first = 2024-06-30, last = 2024-12-31")],
        "phone",
        "2024-06-30",
        "2024-06-30",
    );
    // A sale that names no currency fits both.
    let told = load(&[("budget = {", "currency = \"HKD\"\nbudget = {")]).unwrap_err();
    assert!(told.len() == 1 && told[0].contains("found phone from 2024-01-01 to 2024-06-30"), "{told:?}");
    check_meeting(&[("440300", "440000")], "phone", "2024-01-01", "2024-06-30");
    check_meeting(&[("440300", "440305")], "phone", "2024-01-01", "2024-06-30");
    check_meeting(&[("places = [\"440300\"]", "places = []")], "phone", "2024-01-01", "2024-06-30");
    check_meeting(&[("22:00:00, until = 02:00:00", "01:59:59, until = 05:00:00")], "phone", "2024-01-01", "2024-06-30");
    check_meeting(
        &[("price_max_fen = 200", "stopped_from = 2024-03-01T00:00:00")],
        "phone",
        "2024-01-01",
        "2024-02-29",
    );
    check_meeting(
        &[("price_max_fen = 200", "stopped_from = 2024-03-01T00:00:01")],
        "phone",
        "2024-01-01",
        "2024-03-01",
    );
}

#[test]
fn what_never_meets_needs_no_priority() {
    check_apart(&[("priority = 0", "priority = 1")]);
    check_apart(&[("first = 2024-01-01, last = 2024-06-30", "first = 2024-07-01, last = 2024-12-31")]);
    check_apart(&[("440300", "440100")]);
    check_apart(&[("\"phone\", \"tablet\"", "\"wearable\"")]);
    check_apart(&[("22:00:00, until = 02:00:00", "02:00:00, until = 22:00:00")]);
    check_apart(&[("{ 1 = 1000 }", "{ 2 = 1000 }")]);
    check_apart(&[("price_min_fen = 100\nprice_max_fen = 200", "price_min_fen = 201")]);
    check_apart(&[("price_max_fen = 200", "stopped_from = 2024-01-01T00:00:00")]);
}

#[test]
fn the_shipped_campaigns_can_be_loaded_together() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (claimed, plain): (Vec<PathBuf>, Vec<PathBuf>) =
        files.partition(|path| path.to_string_lossy().ends_with("-claimed.toml"));
    assert_eq!(campaign::load_all(&plain).unwrap().len(), plain.len());
    // The same programme with and without qualifications: whoever loads both forgot to take one out.
    for path in &claimed {
        let twin = PathBuf::from(path.to_string_lossy().replace("-claimed", ""));
        assert!(!twin.exists() || campaign::load_all(&[path, &twin]).is_err(), "{}", path.display());
    }
}
