//! Benchmarks, and what they share.

pub mod callgrind;
pub mod process;
