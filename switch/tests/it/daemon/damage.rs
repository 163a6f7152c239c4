//! A start over a data directory that somebody or something has spoiled.

use super::process::{Daemon, command};
use crate::settlement::journal::{Bench, damage};
use std::fs;
use std::net::SocketAddr;

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
