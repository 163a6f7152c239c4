//! What the fuzz target of the configuration does with its bytes. Plain tests run it too, on the seed corpus.
#![expect(clippy::expect_used, clippy::panic, reason = "a broken promise is told by a panic")]

pub(crate) mod configuration;

/// Tables that are taken are held to what the codecs promise of every dialect.
#[path = "../../../../codecs/tests/it/fuzz_bodies/message.rs"]
pub(crate) mod message;
