//! Days settled from a real journal, and sets that were tampered with.

pub(crate) mod commands;
mod files;
pub(crate) mod journal;

use journal::{Bench, damage, once_free};
use lijian::settlement::manifest::{Manifest, Status};
use lijian::settlement::{Names, Order, PublicKey, SettleError, Signed, Signer, settle, verify};
use lijian_domain::ids::Lsn;
use lijian_domain::time::BusinessDate;
use lijian_store::journal::JournalReader;
use std::fs;
use std::path::Path;

const MONDAY: &str = "2024-09-30";
const TUESDAY: &str = "2024-10-01";
const FILES: [&str; 3] = ["detail.csv", "totals.csv", "manifest.json"];
/// What stands in the directory of a set: eight files and the folder of the acquirers.
const ENTRIES: usize = 9;
const KEY: [u8; 32] = [7; 32];

fn settle_day(bench: &Bench, date: &str, out: &str) -> Result<Manifest, SettleError> {
    once_free(|| settle_into(bench, date, &bench.path(out)), |error| matches!(error, SettleError::Busy { .. }))
}

fn settle_into(bench: &Bench, date: &str, directory: &Path) -> Result<Manifest, SettleError> {
    let date = BusinessDate::parse(date).unwrap();
    let signer = Signer::new(&KEY);
    let names = Names::new(Box::new(|_| None));
    settle(bench.storage(), Order { date, directory, signer: &signer, acquirers: &[], names }, &mut |_| {})
}

fn read(directory: &Path) -> [Vec<u8>; 3] {
    FILES.map(|name| fs::read(directory.join(name)).unwrap())
}

/// Monday: two grants, one hold in doubt. Tuesday: Monday's first grant comes back.
pub(crate) fn two_days() -> Bench {
    let mut bench = Bench::new();
    let first = bench.append(MONDAY, |batch| {
        let first = batch.sale(100_000, 10_000, "SN-1");
        let doubt = batch.intent(50_000, 5_000, "SN-2");
        batch.in_doubt(doubt);
        batch.sale(300_000, 20_000, "=cmd|' /C calc'!A0");
        first
    });
    bench.append(TUESDAY, |batch| batch.returned(first));
    bench
}

fn check_findings(directory: &Path, expected: &[&str]) {
    let findings = verify(directory, None).unwrap().findings;
    assert_eq!(findings.is_empty(), expected.is_empty(), "{:?}", findings.lines());
    for expected in expected {
        let found = findings.lines().iter().any(|line| line.contains(expected));
        assert!(found, "{expected:?} is not among {:?}", findings.lines());
    }
}

#[test]
fn a_final_day_by_hand() {
    let bench = two_days();
    let manifest = settle_day(&bench, MONDAY, "out").unwrap();
    assert_eq!(manifest.status, Status::Final);
    assert_eq!((manifest.cut.first_lsn, manifest.cut.last_lsn, manifest.cut.records), (Some(1), Some(6), 6));
    let totals = &manifest.totals;
    assert_eq!((totals.granted, totals.returned, totals.net), (30_000, 0, 30_000));
    assert_eq!(totals.by_cap["category:shenzhen-2024:phone"].net, 30_000);
    assert_eq!((manifest.held.count, manifest.held.amount, manifest.held.in_doubt_count), (1, 5_000, 1));
    check_findings(&bench.path("out"), &[]);

    let [detail, totals, _] = read(&bench.path("out")).map(|bytes| String::from_utf8(bytes).unwrap());
    let lines: Vec<_> = detail.split_terminator("\r\n").collect();
    let row = "grant,2024-09-30,2024-09-30,2024-10-01T00:03:20.000002Z,2,0001000000000001,shenzhen-2024,0000000000000000,\
               ascii,,\"'=M1,\"\"x\"\"\",,440305,000042,000000000042,,1,4006381333931,phone,,1,SN-1,100000,100000,0,0,100000,\
               10000,90000,bureau,10000,,0,,0,,0";
    assert_eq!((lines.len(), lines[1]), (3, row));
    assert!(lines[2].contains(",'=cmd|' /C calc'!A0,"), "{}", lines[2]);
    let expected = "dimension,campaign,key,granted,returned,net,granted_rows,returned_rows\r\n\
                    campaign,shenzhen-2024,shenzhen-2024,30000,0,30000,2,0\r\n\
                    category,shenzhen-2024,phone,30000,0,30000,2,0\r\n\
                    district,shenzhen-2024,440305,30000,0,30000,2,0\r\n\
                    merchant,shenzhen-2024,\"'=M1,\"\"x\"\"\",30000,0,30000,2,0\r\n\
                    sponsor,shenzhen-2024,bureau,30000,0,30000,2,0\r\n\
                    acquirer_link,shenzhen-2024,ascii,30000,0,30000,2,0\r\n";
    assert_eq!(totals, expected);
}

#[test]
fn a_return_lands_on_the_day_it_arrives() {
    let bench = two_days();
    let manifest = settle_day(&bench, TUESDAY, "out").unwrap();
    assert_eq!((manifest.status, manifest.counts.returns), (Status::Provisional, 1));
    assert_eq!((manifest.totals.returned, manifest.totals.net), (10_000, -10_000));
    check_findings(&bench.path("out"), &[]);
    let detail = fs::read_to_string(bench.path("out").join("detail.csv")).unwrap();
    assert!(detail.contains("\r\nreturn,2024-10-01,2024-09-30,"), "{detail}");
    assert!(detail.contains(",0001000000000001,") && detail.contains(",000900,"), "{detail}");
}

/// The subsidy goes back with the first part, and the second part is of the second of the goods alone.
#[test]
fn an_order_of_two_comes_back_in_parts() {
    let mut bench = Bench::new();
    let order = bench.append(MONDAY, |batch| batch.order_of_two(30_000, 3_000));
    bench.append(TUESDAY, |batch| batch.refunded(order, 34_000, 6_000));
    bench.append(TUESDAY, |batch| batch.refunded(order, 20_000, 0));
    let manifest = settle_day(&bench, TUESDAY, "out").unwrap();
    assert_eq!((manifest.counts.returns, manifest.totals.returned), (2, 6_000));
    check_findings(&bench.path("out"), &[]);
    let detail = fs::read_to_string(bench.path("out").join("detail.csv")).unwrap();
    assert_eq!(detail.lines().filter(|line| line.starts_with("return,")).count(), 3, "{detail}");
}

#[test]
fn a_rerun_gives_identical_bytes_whatever_came_after() {
    let mut bench = two_days();
    settle_day(&bench, MONDAY, "one").unwrap();
    let first = read(&bench.path("one"));
    settle_day(&bench, MONDAY, "one").unwrap();
    assert_eq!(read(&bench.path("one")), first);
    // More of Tuesday, and a clock set back to Monday: neither adds to a day that is over.
    bench.append(TUESDAY, |batch| batch.sale(70_000, 7_000, "SN-4"));
    bench.append(MONDAY, |batch| batch.sale(80_000, 8_000, "SN-5"));
    settle_day(&bench, MONDAY, "two").unwrap();
    assert_eq!(read(&bench.path("two")), first);
    assert_eq!(settle_day(&bench, TUESDAY, "three").unwrap().totals.granted, 15_000);
    check_findings(&bench.path("three"), &[]);
}

#[test]
fn a_provisional_set_is_replaced_and_becomes_final() {
    let mut bench = Bench::new();
    bench.append(MONDAY, |batch| batch.sale(100_000, 10_000, "SN-1"));
    let provisional = settle_day(&bench, MONDAY, "out").unwrap();
    assert_eq!(provisional.status, Status::Provisional);
    let head = JournalReader::open(bench.storage()).unwrap().head();
    assert_eq!((provisional.cut.up_to_lsn, provisional.cut.chain_head), (head.lsn.0, head.chain.to_string()));

    bench.append(MONDAY, |batch| batch.sale(50_000, 5_000, "SN-2"));
    let head = JournalReader::open(bench.storage()).unwrap().head();
    bench.append(TUESDAY, |batch| batch.sale(1_000, 100, "SN-3"));
    let settled = settle_day(&bench, MONDAY, "out").unwrap();
    assert_eq!((settled.status, settled.totals.granted), (Status::Final, 15_000));
    assert_eq!(settled.cut.chain_head, head.chain.to_string());
    check_findings(&bench.path("out"), &[]);
}

#[test]
fn days_without_trades() {
    let bench = two_days();
    for (date, status) in [("2024-09-01", Status::Final), ("2024-12-31", Status::Provisional)] {
        let manifest = settle_day(&bench, date, date).unwrap();
        assert_eq!((manifest.status, manifest.cut.first_lsn, manifest.totals.net), (status, None, 0));
        assert_eq!(manifest.files.iter().map(|file| file.rows).collect::<Vec<_>>(), [0; 7]);
        check_findings(&bench.path(date), &[]);
    }
    assert_eq!(settle_day(&Bench::new(), MONDAY, "out").unwrap().cut.up_to_lsn, 0);
}

#[test]
fn a_day_over_many_segments() {
    let mut bench = Bench::new();
    for place in 0..40 {
        let intents = bench.append(MONDAY, |batch| [(); 8].map(|()| batch.sale(1_000 + place, 100, "SN")));
        bench.append(MONDAY, |batch| batch.returned(intents[3]));
    }
    let segments = fs::read_dir(bench.path("journal")).unwrap().count();
    assert!(segments > 3, "{segments} segments");
    let manifest = settle_day(&bench, MONDAY, "out").unwrap();
    assert_eq!((manifest.counts.grants, manifest.counts.returns, manifest.totals.net), (320, 40, 28_000));
    let head = JournalReader::open(bench.storage()).unwrap().head();
    assert_eq!((Lsn(manifest.cut.up_to_lsn), manifest.cut.chain_head), (head.lsn, head.chain.to_string()));
    check_findings(&bench.path("out"), &[]);
}

#[test]
fn what_was_tampered_with_is_named() {
    let bench = two_days();
    let check = |file: &str, from: &str, to: &str, expected: &[&str]| {
        let out = bench.path("out");
        drop(fs::remove_dir_all(&out));
        settle_day(&bench, MONDAY, "out").unwrap();
        let text = fs::read_to_string(out.join(file)).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(out.join(file), text.replacen(from, to, 1)).unwrap();
        check_findings(&out, expected);
    };
    check(
        "detail.csv",
        ",10000,90000,",
        ",10001,90000,",
        &["SHA-256 of \"detail.csv\"", "row 2: subsidy = ", "totals.granted"],
    );
    check("detail.csv", ",90000,", ",90001,", &["row 2: gross = paid"]);
    check("detail.csv", "SN-1", "SN-9", &["SHA-256 of \"detail.csv\""]);
    check("detail.csv", ",SN-1,", ",=1+1,", &["row 2: column 22 would be a formula"]);
    check("detail.csv", ",90000,", ",9000x,", &["row 2: paid is not a number"]);
    check("detail.csv", "grant,2024-09-30", "grant,2024-09-29", &["row 2: its business date is not 2024-09-30"]);
    check("totals.csv", "30000,0,30000", "30000,1,29999", &["totals.csv row 2: returned: 1 is written, 0 expected"]);
    check(
        "totals.csv",
        "category,shenzhen-2024,phone,30000,0,30000,2,0\r\n",
        "",
        &["1 lines are missing", "rows of totals.csv"],
    );
    check(
        "manifest.json",
        "\"granted\": 30000",
        "\"granted\": 30001",
        &["totals.granted: 30001 is written, 30000 expected"],
    );
    check("manifest.json", "\"grants\": 2", "\"grants\": 3", &["counts.grants"]);
    check("manifest.json", "minor units", "yuan", &["amounts_in \"yuan\", expected \"minor units\""]);
    check("manifest.json", "lijian-settlement/2", "lijian-settlement/9", &["format"]);
}

#[test]
fn missing_and_added_files_are_named() {
    let bench = two_days();
    for name in FILES {
        let out = bench.path(&format!("without-{name}"));
        settle_day(&bench, MONDAY, &format!("without-{name}")).unwrap();
        fs::remove_file(out.join(name)).unwrap();
        check_findings(&out, &[name]);
    }
    settle_day(&bench, MONDAY, "out").unwrap();
    fs::write(bench.path("out").join("notes.txt"), "x").unwrap();
    check_findings(&bench.path("out"), &["\"notes.txt\" is in the directory, but not in manifest.json"]);
}

#[test]
fn only_a_directory_of_this_day_is_written_to() {
    let bench = two_days();
    let check = |out: &str, date: &str, code: u8, expected: &str| {
        let error = settle_day(&bench, date, out).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.exit_code(), code, "{error}");
    };
    for name in ["notes.txt", "detail.csv"] {
        let out = bench.path(name);
        fs::create_dir(&out).unwrap();
        fs::write(out.join(name), "mine").unwrap();
        check(name, MONDAY, 64, &format!("holds {name:?}"));
        assert_eq!(fs::read(out.join(name)).unwrap(), b"mine");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    }
    settle_day(&bench, MONDAY, "out").unwrap();
    check("out", TUESDAY, 64, "holds the settlement of 2024-09-30, not of 2024-10-01");

    // A final set that the journal does not give is kept, whoever changed it.
    let manifest = bench.path("out").join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap().replace("\"granted\": 30000", "\"granted\": 30001");
    fs::write(&manifest, &text).unwrap();
    check("out", MONDAY, 1, "a final set is never written over");
    assert_eq!(fs::read_to_string(&manifest).unwrap(), text);
    assert_eq!(fs::read_dir(bench.path("out")).unwrap().count(), ENTRIES);
}

#[test]
fn two_at_once_do_not_mix() {
    let bench = two_days();
    settle_day(&bench, MONDAY, "out").unwrap();
    let held = fs::File::open(bench.path("out")).unwrap();
    held.try_lock().unwrap();
    let error = settle_into(&bench, MONDAY, &bench.path("out")).unwrap_err();
    assert!(matches!(error, SettleError::Busy { .. }), "{error}");
    assert_eq!(error.exit_code(), 75);
    drop(held);
    settle_day(&bench, MONDAY, "out").unwrap();
}

#[test]
fn an_interrupted_run_is_completed_by_the_next() {
    let bench = two_days();
    settle_day(&bench, MONDAY, "out").unwrap();
    let whole = read(&bench.path("out"));
    fs::rename(bench.path("out").join("manifest.json"), bench.path("out").join(".manifest.json.tmp")).unwrap();
    settle_day(&bench, MONDAY, "out").unwrap();
    assert_eq!(read(&bench.path("out")), whole);
    assert_eq!(fs::read_dir(bench.path("out")).unwrap().count(), ENTRIES);
}

#[test]
fn a_damaged_journal_gives_nothing() {
    // Its last batch ends in zeros: what stands before it must still not be taken for a torn tail.
    let bench = two_days();
    damage(&bench.path("journal"));
    let error = settle_day(&bench, MONDAY, "out").unwrap_err();
    assert!(error.to_string().contains("offset 4096"), "{error}");
    assert_eq!((error.exit_code(), bench.path("out").exists()), (1, false));
}
