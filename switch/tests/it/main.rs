//! The program as its users see it: commands, sockets, files.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod check;
mod claims;
mod cost;
mod crash;
mod daemon;
mod demo;
mod dialects;
mod explain;
mod forecast;
mod ledger;
mod library;
mod load;
mod messages;
mod programmes;
mod proposals;
mod queue;
mod reversals;
mod rubbish;
mod rules;
mod settlement;
mod tidy;
mod whatif;
