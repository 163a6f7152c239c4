//! Configuration as operators write it, from file to decision.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod campaign_keys;
mod campaigns;
mod conditions;
mod fuzz_bodies;
mod golden;
mod library;
mod overlaps;
mod programmes;
mod reference;
mod seeds;
mod switch;
mod tables;
