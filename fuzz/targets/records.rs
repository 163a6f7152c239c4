//! Bytes as journal records.
#![no_main]

mod allocations;
#[path = "../../switch/store/tests/it/fuzz_bodies/records.rs"]
mod body;
#[path = "../../switch/store/tests/it/journal/draw.rs"]
mod draw;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::records(bytes));
