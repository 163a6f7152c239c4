//! What stands on the other sides of the switch: an issuer to pay from, a till to pay at.
//!
//! [`issuer`] is a simulated issuer host with books of its own; [`till`] is a small client; [`load`] puts a load on;
//! [`relay`] stands where the switch stands and does nothing, or nothing but syncs; [`compare`] holds the switch
//! against it; [`soak`] loads it for long with faults, both over the processes of [`rig`]; [`oracle`] holds what tills were told against its ledger; [`admin`] and [`stages`] read its own figures;
//! [`report`] shows what a load came to. All speak dialects of `lijian-codecs` over TCP
//! and know nothing else of the switch: amounts that come out of here are counted by other code
//! than the switch's, so that the two can be held against each other.
//!
//! Invariants: money is integer minor units; a card number never prints in the clear; the clock is read in one file;
//! no peer makes this crate panic or hold more than stated bounds.

pub mod admin;
mod channel;
pub mod clock;
pub mod compare;
pub mod issuer;
pub mod load;
pub mod oracle;
pub mod relay;
pub mod report;
pub mod rig;
pub mod soak;
pub mod stages;
pub mod till;
