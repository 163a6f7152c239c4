//! How long a start takes, and what it costs in memory: proving the journal, folding it, making a snapshot, reading on from
//! it, and making the index anew.
//!
//! `cargo bench -p lijian-benches --bench recovery -- [--records N] [--day-records N] [--rest-records N] [--steps
//! make,start,...] [--directory DIR]`. Each step runs in a
//! process of its own, so that its memory is its own; before each the journal's pages are dropped from the page cache.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock"
)]

#[path = "../history/mod.rs"]
mod history;
#[path = "../sale/mod.rs"]
mod sale;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use lijian_benches::process::{cpu_ms, drop_from_page_cache, memory};
use lijian_domain::ids::{Lsn, RulesVersion};
use lijian_domain::merchants::Merchants;
use lijian_domain::rules::Rules;
use lijian_domain::time::Calendar;
use lijian_exchange::{Chronicle, Exchange, Settings};
use lijian_store::index::{Applier, RunIndex};
use lijian_store::journal::{Journal, JournalOptions, JournalReader, ReadAhead};
use lijian_store::quota::Quota;
use lijian_store::snapshot::Snapshots;
use lijian_store::storage::{FileStorage, Storage};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// Business days for which the exchange remembers answers, as the daemon's default is.
const ANSWERS_DAYS: u16 = 2;
const HASH_SEED: u64 = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    let number = |name: &str, default: u64| value(name).map_or(default, |text| text.parse().unwrap());
    let records = number("--records", 100_000);
    let day_records = number("--day-records", 1_000_000);
    // Records behind the snapshot.
    let rest_records = number("--rest-records", records / 10).min(records - 1);
    if let (Some(step), Some(data)) = (value("--step"), value("--data")) {
        return run(&step, Path::new(&data), records, day_records, rest_records);
    }
    let parent = value("--directory").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let data = tempfile::tempdir_in(parent).unwrap();
    let steps = value("--steps").unwrap_or_else(|| "make,start,snapshot,start-from-snapshot,index".to_owned());
    for step in steps.split(',') {
        let mut process = Command::new(&arguments[0]);
        process.args(["--step", step, "--data"]).arg(data.path());
        process.args(["--records", &records.to_string(), "--day-records", &day_records.to_string()]);
        process.args(["--rest-records", &rest_records.to_string()]);
        assert!(process.status().unwrap().success(), "{step}");
    }
}

fn run(step: &str, data: &Path, records: u64, day_records: u64, rest_records: u64) {
    let journal = data.join("journal");
    if step != "make" {
        drop_from_page_cache(&journal);
    }
    let storage: Arc<dyn Storage> = Arc::new(FileStorage::open(&journal).unwrap());
    let started = Instant::now();
    let mut lap = started;
    let mut told = |what: &str| {
        let (ms, cpu_ms) = (lap.elapsed().as_millis(), cpu_ms());
        println!("recovery records={records} step={step} what={what} ms={ms} cpu_ms_so_far={cpu_ms} {}", memory());
        lap = Instant::now();
    };
    match step {
        "make" => {
            history::write(storage, records, day_records);
            told("written");
        }
        "start" | "start-from-snapshot" => {
            start(storage, &snapshots(data), &mut told);
            println!("recovery records={records} step={step} what=all ms={}", started.elapsed().as_millis());
        }
        "snapshot" => {
            let bytes = snapshot(storage, &snapshots(data), Lsn(records - rest_records));
            println!("recovery records={records} rest_records={rest_records} snapshot_mib={}", bytes >> 20);
            told("made");
        }
        "index" => {
            index(storage, &data.join("index"));
            told("rebuilt");
        }
        other => unreachable!("no step {other}"),
    }
}

fn snapshots(data: &Path) -> Snapshots {
    Snapshots::new(Arc::new(FileStorage::open(&data.join("snapshots")).unwrap()), 0)
}

/// The newest snapshot, or nothing.
fn begin<'a>(snapshots: &Snapshots, again: &mut JournalReader, quota: &'a Quota) -> Chronicle<'a> {
    let (found, passed_over) = snapshots.newest(again, ANSWERS_DAYS).unwrap();
    assert!(passed_over.is_empty(), "{passed_over:?}");
    match found {
        Some(found) => Chronicle::load(snapshots, &found, again, quota, ANSWERS_DAYS, HASH_SEED).unwrap(),
        None => Chronicle::new(quota, ANSWERS_DAYS, HASH_SEED),
    }
}

/// As the daemon does it.
fn start(storage: Arc<dyn Storage>, snapshots: &Snapshots, told: &mut impl FnMut(&str)) {
    // The fold's own reading proves every record.
    let options = JournalOptions { check_from: Lsn(u64::MAX), ..JournalOptions::default() };
    let journal = Journal::open(Arc::clone(&storage), options).unwrap();
    told("opened");
    let quota = Arc::new(Quota::new());
    let mut again = JournalReader::open(Arc::clone(&storage)).unwrap();
    let mut chronicle = begin(snapshots, &mut again, &quota);
    told("snapshot-taken-in");
    let reader = JournalReader::open(storage).unwrap();
    for entry in ReadAhead::start(reader, chronicle.last().next()).unwrap() {
        chronicle.apply(&entry.unwrap(), &mut again).unwrap();
    }
    let mut exchange = exchange(Arc::clone(&quota));
    let recovered = exchange.take_over(chronicle, &mut again).unwrap();
    told("folded");
    assert_eq!(recovered.last.next(), journal.next_lsn());
    let (remembered, personal) = (exchange.status().remembered, quota.personal_count());
    println!("recovery open={} remembered={remembered} personal_caps={personal}", recovered.open.len());
}

/// As the daemon's thread does it; says its length in bytes.
fn snapshot(storage: Arc<dyn Storage>, snapshots: &Snapshots, upto: Lsn) -> u64 {
    let mut again = JournalReader::open(Arc::clone(&storage)).unwrap();
    let upto = again.chain_at(upto).unwrap().unwrap().lsn;
    let quota = Quota::new();
    let mut chronicle = begin(snapshots, &mut again, &quota);
    let from = chronicle.last().next();
    for entry in ReadAhead::start(JournalReader::open(storage).unwrap(), from).unwrap() {
        let entry = entry.unwrap();
        if entry.lsn > upto {
            break;
        }
        chronicle.apply(&entry, &mut again).unwrap();
    }
    chronicle.write(snapshots, &mut again).unwrap()
}

fn index(storage: Arc<dyn Storage>, path: &Path) {
    let reader = JournalReader::open(storage).unwrap();
    let last = reader.head().lsn;
    let mut applier = Applier::new(RunIndex::open(path, last).unwrap().index, reader);
    while applier.step(last).unwrap() < last {}
}

fn exchange(quota: Arc<Quota>) -> Exchange {
    let settings = Settings {
        node: 1,
        calendar: Calendar::new(TimeZone::UTC, Time::midnight()),
        acquirers: Vec::new(),
        issuers: Vec::new(),
        in_flight_max: 1,
        answers_days: ANSWERS_DAYS,
        queue: Default::default(),
        card_key: [7; 32],
        hash_seed: HASH_SEED,
    };
    let rules = Rules::new(RulesVersion::default(), Vec::new(), Default::default(), Merchants::default());
    Exchange::new(settings, Arc::new(rules), quota)
}
