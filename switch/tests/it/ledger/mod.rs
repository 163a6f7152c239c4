//! `lijian ledger` as a shell sees it, over journals written through the store.

mod doubt;
mod rebuild;

use crate::settlement::commands::{Daemon, EXAMPLE, check_refused, ended, lijian};
use crate::settlement::journal::{Bench, damage};
use crate::settlement::two_days;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

fn ledger(bench: &Bench, command: &str, more: &[&str]) -> Command {
    let mut process = lijian("ledger");
    process.args([command, "--config", EXAMPLE, "--data"]).arg(bench.path("")).args(more);
    process
}

/// Standard output of a command that succeeds and complains of nothing.
fn told(command: Command) -> String {
    let (code, output, errors) = ended(command);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{output}");
    output
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_whole_journal_is_proven_and_summed_up() {
    let bench = two_days();
    let output = told(ledger(&bench, "verify", &[]));
    for expected in [
        "records: 8 (LSN 1 to 8)\n",
        "open holds: 1, of these in doubt: 1\n",
        "reversals under way: 0\n",
        "  intent: 3\n",
        "  granted: 2\n",
        "  reversed: 1\n",
    ] {
        assert!(output.contains(expected), "{expected:?} is not in {output}");
    }
    assert!(!output.contains("torn"), "{output}");
}

#[test]
fn a_torn_tail_is_told_and_no_error() {
    let bench = two_days();
    let segment = bench.path("journal").join("0000000001.segment");
    let mut bytes = fs::read(&segment).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    bytes[end + 64..end + 164].fill(7);
    fs::write(&segment, bytes).unwrap();
    let output = told(ledger(&bench, "verify", &[]));
    assert!(output.contains("records: 8 ") && output.contains("a torn tail"), "{output}");
}

#[test]
fn a_cap_over_its_limit_is_a_finding() {
    let mut bench = Bench::new();
    bench.append("2024-09-30", |batch| batch.sale(400_000_000_000, 300_000_000_000, "SN-1"));
    let (code, output, errors) = ended(ledger(&bench, "verify", &[]));
    assert_eq!(code, Some(1), "{output}");
    assert!(errors.contains("campaign:shenzhen-2024 is over its limit: 0 held and 300000000000 used"), "{errors}");
}

#[test]
fn balances_are_the_fold_of_the_journal() {
    let bench = two_days();
    let object: Value = serde_json::from_str(&told(ledger(&bench, "balances", &["--json"]))).unwrap();
    let budgets = object["budgets"].as_array().unwrap();
    let campaign = budgets.iter().find(|budget| budget["id"] == "campaign:shenzhen-2024").unwrap();
    // Granted 100 and 200 yuan, the first given back; 50 in doubt.
    assert_eq!((&campaign["held"], &campaign["used"]), (&json!(5_000), &json!(20_000)));
    assert_eq!(campaign["remaining"], json!(campaign["limit"].as_u64().unwrap() - 25_000));
    let table = told(ledger(&bench, "balances", &[]));
    let row = table.lines().find(|line| line.starts_with("campaign:shenzhen-2024 ")).unwrap();
    let cells: Vec<_> = row.split_whitespace().collect();
    assert_eq!(cells[2..4], ["50.00", "200.00"], "{table}");
}

#[test]
fn every_record_is_a_line_and_names_nobody() {
    let bench = two_days();
    let output = told(ledger(&bench, "export", &[]));
    let records = lines(&output);
    let lsns: Vec<_> = records.iter().map(|record| record["lsn"].as_u64().unwrap()).collect();
    assert_eq!(lsns, (1..=8).collect::<Vec<_>>());
    let first = &records[0];
    assert_eq!((&first["kind"], &first["business_date"]), (&json!("intent"), &json!("2024-09-30")));
    assert_eq!((&first["time"], &first["net"]), (&json!("2024-10-01T00:03:20.000001Z"), &json!(90_000)));
    assert_eq!(first["items"][0]["serial_number"], "SN-1");
    assert!(!output.contains("\"card\"") && !output.contains("\"person\""), "{output}");
    let with_keys = lines(&told(ledger(&bench, "export", &["--with-keys"])));
    assert!(with_keys[0]["person"].is_string() && with_keys[0]["origin"]["card"].is_string());

    let out = bench.path("part.jsonl");
    let part = ["--from", "3", "--to", "5", "--out", out.to_str().unwrap()];
    assert_eq!(told(ledger(&bench, "export", &part)), "");
    assert_eq!(lines(&fs::read_to_string(&out).unwrap()), records[2..5]);
    check_refused(ledger(&bench, "export", &["--from", "5", "--to", "3"]), 64, &["--from 5", "--to 3"]);
}

#[test]
fn a_damaged_journal_is_refused_by_every_command() {
    let bench = two_days();
    damage(&bench.path("journal"));
    for command in ["verify", "balances", "export", "rebuild"] {
        check_refused(ledger(&bench, command, &[]), 1, &["offset 4096"]);
    }
    check_refused(ledger(&Bench::new(), "verify", &[]), 64, &["no journal", "--data"]);
}

#[test]
fn beside_a_daemon_all_but_the_rebuild_work() {
    let bench = Bench::new();
    let _daemon = Daemon::start(&bench.path(""));
    assert!(told(ledger(&bench, "verify", &[])).contains("  opened: 1\n"));
    assert_eq!(lines(&told(ledger(&bench, "export", &[]))).len(), 1);
    told(ledger(&bench, "balances", &[]));
    check_refused(ledger(&bench, "rebuild", &[]), 75, &["held by a running daemon"]);
}
