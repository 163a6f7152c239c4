//! `lijian ledger doubt`: what waits, with age, link and reason; beside a running daemon and without one.

use super::{ledger, told};
use crate::daemon::host::{ask, issuer, refrigerator};
use crate::daemon::process::Daemon;
use crate::settlement::commands::{EXAMPLE, check_refused, lijian};
use crate::settlement::journal::{Bench, damage};
use crate::settlement::two_days;
use lijian_load::till::{Sale, Till};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn doubt(data: &Path, json: bool) -> Command {
    let mut command = lijian("ledger");
    command.args(["doubt", "--config", EXAMPLE, "--data"]).arg(data);
    command.args(json.then_some("--json"));
    command
}

fn rows(data: &Path) -> Vec<Value> {
    let object: Value = serde_json::from_str(&told(doubt(data, true))).unwrap();
    object["waiting"].as_array().unwrap().clone()
}

/// The cells of each line between the heading and the sum, and the sum.
fn table(data: &Path) -> (Vec<Vec<String>>, String) {
    let text = told(doubt(data, false));
    let lines: Vec<_> = text.lines().collect();
    let [heading, rows @ .., sum] = lines.as_slice() else { unreachable!("{text}") };
    let names: Vec<_> = heading.split_whitespace().collect();
    assert_eq!(names, ["lsn", "intent", "reason", "link", "date", "age", "s", "discount", "order"]);
    let cells = |row: &&str| row.split_whitespace().map(str::to_owned).collect();
    (rows.iter().map(cells).collect(), (*sum).to_owned())
}

#[test]
fn a_hold_in_doubt_of_a_day_before() {
    let bench = two_days();
    let all = rows(&bench.path(""));
    let [row] = all.as_slice() else { unreachable!("{all:?}") };
    assert_eq!((&row["lsn"], &row["intent"], &row["discount"]), (&json!(3), &json!(3), &json!(5_000)));
    assert_eq!((&row["business_date"], &row["order"]), (&json!("2024-09-30"), &Value::Null));
    let (rows, sum) = table(&bench.path(""));
    assert_eq!((&rows[0][0][..], &rows[0][4][..], &rows[0][6][..]), ("3", "2024-09-30", "50.00"), "{rows:?}");
    assert_eq!(sum, "1 in all; ages at the journal's last record, amounts in yuan");
}

#[test]
fn nothing_in_doubt_and_no_journal() {
    let mut bench = Bench::new();
    bench.append("2024-09-30", |batch| batch.sale(100_000, 10_000, "SN-1"));
    assert_eq!(rows(&bench.path("")), Vec::<Value>::new());
    assert_eq!(table(&bench.path("")).1, "0 in all; ages at the journal's last record, amounts in yuan");
    check_refused(ledger(&Bench::new(), "doubt", &[]), 64, &["no journal", "--data"]);
    let bench = two_days();
    damage(&bench.path("journal"));
    check_refused(ledger(&bench, "doubt", &[]), 1, &["offset 4096"]);
}

#[tokio::test]
async fn the_same_beside_a_daemon_and_after_its_end() {
    let data = tempfile::tempdir().unwrap();
    // 4,999.00 less 20 %, and 3,000.00 less 20 %: neither is answered, nor is its reversal.
    let (address, _) = issuer(|settings| {
        settings.silent_amounts.extend([399_920, 240_000]);
        settings.silent_reversals = u64::MAX;
    });
    let set = ["links.acquirers.ascii.time_budget_ms=200"];
    let daemon = Daemon::start(data.path(), address, &set);
    daemon.until_issuer();
    assert_eq!(rows(data.path()), Vec::<Value>::new());
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let second = Sale { card: "6217001234567894".to_owned(), ..refrigerator(2, 300_000) };
    assert_eq!(ask(&mut till, &refrigerator(1, 499_900), "424242424242").await.text(39), "98");
    assert_eq!(ask(&mut till, &second, "424242424243").await.text(39), "98");
    let beside = rows(data.path());
    let waiting = daemon.json("/api/v1/queue");
    let [first, second] = beside.as_slice() else { unreachable!("{beside:?}") };
    for (row, place, discount) in [(first, 0, 99_980), (second, 1, 60_000)] {
        let message = &waiting["messages"][place];
        assert_eq!((&row["lsn"], &row["link"]), (&message["lsn"], &json!("ascii")), "{row} {message}");
        assert_eq!((&row["reason"], &row["discount"]), (&json!("time-out"), &json!(discount)));
        assert_eq!((&row["business_date"], &row["order"]), (&json!("2024-10-01"), &Value::Null));
        assert_eq!(row["since"].as_str().unwrap()[..16], *"2024-10-01T02:00");
    }
    let held: u64 = beside.iter().map(|row| row["discount"].as_u64().unwrap()).sum();
    assert_eq!(daemon.budget("campaign:shenzhen-2024").0, held, "what is held is named to the last fen");
    let text = told(doubt(data.path(), false)) + &told(doubt(data.path(), true));
    assert!(!text.contains("6222021234567890") && !text.contains("6217001234567894"), "{text}");
    daemon.kill();
    assert_eq!(rows(data.path()), beside, "the journal tells the same without a daemon");
    let (lines, sum) = table(data.path());
    assert!(sum.starts_with("2 in all"), "{sum}");
    let cells = |place: usize| [2, 3, 4, 6, 7].map(|cell: usize| lines[place][cell].as_str());
    assert_eq!(cells(0), ["time-out", "ascii", "2024-10-01", "999.80", "-"]);
    assert_eq!(cells(1), ["time-out", "ascii", "2024-10-01", "600.00", "-"]);

    // An hour later, by the record of that start.
    let later = ["clock.now=2024-10-01T11:00:00+08:00", set[0]];
    let daemon = Daemon::start(data.path(), address, &later);
    let aged = rows(data.path());
    for row in &aged {
        let age = row["age_seconds"].as_i64().unwrap();
        assert!((3_500..=3_600).contains(&age), "{row}");
    }
    assert_eq!(table(data.path()).0[0][5], aged[0]["age_seconds"].to_string());
    drop(daemon);
}
