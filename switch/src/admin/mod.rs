//! The operator's HTTP side: health, metrics, budgets, transactions, links. A thread and a runtime of its own, so that no
//! page ever delays a sale.
//!
//! Invariants: what changes anything needs two people of the configuration, everything else reads only; no card or personal data in any answer; errors are problem documents (RFC 9457). For now it
//! listens on loopback only, where reading needs no token. May call ops and rules.

mod claims;
mod forecast;
mod health;
mod links;
mod metrics;
mod money;
mod person;
mod problem;
mod products;
mod queue;
mod rules;
mod server;

pub use server::{AdminError, refuse_open_address, start};
