//! Runs of tag, length, value inside a field: a tag of two characters, a length of three digits that counts bytes, the value.
//!
//! Subsidy data is such a run: the whole of a field, or the value of one element of a field that is itself a run of elements
//! (`SubsidyPlace`). Unknown tags survive: what is not asked for is never looked into.

mod place;
mod run;
mod writer;

pub use place::{Located, locate, put_element};
pub use run::{Tag, TagError, TagProblem, TagRun};
pub use writer::{TagTooLong, TagWriter};
