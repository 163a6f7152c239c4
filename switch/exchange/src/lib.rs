//! The state machine of the switch: events in, effects out.
//!
//! No socket, no file, no clock, no randomness, no async. The daemon's edges read, write, sync and tick, and hand in what
//! happened; everything that must be right about money in flight is decided here, so that the same code runs under the
//! daemon and under a simulation of it. It may call the codecs, the domain and the store, and nothing else of ours.
//!
//! The way of a sale: [`acquirer`](mod@acquirer) takes a frame, [`inbound`] reads it, `sale` decides, holds the caps and appends the
//! intent; once that is durable `outbound` writes to the issuer; [`response`] reads its answer, `sale` appends the outcome,
//! and once that is durable `reply`'s message leaves for the acquirer.

pub mod effects;
pub mod event;
pub mod settings;
pub mod tally;

pub use effects::{CloseReason, Effects};
pub use event::{ConnectionId, Event, LinkId, Now, Ticket};
pub use settings::Settings;

use lijian_domain::record::Entry;
use lijian_domain::rules::Rules;
use lijian_store::quota::Quota;
use std::sync::Arc;

/// See the crate's text.
pub struct Exchange {}
