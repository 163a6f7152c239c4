//! A simulated issuer: takes connections, answers every message that a host answers, and keeps books of its own.
//!
//! It answers authorisation and financial requests and advices, reversals and network management, first sendings and
//! repeats, in whatever dialect it is told. It approves unless its script says otherwise ([`IssuerSettings`]). It gives
//! out retrieval references (field 37, where the request has none) and authorisation codes (field 38), echoes what hosts
//! echo, and remembers requests: a repeat gets its first answer and is booked once, a reversal gives back once.
//!
//! What it does not do: check or make MACs, look at PIN or chip data, clear or settle.
//!
//! [`BareIssuer`] has neither books nor script: it approves everything, as fast as the machine can.
//!
//! May call: lijian-codecs, tokio. Sockets in `connection` and `bare` alone; `books`, `memory` and `script` are pure.

mod bare;
mod books;
mod card;
mod connection;
mod desk;
mod memory;
mod observations;
mod reading;
mod recipe;
mod reply;
mod script;
mod seen;
mod server;
mod settings;
mod totals;

pub use bare::BareIssuer;
pub use card::Card;
pub use observations::{Cut, Observations};
pub use seen::{Outcome, Seen};
pub use server::{Issuer, IssuerError};
pub use settings::IssuerSettings;
pub use totals::{Sums, Totals};
