//! `lijian explain` as a shell sees it, over journals written through the store and beside a daemon.

mod day;
mod records;

use crate::daemon::host::{ask, issuer, refrigerator};
use crate::daemon::process;
use crate::settlement::commands::{Daemon, EXAMPLE, check_refused, ended, lijian};
use crate::settlement::journal::{Bench, damage};
use day::day;
use lijian_domain::code::DecisionCode;
use lijian_load::till::Till;
use records::{CARD, PERSON, QUALIFICATION, SERIAL_NUMBER, refused};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

const FIXTURE: &str = include_str!("../../../store/tests/fixtures/journal-format-1.hex");

fn explain(data: &Path, rrn: &str, more: &[&str]) -> Command {
    let mut process = lijian("explain");
    process.args([rrn, "--data"]).arg(data).args(more);
    process
}

/// Standard output of a command that succeeds and complains of nothing.
fn told(command: Command) -> String {
    let (code, output, errors) = ended(command);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{output}");
    output
}

fn object(bench: &Bench, rrn: &str) -> Value {
    serde_json::from_str(&told(explain(&bench.path(""), rrn, &["--json"]))).unwrap()
}

/// The only transaction of `rrn`.
fn only(bench: &Bench, rrn: &str) -> Value {
    let object = object(bench, rrn);
    assert_eq!(object["transactions"].as_array().unwrap().len(), 1, "{object}");
    object["transactions"][0].clone()
}

fn check_golden(name: &str, more: &[&str]) {
    let bench = day();
    let output: String = day::ALL.map(|rrn| told(explain(&bench.path(""), rrn, more))).join("\n");
    let golden = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/explain/golden")).join(name);
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    let difference = output.lines().zip(expected.lines()).find(|(got, expected)| got != expected);
    assert!(output == expected, "{} differs, first in {difference:?}; all of it:\n{output}", golden.display());
}

#[test]
fn every_story_in_english() {
    check_golden("day.en.txt", &[]);
}

#[test]
fn every_story_in_chinese() {
    check_golden("day.zh.txt", &["--language", "zh"]);
}

#[test]
fn every_story_for_programs() {
    check_golden("day.json", &["--json"]);
}

#[test]
fn a_receipt_says_as_which_one_a_request_came_and_names_nobody_else() {
    let bench = day();
    let receipt = |more: &[&str]| told(explain(&bench.path(""), day::TOO_LATE, &[&["--receipt"], more].concat()));
    let object: Value = serde_json::from_str(&receipt(&["--json"])).unwrap();
    let told = &object["receipts"][0];
    assert_eq!((&told["code"], &told["cap"]), (&json!("N106"), &json!("campaign:shenzhen-2024")));
    // As the story of the budget that ran out below: the fourth, after one that was granted; the last that got something is 4.
    let numbers = ["arrival", "granted_before", "last_granted_order_number"];
    assert_eq!(numbers.map(|name| told[name].as_u64().unwrap()), [4, 1, 4]);
    for (language, words) in [("en", "Yours was request number 4 of that day"), ("zh", "第 4 笔")] {
        let text = receipt(&["--language", language]);
        assert!(text.contains(words), "{text}");
        assert!(day::ALL.iter().all(|rrn| *rrn == day::TOO_LATE || !text.contains(rrn)), "{text}");
    }
}

#[test]
fn caps_stand_as_they_did_at_that_moment() {
    let bench = day();
    let object = object(&bench, day::TWICE);
    let [sold, refused] = object["transactions"].as_array().unwrap().as_slice() else { panic!("{object}") };
    // The first sale found everything untouched.
    let campaign = &sold["caps"][1];
    assert_eq!((&campaign["id"], &campaign["limit_amount"]), (&json!("campaign:shenzhen-2024"), &json!(25_000)));
    let before = ["used_before", "held_before", "taken", "arrival"].map(|name| campaign[name].as_u64().unwrap());
    assert_eq!(before, [0, 0, 10_000, 1]);
    assert_eq!(sold["state"], "reversed");
    // The second one met the first one's item.
    assert_eq!((&refused["code"], &refused["state"]), (&json!("N105"), &json!("refused")));
    let bound = &refused["bound"];
    assert_eq!((&bound["limit_count"], &bound["used_count"], &bound["arrival"]), (&json!(1), &json!(1), &json!(2)));
    assert_eq!(bound["stands_on_it"][0]["lsn"], sold["lsn"]);
}

#[test]
fn a_budget_that_ran_out_names_who_came_before() {
    let bound = &only(&day(), day::TOO_LATE)["bound"];
    // 250 yuan: one sale granted, one in doubt, and 50 yuan are too little for a third. One more was turned away before.
    let numbers = ["limit_amount", "used", "held", "sales_granted_before", "sales_held_before", "arrival"];
    assert_eq!(numbers.map(|name| bound[name].as_u64().unwrap()), [25_000, 10_000, 10_000, 1, 1, 4]);
    assert_eq!((&bound["last_taken"][0]["lsn"], &bound["ran_out"][0]["lsn"]), (&json!(4), &json!(6)));
    assert_eq!(bound.get("used_by_the_journal"), None, "decision and journal agree");
    // Of the next day's first request nothing is left of all that: everything was given back.
    let next = &only(&day(), day::REFUNDED)["caps"][1];
    assert_eq!(["used_before", "held_before", "arrival"].map(|name| next[name].as_u64().unwrap()), [0, 0, 1]);
    // The void that was undone keeps its 100 yuan.
    let quoted = &only(&day(), day::QUOTED)["caps"][1];
    assert_eq!(quoted["used_before"], 10_000);
}

#[test]
fn any_number_of_a_transaction_leads_to_it() {
    let bench = day();
    let states = [
        (day::IN_DOUBT, "released"),
        (day::REVERSAL, "reversed"),
        (day::DECLINED, "declined"),
        (day::REFUNDED, "returned"),
        (day::VOIDED, "granted"),
        (day::QUOTED, "reversed"),
        (day::EXPIRED, "quote-over"),
        (day::BURIED, "refused"),
        (day::FULL_PRICE, "refused-at-full-price"),
    ];
    for (rrn, state) in states {
        assert_eq!(only(&bench, rrn)["state"], state, "{rrn}");
    }
    let kinds = |rrn| {
        let timeline = only(&bench, rrn)["timeline"].clone();
        timeline.as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(day::IN_DOUBT), ["intent", "in-doubt", "queue-ordered", "released"]);
    assert_eq!(kinds(day::QUOTED), ["quoted", "intent", "granted", "reversal-asked", "reversed"]);
    assert_eq!(kinds(day::BURIED), ["tombstone", "refused"]);
}

#[test]
fn nothing_of_a_card_or_a_person_is_told() {
    let bench = day();
    let card = std::str::from_utf8(CARD).unwrap().to_owned();
    let secrets =
        [card, PERSON.to_string(), "cd".repeat(8), "ef".repeat(8), SERIAL_NUMBER.into(), QUALIFICATION.into()];
    for rrn in day::ALL {
        for more in [&["--json"][..], &[], &["--language", "zh"]] {
            let output = told(explain(&bench.path(""), rrn, more)).to_lowercase();
            for secret in &secrets {
                assert!(!output.contains(&secret.to_lowercase()), "{secret} of {rrn} is in {output}");
            }
        }
    }
    let item = &only(&bench, day::REFUNDED)["items"][0];
    assert_eq!(item["serial_number"], "***********3809");
    assert_eq!(only(&bench, day::REFUNDED)["qualification"], "************8899");
}

#[test]
fn a_configuration_gives_zone_and_place_and_can_be_missing() {
    let bench = day();
    let mut configured = lijian("explain");
    configured.args([day::REFUNDED, "--config", EXAMPLE, "--set", "clock.zone=Europe/Berlin", "--data"]);
    configured.arg(bench.path(""));
    let output = told(configured);
    assert!(output.contains("local times of Europe/Berlin") && output.contains("2024-10-01 02:03:20.0000"), "{output}");

    let gone = bench.path("gone.toml");
    let (code, output, errors) = ended(explain(&bench.path(""), day::REFUNDED, &["--config", gone.to_str().unwrap()]));
    assert_eq!(code, Some(0), "{errors}");
    assert!(errors.contains("the journal alone is read") && output.contains("Asia/Shanghai"), "{errors}\n{output}");
    let mut nowhere = lijian("explain");
    nowhere.args([day::REFUNDED, "--config"]).arg(&gone);
    check_refused(nowhere, 64, &["gone.toml", "--data DIR"]);
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let bench = day();
    check_refused(explain(&bench.path(""), "999999999999", &[]), 1, &["no transaction with the RRN 999999999999"]);
    check_refused(explain(&bench.path(""), "", &[]), 64, &["1 to 12 characters"]);
    check_refused(explain(&bench.path(""), "1234567890123", &[]), 64, &["1 to 12 characters"]);
    let mut neither = lijian("explain");
    neither.arg(day::TWICE);
    check_refused(neither, 64, &["--config"]);
    check_refused(explain(&bench.path("nothing"), day::TWICE, &[]), 64, &["no journal", "--data"]);
    damage(&bench.path("journal"));
    check_refused(explain(&bench.path(""), day::TWICE, &[]), 1, &["the journal is not whole", "offset 4096"]);
}

#[test]
fn too_many_are_counted_and_left_out() {
    let mut bench = Bench::new();
    let over_price = refused(1, day::TWICE, DecisionCode::Price, None);
    for batch in [53, 50] {
        bench.append("2024-10-01", |records| (0..batch).map(|_| records.push(&over_price)).last());
    }
    let object = object(&bench, day::TWICE);
    let count = object["transactions"].as_array().unwrap().len();
    assert_eq!((count, &object["transactions_left_out"]), (100, &json!(3)));
    assert_eq!(object["transactions"][0]["lsn"], 1, "the first ones are told");
}

/// The committed journal of the first format, whose intents keep no limits.
#[test]
fn an_old_record_says_that_its_limits_were_not_recorded() {
    let bench = Bench::new();
    let mut bytes = Vec::new();
    for line in FIXTURE.lines() {
        let (offset, digits) = line.split_once(' ').unwrap();
        bytes.resize(usize::from_str_radix(offset, 16).unwrap(), 0);
        bytes.extend(
            digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()),
        );
    }
    // Bytes 24 to 31 of the head say how long the file is.
    let length = u64::from_le_bytes(bytes[24..32].try_into().unwrap());
    bytes.resize(usize::try_from(length).unwrap(), 0);
    fs::create_dir(bench.path("journal")).unwrap();
    fs::write(bench.path("journal").join("0000000001.segment"), bytes).unwrap();
    let output = told(explain(&bench.path(""), "425000000123", &[]));
    // The ten caps of the sale, and the one that refused.
    assert_eq!(output.matches("limit: not recorded").count(), 11, "{output}");
    let output = told(explain(&bench.path(""), "425000000123", &["--language", "zh"]));
    assert!(output.contains("上限：未记录"), "{output}");
}

/// The day is one that a daemon could have written.
#[test]
fn the_day_is_lawful() {
    let bench = day();
    let mut verify = lijian("ledger");
    verify.args(["verify", "--config", EXAMPLE, "--data"]).arg(bench.path(""));
    assert!(told(verify).contains("records: 38 "));
}

#[test]
fn beside_a_running_daemon_nothing_is_in_the_way() {
    let bench = day();
    // A daemon goes on with no journal without the keys that its records were made with; any do for this one.
    drop(Daemon::start(&bench.path("other")));
    fs::rename(bench.path("other").join("keys"), bench.path("keys")).unwrap();
    let _daemon = Daemon::start(&bench.path(""));
    assert_eq!(only(&bench, day::VOIDED)["state"], "granted");
}

/// A sale over real TCP, explained while the daemon runs and after it was killed.
#[tokio::test]
async fn a_sale_over_the_wire_is_explained() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|_| {});
    let daemon = process::Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    for stan in [1, 2] {
        let answer = ask(&mut till, &refrigerator(stan, 800_000), "424242424242").await;
        assert_eq!(answer.text(39), if stan == 1 { "00" } else { "65" });
    }
    let beside = told(explain(data.path(), "424242424242", &["--json"]));
    daemon.kill();
    assert_eq!(told(explain(data.path(), "424242424242", &["--json"])), beside);
    let object: Value = serde_json::from_str(&beside).unwrap();
    let [sold, refused] = object["transactions"].as_array().unwrap().as_slice() else { panic!("{object}") };
    assert_eq!(
        (&sold["state"], &sold["discount"], &sold["net"]),
        (&json!("granted"), &json!(160_000), &json!(640_000))
    );
    let campaign = sold["caps"].as_array().unwrap().last().unwrap();
    assert_eq!((&campaign["taken"], &campaign["arrival"]), (&json!(160_000), &json!(1)));
    assert!(campaign["limit_amount"].as_u64().unwrap() >= 10_000_000_000, "the example's budget: {campaign}");
    assert_eq!((&refused["code"], &refused["bound"]["stands_on_it"][0]["lsn"]), (&json!("N105"), &sold["lsn"]));
    assert!(!beside.contains("6222021234567890"));
    let verdicts = |object: &Value| [0, 1].map(|at| object["transactions"][at]["rederived"]["verdict"].clone());
    assert_eq!(verdicts(&object), [json!("same"), json!("same-but-for-a-cap")]);

    // A fen less in the archive's campaign is noticed, and without the archive it is said that there is none.
    let files = data.path().join("rules/files");
    let campaign = fs::read_dir(&files).unwrap().map(|entry| entry.unwrap().path());
    let campaign =
        campaign.into_iter().find(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("1 = 2000")));
    let campaign = campaign.unwrap();
    let text = fs::read_to_string(&campaign).unwrap();
    fs::write(&campaign, text.replace("1 = 2000", "1 = 1999")).unwrap();
    let again = || -> Value { serde_json::from_str(&told(explain(data.path(), "424242424242", &["--json"]))).unwrap() };
    assert_eq!(verdicts(&again()), [json!("no-version"), json!("no-version")]);
    fs::remove_dir_all(data.path().join("rules")).unwrap();
    assert_eq!(verdicts(&again()), [json!("no-version"), json!("no-version")]);
}
