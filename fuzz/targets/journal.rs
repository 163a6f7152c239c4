//! A journal to whose files anything has happened.
#![no_main]

mod allocations;
#[path = "../../switch/store/tests/it/fuzz_bodies/journal.rs"]
mod body;
#[path = "../../switch/store/tests/it/journal/draw.rs"]
mod draw;
#[path = "../../switch/store/tests/it/fuzz_bodies/mutation.rs"]
mod mutation;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::journal(bytes));
