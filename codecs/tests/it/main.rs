//! Everything that the codecs promise, checked from outside.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod allocation;
mod codec_message;
mod dialects;
mod differential;
mod fuzz_bodies;
mod golden;
mod malformed;
mod patch;
mod round_trip;
mod seeds;
mod translate;

use lijian_codecs::dialect::{Dialect, SHIPPED, load_folder};
use std::path::Path;
use std::sync::LazyLock;

static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| {
    let read = |(name, _): &(&str, &str)| Dialect::shipped(name).unwrap().unwrap();
    let mut dialects: Vec<_> = SHIPPED.iter().map(read).collect();
    dialects.extend(load_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dialects")).unwrap());
    dialects
});

/// The six shipped dialects and those of the test folder.
fn all_dialects() -> &'static [Dialect] {
    &DIALECTS
}

fn shipped(name: &str) -> &'static Dialect {
    all_dialects().iter().find(|dialect| dialect.name() == name).unwrap()
}

/// Bytes of hexadecimal text; white space is left out.
fn hex(text: &str) -> Vec<u8> {
    let text: String = text.split_whitespace().collect();
    lijian_codecs::describe::bytes_of(&text).unwrap()
}

fn codec_message_bytes() -> Vec<u8> {
    hex(include_str!("../fixtures/codec-message.hex"))
}
