//! Reversals of the switch's own in every dialect, byte for byte, between a till and a host that the test writes itself.
#![expect(clippy::panic, reason = "a test that cannot be set up has failed")]

mod days;
mod dialects;
mod peers;
mod wire;
