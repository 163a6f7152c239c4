//! Writing messages: a copy of a view with some fields patched and every other byte as it came, a message from nothing, or
//! a message carried over into another dialect field by field.
//!
//! A writer only collects what is to change; values stay borrowed until [`MessageWriter::write`] puts everything at the
//! end of a buffer in one pass. Nothing is allocated beyond the growth of that buffer. Whether a value fits its field is
//! checked there, too, and the first that does not is the error; the buffer is then as it was.

mod carry;
pub(crate) mod encode;
mod error;
mod writer;

pub use error::{WriteError, WriteProblem};
pub use writer::{FIELDS_MAX, MessageWriter};
