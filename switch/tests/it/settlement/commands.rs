//! `lijian settle` and `lijian verify` as a shell sees them: exit codes, what is said, files.

use super::journal::{Bench, damage};
use super::{ENTRIES, MONDAY, TUESDAY, read, two_days};
use lijian_store::journal::{Journal, JournalOptions};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

pub(crate) const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/examples/shenzhen-2024/switch.toml");

pub(crate) fn lijian(command: &str) -> Command {
    let mut process = Command::new(env!("CARGO_BIN_EXE_lijian"));
    process.arg(command).env_remove("LIJIAN_PRODUCTION").env_remove("LIJIAN_LOG");
    process
}

fn settle_command(data: &Path, date: &str, out: &Path) -> Command {
    let mut command = lijian("settle");
    command.args(["--config", EXAMPLE, "--date", date, "--data"]).arg(data).arg("--out").arg(out);
    command
}

/// Exit code, standard output, standard error.
pub(crate) fn ended(mut command: Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn verify_ended(directory: &Path) -> (Option<i32>, String, String) {
    let mut command = lijian("verify");
    command.arg(directory);
    ended(command)
}

/// It ends with `code`, prints no result and says all of `expected`.
pub(crate) fn check_refused(command: Command, code: i32, expected: &[&str]) {
    let (ended_with, output, errors) = ended(command);
    assert_eq!((ended_with, output.as_str()), (Some(code), ""), "{errors}");
    for expected in expected {
        assert!(errors.contains(expected), "{expected:?} is not in {errors}");
    }
}

#[test]
fn a_day_is_settled_and_proven() {
    let bench = two_days();
    let out = bench.path("out");
    let (code, output, errors) = ended(settle_command(&bench.path(""), MONDAY, &out));
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let expected = "settlement of 2024-09-30, final\n\
                    granted 30000 - returned 0 = net 30000 minor units; grants 2, returns 0\n\
                    held, not settled: 5000 (sales 1), of these in doubt: 5000 (sales 1)\n\
                    signed with the key of ";
    assert!(output.starts_with(expected), "{output}");
    let (code, output, errors) = verify_ended(&out);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(output.contains("2024-09-30 is right: granted 30000 - returned 0 = net 30000 minor units"), "{output}");

    let first = read(&out);
    for again in [&out, &bench.path("elsewhere")] {
        assert_eq!(ended(settle_command(&bench.path(""), MONDAY, again)).0, Some(0));
        assert_eq!(read(again), first);
    }
}

#[test]
fn an_empty_day_is_a_whole_set() {
    let bench = two_days();
    let out = bench.path("out");
    let (code, output, errors) = ended(settle_command(&bench.path(""), "2024-10-02", &out));
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(output.starts_with("settlement of 2024-10-02, provisional: the day can still change\n"), "{output}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), ENTRIES);
    let [detail, totals, _] = read(&out);
    for csv in [detail, totals] {
        assert_eq!(csv.iter().filter(|byte| **byte == b'\n').count(), 1, "the header and no line");
    }
    assert_eq!(verify_ended(&out).0, Some(0));
}

#[test]
fn a_tampered_set_is_told_by_its_differences() {
    let bench = two_days();
    let out = bench.path("out");
    assert_eq!(ended(settle_command(&bench.path(""), TUESDAY, &out)).0, Some(0));
    let detail = out.join("detail.csv");
    let text = fs::read_to_string(&detail).unwrap();
    fs::write(&detail, text.replace(",10000,90000,", ",20000,80000,")).unwrap();
    let mut verify = lijian("verify");
    verify.arg(&out);
    let subsidy = "detail.csv row 2: subsidy = subsidies of the sponsors does not hold: 20000 and 10000";
    let total = "manifest.json: totals.returned: 10000 is written, 20000 expected";
    check_refused(verify, 1, &["SHA-256 of \"detail.csv\"", subsidy, total, "is not right; differences: "]);

    let mut nothing = lijian("verify");
    nothing.arg(bench.path("nothing"));
    check_refused(nothing, 64, &["nothing cannot be read"]);
}

#[test]
fn what_cannot_be_settled_is_refused_and_leaves_nothing() {
    let bench = two_days();
    let (data, out) = (bench.path(""), bench.path("out"));
    for date in ["", "1.10.2024", "20241001", "2024-10-1", "2024-02-30", "2024-13-01", "today"] {
        check_refused(settle_command(&data, date, &out), 64, &["--date", "expected a date such as 2024-10-01"]);
    }
    let elsewhere = bench.path("elsewhere");
    check_refused(
        settle_command(&elsewhere, MONDAY, &out),
        64,
        &["no journal", &elsewhere.display().to_string(), "--data"],
    );
    assert!(!elsewhere.exists(), "nothing is made where there is no journal");

    let mut rehearsal = settle_command(&data, MONDAY, &out);
    rehearsal.args(["--set", "clock.now=2024-10-01T10:00:00+08:00"]).env("LIJIAN_PRODUCTION", "1");
    check_refused(rehearsal, 64, &["clock.now", "LIJIAN_PRODUCTION"]);

    let mine = bench.path("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("budget.xlsx"), "mine").unwrap();
    check_refused(settle_command(&data, MONDAY, &mine), 64, &["holds \"budget.xlsx\""]);
    assert_eq!(fs::read_dir(&mine).unwrap().count(), 1);

    damage(&bench.path("journal"));
    check_refused(settle_command(&data, MONDAY, &out), 1, &["the journal cannot be settled", "offset 4096"]);
    assert!(!out.exists());
}

#[test]
fn a_day_is_settled_beside_the_daemon() {
    let bench = Bench::new();
    let _daemon = Daemon::start(&bench.path(""));
    let locked = Journal::open(bench.storage(), JournalOptions::default());
    assert!(locked.is_err(), "the journal is the daemon's");
    let out = bench.path("out");
    let settled = || {
        let (code, output, errors) = ended(settle_command(&bench.path(""), TUESDAY, &out));
        assert_eq!((code, errors.as_str()), (Some(0), ""));
        assert!(output.contains("provisional"), "{output}");
        serde_json::from_slice::<serde_json::Value>(&read(&out)[2]).unwrap()
    };
    // The record of the daemon's start may still be on its way to the disk: a provisional set is made again.
    let manifest = (0..100).map(|_| settled()).find(|manifest| !manifest["cut"]["first_lsn"].is_null()).unwrap();
    assert_eq!((&manifest["cut"]["first_lsn"], &manifest["counts"]["grants"]), (&1.into(), &0.into()));
    assert_eq!(verify_ended(&out).0, Some(0));
}

/// A daemon on free ports with nobody to dial, at ten o'clock on Tuesday; killed in the end.
pub(crate) struct Daemon(Child);

impl Daemon {
    pub(crate) fn start(data: &Path) -> Self {
        let mut command = lijian("run");
        command.args(["--config", EXAMPLE, "--data"]).arg(data).stderr(Stdio::piped());
        for set in [
            "links.issuers.issuer.hosts=[\"127.0.0.1:1\"]",
            "links.acquirers.ascii.listen=127.0.0.1:0",
            "links.acquirers.pos.listen=127.0.0.1:0",
            "admin.listen=127.0.0.1:0",
            "portal.listen=127.0.0.1:0",
            "store.segment_bytes=1048576",
            "clock.now=2024-10-01T10:00:00+08:00",
        ] {
            command.args(["--set", set]);
        }
        let mut child = command.spawn().unwrap();
        // Held open and not read on: what it logs until the test ends fits the pipe.
        let mut log = BufReader::new(child.stderr.as_mut().unwrap()).lines();
        assert!(log.any(|line| line.unwrap().contains("\"message\":\"ready\"")), "the daemon did not start");
        Self(child)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
