//! Bytes to messages and back: frames, ISO 8583 dialects, tag runs. No IO, no async, no domain.
//!
//! The way of a message: [`frame`] finds it in a stream;
//! [`dialect`] says, without copying or allocating; [`write`](mod@write) patches fields into a copy, builds one from
//! nothing, or carries one over into another dialect; [`tags`] reads and writes the runs of tag, length, value inside a field.
//!
//! Invariants: no input panics or allocates what it claims; an error names field, offset, expected and got, never the
//! data; card data prints masked ([`sensitive`]). Files are read in one place, [`dialect::load_folder`], at start.

pub mod frame;
mod mti;

pub use mti::{Mti, MtiClass};
