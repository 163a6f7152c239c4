//! The files that operators edit, and the arguments that change them.
#![no_main]

mod allocations;
#[path = "../../config/tests/it/fuzz_bodies/configuration.rs"]
mod body;
#[path = "../../codecs/tests/it/fuzz_bodies/message.rs"]
mod message;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::configuration(bytes));
