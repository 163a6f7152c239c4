//! `lijian whatif` as a shell sees it, over journals of days that the store wrote, held against plain arithmetic.

mod beside;
mod events;
mod oracle;
mod place;
mod recorder;

use crate::settlement::commands::{check_refused, ended};
use events::{Event, by_chance};
use oracle::{Books, books};
use place::{Place, TERMS, Terms};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const ALL_DAYS: [&str; 4] = ["--from", "2024-10-01", "--to", "2024-10-03"];

fn told(command: Command) -> String {
    let (code, output, errors) = ended(command);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{output}");
    output
}

fn object(place: &Place, terms: &Terms, days: &[&str]) -> Value {
    let mut command = place.whatif(terms, days);
    command.args(["--json", "--list", "10000"]);
    serde_json::from_str(&told(command)).unwrap()
}

/// Other terms, over the whole record: every figure is that of the arithmetic.
fn check(seed: u64, terms: &Terms) -> Value {
    let events = by_chance(seed, 300);
    let place = Place::new();
    recorder::record(&place, &events);
    let then = books(&TERMS, &events, None);
    let now = books(terms, &events, Some(&then));
    let found = object(&place, terms, &ALL_DAYS);
    check_money(&found, &then, &now);
    check_changes(&found, &events, &then, &now);
    check_budgets(&found, [&then, &now]);
    found
}

fn check_money(found: &Value, then: &Books, now: &Books) {
    for row in found["money"]["categories"].as_array().unwrap() {
        let category = row["category"].as_str().unwrap();
        for (books, world) in [(then, "then"), (now, "now")] {
            let sums = books.categories.get(category).cloned().unwrap_or_default();
            let figures = ["sales", "granted", "returned"].map(|name| row[format!("{name}_{world}")].as_u64().unwrap());
            assert_eq!(figures, [sums.sales, sums.granted, sums.returned], "{category} {world}");
        }
    }
    let sum = |rows: &str, figure: &str| -> u64 {
        found["money"][rows].as_array().unwrap().iter().map(|row| row[figure].as_u64().unwrap()).sum()
    };
    for figure in ["granted_then", "granted_now", "returned_then", "returned_now"] {
        let sums = ["campaigns", "categories", "districts", "days"].map(|rows| sum(rows, figure));
        assert!(sums.iter().all(|other| *other == sums[0]), "{figure}: {sums:?}");
    }
    assert_eq!(found["changes"]["returns_refused_now"], now.returns_refused);
}

fn check_changes(found: &Value, events: &[Event], then: &Books, now: &Books) {
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    let (mut persons, mut discounts, mut first) = (BTreeSet::new(), [0_u64; 3], Vec::new());
    for (id, (before, after)) in then.told.iter().map(|(id, before)| (id, (before, &now.told[id]))) {
        let Event::Ask(ask) = &events[*id] else { unreachable!("{id} is no request") };
        if before.0 != after.0 {
            *expected.entry((before.0.to_owned(), after.0.to_owned())).or_default() += 1;
        } else if before.1 != after.1 {
            discounts[0] += 1;
            discounts[1] += after.1.saturating_sub(before.1);
            discounts[2] += before.1.saturating_sub(after.1);
        } else {
            continue;
        }
        persons.insert(ask.person);
        first.push(json!([format!("{id:012}"), before.0, after.0, before.1, after.1, ask.price]));
    }
    let changes = &found["changes"];
    let mut counted: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in changes["by_reason"].as_array().unwrap() {
        let code = |name: &str| row[name].as_str().unwrap().to_owned();
        *counted.entry((code("code_then"), code("code_now"))).or_default() += row["requests"].as_u64().unwrap();
    }
    assert_eq!(counted, expected);
    let of = &changes["discounts"];
    assert_eq!(["requests", "raised_by", "lowered_by"].map(|name| of[name].as_u64().unwrap()), discounts);
    assert_eq!(changes["persons"], persons.len());
    let names = ["rrn", "code_then", "code_now", "discount_then", "discount_now", "gross"];
    let listed = changes["first"].as_array().unwrap().iter();
    let listed: Vec<_> = listed.map(|row| json!(names.map(|name| row[name].clone()))).collect();
    assert_eq!(listed, first);
}

fn check_budgets(found: &Value, worlds: [&Books; 2]) {
    for (place, id) in ["campaign:city", "category:city:phone"].into_iter().enumerate() {
        let row = found["budgets"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
        for (world, books) in ["then", "now"].into_iter().zip(worlds) {
            assert_eq!(row[world]["taken"], books.taken[place], "{id} {world}");
            let refused = row[world]["first_refused"].as_str();
            assert_eq!(refused.is_some(), books.refused[place].is_some(), "{id} {world}: {refused:?}");
            // A minute before each event of the first day, from ten in Shenzhen on.
            if let Some(event) = books.refused[place].filter(|event| *event < 100) {
                let (hour, minute) = ((event + 1) / 60 + 2, (event + 1) % 60);
                assert_eq!(refused, Some(format!("2024-10-01T{hour:02}:{minute:02}:00Z").as_str()), "{id} {world}");
            }
        }
    }
}

#[test]
fn with_the_same_file_nothing_changes() {
    for seed in 1..=4 {
        let found = check(seed, &TERMS);
        assert_eq!(found["nothing_changes"], true, "{found:#}");
        assert_eq!(found["replaces_configured"], true);
        assert!(found["budgets"].as_array().unwrap().iter().all(|row| row["same"] == true), "{found:#}");
    }
}

#[test]
fn other_terms_are_those_of_plain_arithmetic() {
    for seed in 1..=3 {
        let changed = |terms| assert_eq!(check(seed, &terms)["nothing_changes"], false, "{terms:?}");
        changed(Terms { phone_rate: 1_300, ..TERMS });
        changed(Terms { phone_rate: 700, ..TERMS });
        changed(Terms { phone_budget: 300_000, ..TERMS });
        changed(Terms { budget: 1_500_000, ..TERMS });
        changed(Terms { budget: 9_000_000, phone_budget: 9_000_000, ..TERMS });
        changed(Terms { stoves_stop: Some(60), ..TERMS });
        changed(Terms { phone_items: 2, ..TERMS });
        changed(Terms { phone_items: 3, phone_rate: 2_000, stoves_stop: Some(30), ..TERMS });
        changed(Terms { split: "whole-order-only", ..TERMS });
    }
}

/// What the days before came to stands, whatever the file says.
#[test]
fn days_before_the_first_one_are_as_recorded() {
    let events = by_chance(5, 300);
    let place = Place::new();
    recorder::record(&place, &events);
    let last = ["--from", "2024-10-03", "--to", "2024-10-03"];
    let same = object(&place, &TERMS, &last);
    assert_eq!(same["nothing_changes"], true, "{same:#}");
    let asked = events[200..].iter().filter(|event| matches!(event, Event::Ask(_))).count();
    assert_eq!(same["requests"]["decided_again"], asked);
    // With a budget that is used up by then nothing more is given.
    let then = books(&TERMS, &events[..200], None);
    let nothing = object(&place, &Terms { budget: then.taken[0].saturating_sub(200_000), ..TERMS }, &last);
    let campaign = &nothing["money"]["campaigns"][0];
    assert!(campaign["granted_now"].as_u64() < campaign["granted_then"].as_u64(), "{nothing:#}");
    // Nobody asked on the days behind the record.
    let behind = object(&place, &TERMS, &["--from", "2024-11-01", "--to", "2024-11-02"]);
    assert_eq!((&behind["requests"]["decided_again"], &behind["nothing_changes"]), (&json!(0), &json!(true)));
}

#[test]
fn refusals_that_kept_nothing_are_counted() {
    let mut events = by_chance(6, 120);
    for event in &mut events {
        if let Event::Ask(ask) = event {
            ask.kept = false;
        }
    }
    let place = Place::new();
    recorder::record(&place, &events);
    let found = object(&place, &Terms { phone_items: 9, ..TERMS }, &ALL_DAYS);
    assert!(found["requests"]["cannot_be_replayed"].as_u64().unwrap() > 0, "{found:#}");
    assert_eq!(found["nothing_changes"], true, "who was granted still is: {found:#}");
}

#[test]
fn people_read_it_in_two_languages_and_see_no_person() {
    let events = by_chance(7, 150);
    let place = Place::new();
    recorder::record(&place, &events);
    let same = told(place.whatif(&TERMS, &ALL_DAYS));
    assert!(same.contains("Nothing changes: every request ends as it did, with the same money."), "{same}");
    let terms = Terms { phone_rate: 1_300, phone_items: 2, ..TERMS };
    let english = told(place.whatif(&terms, &[&ALL_DAYS[..], &["--list", "3"]].concat()));
    for expected in ["N105 ", "-> G000", "person-category:city:phone", "By district", "campaign:city", "first refusal"]
    {
        assert!(english.contains(expected), "{expected}: {english}");
    }
    let chinese = told(place.whatif(&terms, &[&ALL_DAYS[..], &["--language", "zh"]].concat()));
    assert!(chinese.contains("结果改变的请求") && chinese.contains("按行政区"), "{chinese}");
    for person in 0..60_u8 {
        assert!(!english.contains(&format!("{person:02x}").repeat(16)));
    }
}

#[test]
fn what_cannot_be_replayed_is_refused() {
    let place = Place::new();
    recorder::record(&place, &by_chance(8, 10));
    let days = |from, to| ["--from", from, "--to", to];
    let back = place.whatif(&TERMS, &days("2024-10-02", "2024-10-01"));
    check_refused(back, 64, &["--from 2024-10-02 lies behind --to 2024-10-01"]);
    let wrong = place.whatif(&Terms { phone_rate: 10_001, ..TERMS }, &ALL_DAYS);
    check_refused(wrong, 64, &["new.toml", "rate_basis_points"]);
    let date = place.whatif(&TERMS, &days("2024-10-1", "2024-10-02"));
    check_refused(date, 64, &["expected a date such as 2024-10-01"]);
}
