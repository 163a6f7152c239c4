//! What personal data costs in memory and time: registering, finding again, opening.
//!
//! `cargo bench -p lijian --bench people -- [--persons N] [--directory DIR]`. Making and opening run in processes of their own, so
//! that the memory of each is its own.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and prints"
)]

use jiff::civil::date;
use lijian::claims::people::{PersonHasher, Personal, Vault};
use lijian::entropy;
use lijian::keys;
use lijian_domain::claims::identity::IdentityNumber;
use lijian_domain::claims::name::PersonName;
use lijian_domain::claims::phone::PhoneNumber;
use lijian_store::storage::FileStorage;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Persons registered together, with two syncs for all.
const BATCH: u64 = 256;
const LOOK_UPS: u64 = 20_000;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    for step in ["make", "open"] {
        let mut process = Command::new(&arguments[0]);
        process.args(["--step", step, "--persons", &persons.to_string(), "--data"]).arg(data.path());
        assert!(process.status().unwrap().success(), "{step}");
    }
}

fn run(step: &str, data: &Path, persons: u64) {
    let keys = keys::people(data, entropy::fill).unwrap();
    let hasher = PersonHasher::new(&keys.person);
    fs::create_dir_all(data.join("claims")).unwrap();
    let (claims, slots) = (FileStorage::open(&data.join("claims")).unwrap(), FileStorage::open(&keys.folder).unwrap());
    let began = Instant::now();
    let (mut vault, _) = Vault::open(&claims, &slots, keys.master, entropy::fill).unwrap();
    if step == "make" {
        let mut number = 0;
        while number < persons {
            let until = (number + BATCH).min(persons);
            let batch: Vec<Personal> = (number..until).map(|number| personal(&hasher, number)).collect();
            vault.register(&batch).unwrap();
            number = until;
        }
        let log = fs::metadata(data.join("claims/people.log")).unwrap().len();
        println!(
            "people persons={persons} step=make ms={} log_mib={} {}",
            began.elapsed().as_millis(),
            log >> 20,
            memory()
        );
        return;
    }
    println!("people persons={} step=open ms={} {}", vault.len(), began.elapsed().as_millis(), memory());
    let timed = |what: &str, look: &dyn Fn(&Personal) -> bool| {
        let mut dice = 1_u64;
        let mut samples: Vec<u128> = (0..LOOK_UPS)
            .map(|_| {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let whose = personal(&hasher, (dice >> 33) % persons);
                let began = Instant::now();
                assert!(look(&whose));
                began.elapsed().as_nanos()
            })
            .collect();
        samples.sort_unstable();
        let at = |percent: usize| samples[(samples.len() * percent / 100).min(samples.len() - 1)];
        println!("people persons={persons} look_up={what} ns_median={} ns_p99={}", at(50), at(99));
    };
    timed("phone", &|whose| vault.persons_of(whose.phone_key) > 0);
    timed("unsealed", &|whose| vault.look_up(whose.person).unwrap().is_some());
}

/// A person with a document and a phone of their own.
fn personal(hasher: &PersonHasher, number: u64) -> Personal {
    let letter = if number < 100_000_000 { 'H' } else { 'M' };
    let document = IdentityNumber::parse(&format!("{letter}{:08}", number % 100_000_000), date(2026, 1, 1)).unwrap();
    let phone = PhoneNumber::parse(&format!("13{number:09}")).unwrap();
    let name = PersonName::parse("张三").unwrap();
    Personal { person: hasher.person(&document), phone_key: hasher.phone(&phone), number: document, phone, name }
}

/// Resident memory now and at its highest.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mib = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).unwrap_or_default() / 1024
    };
    format!("rss_mib={} rss_max_mib={}", mib("VmRSS"), mib("VmHWM"))
}
