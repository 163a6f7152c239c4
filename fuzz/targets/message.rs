//! The first byte chooses a dialect, the rest is a payload.
#![no_main]

mod allocations;
#[path = "../../codecs/tests/it/fuzz_bodies/message.rs"]
mod body;

use libfuzzer_sys::fuzz_target;
use lijian_codecs::dialect::{Dialect, SHIPPED};
use std::sync::LazyLock;

static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| {
    let read = |(name, _): &(&str, &str)| Dialect::shipped(name).expect("it is shipped").expect("its table is good");
    SHIPPED.iter().map(read).collect()
});

fuzz_target!(|bytes: &[u8]| {
    if let Some((which, payload)) = bytes.split_first() {
        body::round_trip(&DIALECTS[usize::from(*which) % DIALECTS.len()], payload);
    }
});
