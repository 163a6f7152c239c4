//! A start over a data directory that somebody or something has spoiled.

use super::process::{Daemon, EXAMPLE, command};
use crate::settlement::journal::{Bench, damage};
use sha2::{Digest, Sha256};
use std::fs;
use std::net::SocketAddr;
use std::process::Command;

/// An issuer that is not there.
fn nobody() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 9))
}

/// Fifty sales of one day at a subsidy of 1 yuan, over several segments.
fn fifty_sales() -> Bench {
    let mut bench = Bench::new();
    for sale in 0..50 {
        bench.append("2024-09-30", |batch| batch.sale(10_000, 100, &format!("SN-{sale}")));
    }
    assert!(bench.path("journal").join("0000000003.segment").exists());
    // A journal without its keys is refused: they come from a first start elsewhere.
    let other = tempfile::tempdir().unwrap();
    Daemon::start(other.path(), nobody(), &[]).kill();
    fs::rename(other.path().join("keys"), bench.path("keys")).unwrap();
    bench
}

fn used(daemon: &Daemon) -> u64 {
    daemon.budget("campaign:shenzhen-2024").1
}

#[test]
fn a_flipped_bit_in_the_middle_refuses_the_start_with_its_place() {
    let bench = fifty_sales();
    let first = bench.path("journal").join("0000000001.segment");
    let whole = fs::read(&first).unwrap();
    damage(&bench.path("journal"));
    let output = command(&bench.path(""), nobody(), &[]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(70), "{error}");
    for expected in ["segment 0000000001.segment", "damaged at offset 4096", "restore it from a copy"] {
        assert!(error.contains(expected), "{expected:?} is not in {error}");
    }
    fs::write(&first, whole).unwrap();
    assert_eq!(used(&Daemon::start(&bench.path(""), nobody(), &[])), 5_000);
}

#[test]
fn an_index_that_was_spoiled_or_deleted_changes_no_balance_and_comes_back() {
    let bench = fifty_sales();
    let check = || {
        let daemon = Daemon::start(&bench.path(""), nobody(), &[]);
        assert_eq!(used(&daemon), 5_000);
        let found = |daemon: &Daemon| daemon.json("/api/v1/transactions/000000000042")["transactions"].clone();
        daemon.until(|daemon| found(daemon).as_array().is_some_and(|sales| sales.len() == 50));
        daemon.kill();
    };
    check();
    let index = bench.path("index");
    for name in ["conf", "db"] {
        fs::write(index.join(name), [0xA5; 5_000]).unwrap();
        check();
    }
    fs::write(index.join("snap.0000000000000ABC.generating"), []).unwrap();
    check();
    fs::remove_dir_all(&index).unwrap();
    check();
}

/// A snapshot whose last personal row is a fen off, under a checksum that holds.
fn forged(whole: &[u8]) -> Vec<u8> {
    let number = |at: usize| usize::try_from(u64::from_le_bytes(whole[at..at + 8].try_into().unwrap())).unwrap();
    let rows_end = 88 + number(64) + 32 * number(72);
    let mut forged = whole[..whole.len() - 32].to_vec();
    forged[rows_end - 12] ^= 1;
    let digest = Sha256::digest(&forged);
    forged.extend_from_slice(&digest);
    forged
}

#[test]
fn a_start_goes_on_from_a_snapshot_and_tells_of_damage_before_it() {
    let bench = fifty_sales();
    let journal = |daemon: &Daemon| daemon.json("/health/ready")["journal"].clone();
    let first = Daemon::start(&bench.path(""), nobody(), &["store.snapshot_records=1"]);
    let made = |daemon: &Daemon| daemon.log().iter().any(|line| line.contains("snapshot made"));
    first.until(|daemon| daemon.page("/health/live").0 == 200 && made(daemon));
    assert_eq!((used(&first), journal(&first)), (5_000, "ok".into()));
    first.kill();
    let verify = || {
        let mut verify = Command::new(env!("CARGO_BIN_EXE_lijian"));
        verify.args(["ledger", "verify", "--config"]).arg(EXAMPLE).arg("--data").arg(bench.path(""));
        let output = verify.output().unwrap();
        let all = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code(), all)
    };
    let (code, all) = verify();
    assert!(code == Some(0) && all.contains("snapshots that tell the same: 1"), "{all}");
    let snapshot = fs::read_dir(bench.path("snapshots")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&snapshot).unwrap();
    fs::write(&snapshot, forged(&whole)).unwrap();
    let (code, all) = verify();
    assert!(code == Some(1) && all.contains("tells something else than the journal"), "{all}");
    fs::write(&snapshot, whole).unwrap();
    // What the journal has before the snapshot is not read by the start, and read soon after.
    damage(&bench.path("journal"));
    let second = Daemon::start(&bench.path(""), nobody(), &[]);
    assert_eq!(used(&second), 5_000);
    second.until(|daemon| journal(daemon) == "damaged");
    assert_eq!(second.metric("lijian_journal_damaged"), 1);
    second.kill();
    // Without a snapshot that is whole the start needs the damaged part.
    for entry in fs::read_dir(bench.path("snapshots")).unwrap() {
        fs::write(entry.unwrap().path(), b"LJSNAPSH is no snapshot").unwrap();
    }
    let output = command(&bench.path(""), nobody(), &[]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(70), "{error}");
    assert!(error.contains("damaged at offset 4096"), "{error}");
}
