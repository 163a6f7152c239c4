//! What claims cost: memory, the time of a look-up, of making one, of a draw, and of a start that knows them again.
//!
//! `cargo bench -p lijian-benches --bench claims -- [--persons N] [--steps table,draw,make,start,snapshot,start-from-snapshot]
//! [--directory DIR]`. One claim a person. Each step runs in a process of its own, so that its memory is its own.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock"
)]

use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::ids::{CampaignId, Lsn, PackId, PersonKey, RulesVersion};
use lijian_domain::record::{Claimed, Drawn, Opened, Record};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_exchange::Chronicle;
use lijian_store::claims::Claims;
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Durability, Journal, JournalOptions, JournalReader, ReadAhead};
use lijian_store::quota::Quota;
use lijian_store::snapshot::Snapshots;
use lijian_store::storage::{FileStorage, Storage};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

const ANSWERS_DAYS: u16 = 2;
const BATCH_RECORDS: u32 = 1_024;
/// Look-ups timed together: the clock costs as much as one.
const TIMED: u64 = 16;
const ROUNDS: u64 = 20_000;
/// Claims of one part of a draw, as the exchange has it.
const PART: usize = 4_096;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    let persons: u64 = value("--persons").map_or(10_000, |text| text.parse().unwrap());
    if let (Some(step), Some(data)) = (value("--step"), value("--data")) {
        return run(&step, Path::new(&data), persons);
    }
    let parent = value("--directory").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let data = tempfile::tempdir_in(parent).unwrap();
    let steps = value("--steps").unwrap_or_else(|| "table,draw,make,start,snapshot,start-from-snapshot".to_owned());
    for step in steps.split(',') {
        let mut process = Command::new(&arguments[0]);
        process.args(["--step", step, "--persons", &persons.to_string(), "--data"]).arg(data.path());
        assert!(process.status().unwrap().success(), "{step}");
    }
}

fn run(step: &str, data: &Path, persons: u64) {
    let snapshots = || Snapshots::new(Arc::new(FileStorage::open(&data.join("snapshots")).unwrap()), 0);
    let storage = || -> Arc<dyn Storage> { Arc::new(FileStorage::open(&data.join("journal")).unwrap()) };
    let began = Instant::now();
    match step {
        "table" => table(persons),
        "draw" => draw(persons),
        "make" => make(storage(), persons),
        "start" | "start-from-snapshot" => {
            let quota = Quota::new();
            let chronicle = fold(storage(), &snapshots(), &quota);
            assert_eq!(chronicle.last(), Lsn(persons + 1));
        }
        "snapshot" => {
            let quota = Quota::new();
            let chronicle = fold(storage(), &snapshots(), &quota);
            let folded_ms = began.elapsed().as_millis();
            let bytes = chronicle.write(&snapshots(), &mut JournalReader::open(storage()).unwrap()).unwrap();
            println!("claims persons={persons} step={step} folded_ms={folded_ms} snapshot_mib={}", bytes >> 20);
        }
        other => unreachable!("no step {other}"),
    }
    println!("claims persons={persons} step={step} what=all ms={} {}", began.elapsed().as_millis(), memory());
}

/// Memory by claim, and the times of making one and of looking one up.
fn table(persons: u64) {
    let before_kib = kib("VmRSS");
    let mut claims = Claims::new();
    let (mut made, mut slowest_us) = (Vec::new(), 0);
    for number in 0..persons {
        let began = Instant::now();
        claims.claimed(UnixMicros(0), &claimed(number, ClaimStage::Issued)).unwrap();
        let took = began.elapsed();
        slowest_us = slowest_us.max(took.as_micros());
        if number % 97 == 0 {
            made.push(u64::try_from(took.as_nanos()).unwrap());
        }
    }
    let rss_kib = kib("VmRSS") - before_kib;
    println!(
        "claims persons={persons} step=table made_ns_median={} made_us_slowest={slowest_us} rss_mib={} bytes_a_claim={}",
        median(made),
        rss_kib / 1024,
        rss_kib * 1024 / persons,
    );
    let by_person = |number: u64| {
        let (campaign, pack) = names();
        claims.made(&campaign, &pack, &person(number)).map(|made| made.count)
    };
    let timed = |what: &str, look: &dyn Fn(u64) -> bool| {
        let mut dice = 1_u64;
        let mut samples = Vec::new();
        for _ in 0..ROUNDS {
            let numbers: [u64; 16] = std::array::from_fn(|_| {
                dice = mixed(dice);
                dice % persons
            });
            let began = Instant::now();
            for number in numbers {
                black_box(look(number));
            }
            samples.push(u64::try_from(began.elapsed().as_nanos()).unwrap() / TIMED);
        }
        let p99 = percentile(&mut samples, 99);
        println!("claims persons={persons} step=table look_up={what} ns_median={} ns_p99={p99}", median(samples));
    };
    timed("id-hit", &|number| claims.get(id(number)).is_some());
    timed("id-miss", &|number| claims.get(ClaimId::new(mixed(number ^ 0x5555))).is_some());
    timed("person-hit", &|number| by_person(number).is_some());
    timed("person-miss", &|number| by_person(number + persons).is_some());
}

/// All of them entered; a thousandth wins.
fn draw(persons: u64) {
    let mut claims = Claims::new();
    for number in 0..persons {
        claims.claimed(UnixMicros(0), &claimed(number, ClaimStage::Entered)).unwrap();
    }
    let (maker, checker) = (Text::new("a").unwrap(), Text::new("b").unwrap());
    let (entered, winners) = (u32::try_from(persons).unwrap(), u32::try_from(persons / 1_000 + 1).unwrap());
    let (campaign, stage) = (names().0, ClaimStage::Issued);
    let drawn = Drawn { campaign, seed: [7; 32], entered, winners, stage, span: span(), maker, checker };
    // As the exchange does it: a part at a time, between messages.
    let began = Instant::now();
    let mut slowest_us = 0;
    let mut timed = |part: &mut dyn FnMut() -> bool| {
        let began = Instant::now();
        let done = part();
        slowest_us = slowest_us.max(began.elapsed().as_micros());
        done
    };
    let mut drawing = claims.draw(&campaign, drawn.seed, winners);
    while !timed(&mut || claims.rank(&mut drawing, PART)) {}
    let mut won = None;
    while !timed(&mut || {
        won = claims.place_part(&drawn, &mut drawing, PART).unwrap();
        won.is_some()
    }) {}
    let (won, all_ms) = (won.unwrap().won, began.elapsed().as_millis());
    println!("claims persons={persons} step=draw won={won} draw_ms={all_ms} part_us_slowest={slowest_us}");
}

/// A journal of one start and of all claims.
fn make(storage: Arc<dyn Storage>, persons: u64) {
    let options = JournalOptions { durability: Durability::OperatingSystem, ..JournalOptions::default() };
    let opened = Journal::open(storage, options).unwrap();
    let mut buffer = RecordBuffer::new(opened.next_lsn());
    let journal = opened.start(|_| {}).unwrap();
    let (rules, software) = (RulesVersion([3; 8]), Text::new("bench").unwrap());
    let first = Record::Opened(Opened { incarnation: 1, node: 1, rules, software });
    buffer.push(UnixMicros(0), BusinessDate(20_000), &first);
    for number in 0..persons {
        let record = Record::Claimed(claimed(number, ClaimStage::Issued));
        let at = UnixMicros(i64::try_from(number).unwrap() * 1_000);
        buffer.push(at, BusinessDate(20_000), &record);
        if buffer.count() >= BATCH_RECORDS || number + 1 == persons {
            journal.append(&mut buffer).unwrap();
            while journal.durable() < buffer.last_lsn() {
                std::thread::yield_now();
            }
        }
    }
    journal.close().unwrap();
}

/// As the daemon does it: the newest snapshot, if there is one, and the rest of the journal.
fn fold<'a>(storage: Arc<dyn Storage>, snapshots: &Snapshots, quota: &'a Quota) -> Chronicle<'a> {
    let mut again = JournalReader::open(Arc::clone(&storage)).unwrap();
    let (found, _) = snapshots.newest(&mut again, ANSWERS_DAYS).unwrap();
    let mut chronicle = match found {
        Some(found) => Chronicle::load(snapshots, &found, &mut again, quota, ANSWERS_DAYS, 7).unwrap(),
        None => Chronicle::new(quota, ANSWERS_DAYS, 7),
    };
    for entry in ReadAhead::start(JournalReader::open(storage).unwrap(), chronicle.last().next()).unwrap() {
        chronicle.apply(&entry.unwrap(), &mut again).unwrap();
    }
    chronicle
}

fn claimed(number: u64, stage: ClaimStage) -> Claimed {
    let (campaign, pack) = names();
    let span = if stage == ClaimStage::Issued { span() } else { ClaimSpan::default() };
    let (rules, by) = (RulesVersion([3; 8]), Text::new("app").unwrap());
    Claimed { claim: id(number), campaign, pack, person: person(number), stage, span, rules, by }
}

fn names() -> (CampaignId, PackId) {
    (CampaignId::new("guangdong-2026-claimed").unwrap(), PackId::new("refrigerator").unwrap())
}

fn span() -> ClaimSpan {
    ClaimSpan { from: UnixMicros(1_700_000_000_000_000), until: UnixMicros(1_700_700_000_000_000) }
}

fn id(number: u64) -> ClaimId {
    ClaimId::new(mixed(number))
}

/// As random as a keyed hash.
fn person(number: u64) -> PersonKey {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&mixed(number ^ 0xaaaa_aaaa).to_le_bytes());
    key[8..].copy_from_slice(&number.to_le_bytes());
    PersonKey(key)
}

/// splitmix64: a permutation, so that no two numbers give the same.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn median(mut samples: Vec<u64>) -> u64 {
    percentile(&mut samples, 50)
}

fn percentile(samples: &mut [u64], percent: usize) -> u64 {
    samples.sort_unstable();
    samples[(samples.len() * percent / 100).min(samples.len() - 1)]
}

fn kib(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Resident memory now and at its highest.
fn memory() -> String {
    format!("rss_mib={} rss_max_mib={}", kib("VmRSS") / 1024, kib("VmHWM") / 1024)
}
