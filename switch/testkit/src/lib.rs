//! For development alone: the switch in a simulated world, and an auditor who knows nothing of ours.
//!
//! Two rooms: `auditor` (the independent model) and `simulation` (everything around the exchange). The simulation shows the
//! auditor what happens; the auditor says which rule was broken. No crate of the product may depend on this one.

pub mod auditor;
pub mod simulation;
