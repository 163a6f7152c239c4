//! A day of N grants settled: lines a second, processor time and memory of a process that does nothing else.
//!
//! `cargo bench -p lijian-benches --bench settlement -- [--sizes 100000,1000000] [--directory DIR]`. The journal's pages are
//! dropped from the page cache first. `read` goes through the journal and does nothing else: what settling adds to it is the rest.
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

use lijian::settlement::{Names, Order, Signer, settle, verify};
use lijian_benches::process::{cpu_ms, drop_from_page_cache, memory};
use lijian_domain::ids::Lsn;
use lijian_domain::time::BusinessDate;
use lijian_store::journal::JournalReader;
use lijian_store::storage::FileStorage;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// Of a hundred sales ninety are granted, by an intent and an outcome each.
const RECORDS_FOR_NINE_GRANTS: u64 = 20;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    if let (Some(step), Some(data)) = (value("--step"), value("--data")) {
        return run(&step, Path::new(&data), value("--grants").unwrap().parse().unwrap());
    }
    let parent = value("--directory").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let sizes = value("--sizes").unwrap_or_else(|| "100000,1000000".to_owned());
    for size in sizes.split(',') {
        let data = tempfile::tempdir_in(&parent).unwrap();
        for step in ["make", "read", "settle", "verify"] {
            let mut process = Command::new(&arguments[0]);
            process.args(["--step", step, "--grants", size, "--data"]).arg(data.path());
            assert!(process.status().unwrap().success(), "{step}");
        }
    }
}

fn run(step: &str, data: &Path, grants: u64) {
    let journal = data.join("journal");
    let records = grants * RECORDS_FOR_NINE_GRANTS / 9;
    let storage = Arc::new(FileStorage::open(&journal).unwrap());
    if step != "make" {
        drop_from_page_cache(&journal);
    }
    let started = Instant::now();
    let lines = match step {
        "make" => return history::write(storage, records, records + 1_000_000),
        "read" => JournalReader::open(storage)
            .unwrap()
            .entries(Lsn(1))
            .fold(0, |read, entry| read + usize::from(entry.is_ok())),
        "settle" => {
            let day = JournalReader::open(Arc::clone(&storage) as _).unwrap().record(Lsn(1)).unwrap().unwrap();
            let date: BusinessDate = day.business_date;
            let (directory, signer) = (data.join("set"), Signer::new(&[7; 32]));
            let names = Names::new(Box::new(|_| None));
            let order = Order { date, directory: &directory, signer: &signer, acquirers: &[], names };
            let manifest = settle(storage, order, &mut |_| {}).unwrap();
            usize::try_from(manifest.counts.granted_rows + manifest.counts.returned_rows).unwrap()
        }
        "verify" => {
            let verdict = verify(&data.join("set"), None).unwrap();
            usize::try_from(verdict.manifest.unwrap().counts.granted_rows).unwrap()
        }
        other => unreachable!("no step {other}"),
    };
    let ms = started.elapsed().as_millis().max(1);
    let a_second = u128::try_from(lines).unwrap() * 1_000 / ms;
    println!(
        "settlement grants={grants} step={step} lines={lines} ms={ms} cpu_ms={} lines_a_second={a_second} {}",
        cpu_ms(),
        memory()
    );
}
