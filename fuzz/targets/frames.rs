//! A stream of frames in any format, cut into reads at any place.
#![no_main]

mod allocations;
#[path = "../../codecs/tests/it/fuzz_bodies/frames.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::frames(bytes));
