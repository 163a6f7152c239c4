//! The simulation over many seeds, and proof that its auditor notices mistakes.
#![expect(clippy::panic, reason = "tests")]

mod claims;
mod independence;
mod misdeeds;
mod mutations;
mod seeds;
