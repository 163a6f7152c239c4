//! Decisions as a whole: what must hold of any sale, and what campaigns can ask for beyond the shipped ones.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod admission;
mod any_sale;
mod campaigns;
mod conditions;
mod funding;
mod overlaps;
mod qualifications;
mod returns;
mod sales;
mod stacking;
mod subtypes;
mod windows;
mod world;
