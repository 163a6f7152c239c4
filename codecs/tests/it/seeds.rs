//! The seed corpora of the fuzz targets, run as plain tests.

use crate::all_dialects;
use crate::fuzz_bodies::{frames::frames, message::round_trip, tags::tags};
use std::path::Path;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let read = |entry: std::io::Result<std::fs::DirEntry>| std::fs::read(entry.unwrap().path()).unwrap();
    let seeds: Vec<_> = std::fs::read_dir(corpus).unwrap().map(read).collect();
    assert!(seeds.len() >= 8, "{target}: {} seeds", seeds.len());
    seeds
}

#[test]
fn messages() {
    let dialects = all_dialects();
    for bytes in seeds("message") {
        for dialect in dialects {
            round_trip(dialect, &bytes);
        }
        if let Some((which, payload)) = bytes.split_first() {
            round_trip(&dialects[usize::from(*which) % dialects.len()], payload);
        }
    }
}

#[test]
fn streams() {
    seeds("frames").iter().for_each(|bytes| frames(bytes));
}

#[test]
fn tag_runs() {
    seeds("tags").iter().for_each(|bytes| tags(bytes));
}
