//! The exchange alone: scripted events against expected effects, in virtual time.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod allocations;
mod business_date;
mod claims;
mod day;
mod doubt;
mod issuer_link;
mod messages;
mod queue;
mod quotes;
mod refund_policies;
mod repeats;
mod restart;
mod returns;
mod rubbish;
mod rules;
mod world;
