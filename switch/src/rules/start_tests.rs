//! What a start begins with, whatever the clock says and wherever the switch died.

use super::*;
use lijian_config::switch::{self, Environment, Loaded};
use std::path::Path;

// printf one | sha256sum
const PEOPLE: &str =
    "[{name=\"wang\",token_sha256=\"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"}]";
/// 2024-10-01T11:00:00+08:00.
const ELEVEN: UnixMicros = UnixMicros(1_727_751_600_000_000);

/// The example with this rate, at this time of 1 October 2024.
fn load(data: &Path, rate: &str, time: &str) -> Loaded {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    let text = std::fs::read_to_string(config.join("campaigns/shenzhen-2024.toml")).unwrap();
    let campaign = data.join("campaign.toml");
    std::fs::write(&campaign, text.replace("1 = 2000", rate)).unwrap();
    let overrides = [
        ("campaigns.files".to_owned(), format!("[\"{}\"]", campaign.display())),
        ("admin.people".to_owned(), PEOPLE.to_owned()),
        ("clock.now".to_owned(), format!("2024-10-01T{time}+08:00")),
    ];
    let file = config.join("examples/shenzhen-2024/switch.toml");
    switch::load(&file, &overrides, Some(data), Environment::default()).unwrap()
}

fn keep(data: &Path, loaded: &Loaded) -> RulesVersion {
    let version = loaded.rules.version;
    keep_rules(&Archive::of(data), &loaded.config, version, UnixMicros(0)).unwrap();
    version
}

fn begun(data: &Path, time: &str, on_record: RulesVersion, objections: &[&str]) -> (RulesVersion, bool) {
    let Loaded { config, rules, rules_digest, .. } = load(data, "1 = 1800", time);
    let objections = |_: &[Campaign], _: &[Campaign]| objections.iter().map(|line| (*line).to_owned()).collect();
    let beginning = begin(&config, rules, rules_digest, Some(on_record), objections).unwrap();
    (beginning.rules.version, beginning.scheduled.is_some())
}

#[test]
fn what_two_people_agreed_to_comes_once_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let before = keep(data, &load(data, "1 = 2000", "10:00:00"));
    let version = keep(data, &load(data, "1 = 1900", "10:00:00"));
    let (maker, checker) = ("wang".to_owned(), "li".to_owned());
    let scheduled = Scheduled { version, before, effective_from: ELEVEN, maker, checker };
    Schedule::of(data).put(&scheduled).unwrap();
    let begun = |time, on_record, objections: &[&str]| begun(data, time, on_record, objections);
    assert_eq!(begun("10:59:59", before, &[]), (before, true));
    assert_eq!(begun("11:00:00", before, &[]), (version, false), "due since the switch stopped");
    assert_eq!(begun("11:00:00", before, &["people claimed"]), (before, true), "it waits, as where the switch runs");
    assert_eq!(begun("11:00:00", version, &["people claimed"]), (version, false));
    // The journal knows that its time had come.
    assert_eq!(begun("10:59:59", version, &[]), (version, false));
}
