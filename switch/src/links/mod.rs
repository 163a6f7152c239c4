//! The edges of the exchange: sockets of acquirers and issuers, the journal's word, time.
//!
//! One thread with one runtime owns the exchange; a task for each connection, none for a message. All sockets that are ready
//! in a wake-up are read and handled first; then one turn carries out what the exchange wants: one append to the journal, one
//! write for each connection. The exchange sends only what is durable, so the edge just keeps the order.
//!
//! Invariants: no allocation, task or channel for each message; what a peer is owed is bounded; a peer that does not read
//! costs its own connection only; nothing here looks into a message. May call the exchange, the journal, telemetry, ops.

mod acquirers;
mod backoff;
mod claims;
mod connection;
mod edge;
mod issuers;
mod journal_feed;
mod read_back;
mod run;
mod sealing;
mod serve;
mod table;

pub use journal_feed::JournalFeed;
pub use read_back::Past;
pub use run::{Ended, Parts, StartError, run};
pub use sealing::Sealing;
