//! Tests of the store from outside.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod claims_model;
mod contradictions;
mod fuzz_bodies;
mod history;
mod index;
mod index_faults;
mod index_stops;
mod journal;
mod quota_model;
mod quota_threads;
mod recovery;
mod seeds;
mod snapshot;
mod standing;
