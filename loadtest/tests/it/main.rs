//! Issuer and till over real sockets, on free ports, without waiting for the clock.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bare;
mod command_line;
mod compare;
mod crowd;
mod dialects;
mod frames;
mod interoperability;
mod limit;
mod load;
mod money;
mod oracle;
mod relay;
mod scripted;
mod soak;
mod stage;
