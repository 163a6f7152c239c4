//! Pure decisions and the journal's vocabulary: money, ids, campaigns, catalogue, caps, records.
//!
//! Everything here is a value or a function of values: no IO, no clock, no randomness, no wire format. Time is
//! handed in as a [`time::Moment`]. Types derive no `Serialize`: the journal, the configuration and HTTP each own their
//! representation of them. This crate knows no other crate of ours.

pub mod campaign;
pub mod cap;
pub mod catalogue;
pub mod claims;
pub mod code;
pub mod currency;
pub mod decide;
pub mod funding;
pub mod ids;
pub mod merchants;
pub mod money;
pub mod record;
pub mod returns;
pub mod rules;
pub mod sale;
pub mod settlement;
pub mod text;
pub mod time;
