//! The rules while the switch runs: where they are read from, which are in force, and how others take their place.
//!
//! A change swaps everything or nothing: campaigns, goods and shops are read and checked on a thread of their own while sales
//! go on by the old rules; then the exchange takes the new ones between two messages and puts that on record. What cannot be
//! read or recorded changes nothing, and why is kept for whoever asks. Invariants: no thread that answers or decides reads a
//! file or frees a library of goods; one change at a time. May call the configuration and the domain.

mod archive;
mod change;
mod counting;
mod dated;
mod difference;
mod in_force;
mod not_changed;
mod rows;
mod schedule;
mod source;
mod start;

pub use archive::{Archive, ArchiveError, KeptFile, Manifest};
pub use change::{Changed, Changes, Ground, HandOver, Prepared, TwoPeople};
pub use difference::{Change, Difference, Key, Keys};
pub use in_force::{Failed, InForce, Shared};
pub use not_changed::NotChanged;
pub use rows::Rows;
pub use schedule::{Schedule, Scheduled};
pub use source::Source;
pub use start::{BeginError, Beginning, begin, keep_promises, keep_rules};
