//! What the switch remembers: the journal (the truth), atomic caps, the index that can be rebuilt, recovery.
//!
//! Invariants: the journal alone is believed; caps, allowances and the index are folds over it and are thrown away when they
//! disagree. A grant is durable in the journal before anybody outside hears of it. Nothing here reads a clock or draws a random
//! number. May call `lijian-domain`; knows no wire format and no socket. FORMAT.md describes the journal to the byte.

pub mod claims;
pub mod format;
pub mod index;
pub mod journal;
pub mod quota;
pub mod recovery;
pub mod snapshot;
pub mod storage;
