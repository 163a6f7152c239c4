//! Bytes to messages and back: frames, ISO 8583 dialects, tag runs. No IO, no async, no domain.
//!
//! The way of a message: [`frame`] finds it in a stream; [`message`] gives a borrowed view of it, as the table of its
//! [`dialect`] says, without copying or allocating; [`write`](mod@write) patches fields into a copy, builds a message from
//! nothing, or carries one over into another dialect; [`tags`] reads and writes the runs of tag, length, value in a field.
//!
//! Invariants: no input panics or allocates what it claims; an error names field, offset, expected and got, never the
//! data; card data prints masked ([`sensitive`]). Files are read in one place, [`dialect::load_folder`], at start.

pub mod describe;
pub mod dialect;
pub mod frame;
pub mod message;
mod mti;
pub mod sensitive;
pub mod tags;
pub mod text;
pub mod write;

pub use mti::{Mti, MtiClass};
