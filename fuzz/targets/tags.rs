//! A run of tags, read and written.
#![no_main]

mod allocations;
#[path = "../../codecs/tests/it/fuzz_bodies/tags.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::tags(bytes));
