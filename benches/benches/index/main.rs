//! The index by reference number over its stores of rows: sorted files that are written once, sled, and fjall. Rows folded a second in
//! batches as the applier makes them, look-ups a second afterwards, bytes on disk, and memory.
//!
//! `cargo bench -p lijian-benches --bench index -- [--rows N] [--kinds runs,sled,fjall] [--directory DIR]`. Each store runs in a process of
//! its own, so that its memory is its own. Reference numbers come as acquirers give them: counted on, from many terminals.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock"
)]

mod fjall_index;

use fjall_index::FjallIndex;
use lijian_domain::ids::{Lsn, Rrn};
use lijian_store::index::{BATCH_RECORDS_MAX, Batch, Index, RunIndex, SledIndex};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const LOOK_UPS: u64 = 200_000;
/// What sled and fjall may use for their caches, about, as the daemon allows sled.
const BUDGET_BYTES: u64 = 256 << 20;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    let rows = value("--rows").map_or(1_000_000, |text| text.parse().unwrap());
    if let (Some(kind), Some(path)) = (value("--kind"), value("--path")) {
        let path = PathBuf::from(path);
        return match kind.as_str() {
            "runs" => run(&kind, RunIndex::open(&path, Lsn(rows)).unwrap().index, &path, rows),
            "sled" => run(&kind, SledIndex::open(&path, BUDGET_BYTES, Lsn(rows)).unwrap().index, &path, rows),
            _ => run(&kind, FjallIndex::open(&path, BUDGET_BYTES), &path, rows),
        };
    }
    let parent = value("--directory").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    for kind in value("--kinds").unwrap_or_else(|| "runs,sled,fjall".to_owned()).split(',') {
        let directory = tempfile::tempdir_in(&parent).unwrap();
        let mut process = Command::new(&arguments[0]);
        process.args(["--kind", kind, "--rows", &rows.to_string(), "--path"]).arg(directory.path().join("index"));
        assert!(process.status().unwrap().success(), "{kind}");
    }
}

/// Counted on from 64 terminals by turns, each from a number of its own.
fn rrn(row: u64) -> Rrn {
    let (terminal, count) = (row % 64, row / 64);
    Rrn::new(&format!("{:012}", terminal * 10_000_000_000 + count)).unwrap()
}

fn run(kind: &str, mut index: impl Index, path: &Path, rows: u64) {
    std::fs::create_dir_all(path).unwrap();
    let before_kib = resident_kib();
    let started = Instant::now();
    let mut applied = 0;
    while applied < rows {
        let next = (applied + BATCH_RECORDS_MAX as u64).min(rows);
        let mut batch =
            Batch { applied: Lsn(next), rows: (applied..next).map(|row| (rrn(row), Lsn(row + 1))).collect() };
        batch.rows.sort_unstable();
        index.apply(&batch).unwrap();
        applied = next;
    }
    index.finish().unwrap();
    let folded = rows * 1_000 / u64::try_from(started.elapsed().as_millis()).unwrap().max(1);
    let started = Instant::now();
    let mut state = 42_u64;
    for _ in 0..LOOK_UPS {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let row = (state >> 20) % rows;
        assert_eq!(index.by_rrn(&rrn(row)).unwrap(), [Lsn(row + 1)]);
    }
    let looked_up = LOOK_UPS * 1_000 / u64::try_from(started.elapsed().as_millis()).unwrap().max(1);
    let grown_mib = resident_kib().saturating_sub(before_kib) / 1_024;
    println!(
        "index kind={kind} rows={rows} rows_per_s={folded} look_ups_per_s={looked_up} disk_mib={} memory_mib={grown_mib}",
        disk_bytes(path) >> 20
    );
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

fn disk_bytes(path: &Path) -> u64 {
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    let bytes = entries.map(|entry| {
        let of = entry.metadata().unwrap();
        if of.is_dir() { disk_bytes(&entry.path()) } else { of.len() }
    });
    bytes.sum()
}
