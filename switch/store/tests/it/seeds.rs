//! The seed corpora of the fuzz targets, run as plain tests.

use crate::fuzz_bodies::{journal::journal, records::records};
use std::path::Path;

fn each_seed(target: &str, body: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        body(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 8, "{target}: {count} seeds");
}

#[test]
fn journals() {
    each_seed("journal", journal);
}

#[test]
fn every_journal_untouched_opens_and_goes_on() {
    (0..8).for_each(|which| journal(&[which]));
}

#[test]
fn bodies_of_records() {
    each_seed("records", records);
}
