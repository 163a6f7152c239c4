//! The state machine of the switch: events in, effects out.
//!
//! No socket, no file, no clock, no randomness, no async. The daemon's edges read, write, sync and tick, and hand in what
//! happened; everything that must be right about money in flight is decided here, so that the same code runs under the
//! daemon and under a simulation of it. It may call the codecs, the domain and the store, and nothing else of ours.
//!
//! The way of a sale: `acquirer` takes a frame, `inbound` reads it, `sale` decides, holds the caps and appends the intent;
//! once that is durable, what `outbound` wrote goes to the issuer; `response` reads its answer, `outcome` appends the record,
//! and once that is durable the answer that `reply` made leaves for the acquirer. A `quote` goes half that way beforehand.

mod acquirer;
mod card;
mod chronicle;
pub mod claims;
mod connections;
mod coupon_info;
mod doubt;
pub mod effects;
pub mod event;
mod exchange;
mod flights;
#[cfg(test)]
mod flights_model;
mod inbound;
mod issuer;
mod key;
mod memory;
mod misdeed;
mod outbound;
mod outcome;
mod phase;
mod poison;
pub mod queue;
mod quote;
mod relay;
mod repeat;
mod reply;
mod response;
mod returns;
mod reversal;
mod sale;
mod seal;
mod session;
pub mod settings;
pub mod status;
pub mod tally;
mod wire_tags;

pub use chronicle::{Chronicle, ChronicleError};
pub use claims::{ClaimAnswer, ClaimCommand, ClaimTicket};
pub use effects::{CloseReason, Effects};
pub use event::{ConnectionId, Event, LinkId, Now, Ticket};
pub use exchange::Exchange;
pub use misdeed::Misdeed;
pub use returns::RefundPolicies;
pub use seal::SealingKey;
pub use settings::Settings;
