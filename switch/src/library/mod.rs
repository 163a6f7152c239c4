//! The writing of the library in the data directory: imports, withdrawals, proposals and what becomes of them.
//!
//! Invariants: one writer at a time, by a lock on the folder that dies with the process; a file is whole and on the disk
//! before the log names it; a change counts once its line is on the disk, and no line is ever changed; whoever fails leaves
//! what was in force. It runs beside the daemon, which takes a change over when it loads its rules again. May call the
//! configuration, which reads it; time is handed in.

mod error;
pub mod proposals;
mod writer;

pub use error::LibraryError;
pub use writer::{Author, Writer};
