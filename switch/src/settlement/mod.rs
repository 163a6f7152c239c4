//! The settlement directory of a business day: made from the journal by [`settle`], proven by [`verify`].
//!
//! **The set.** `detail.csv` (a line for each item granted or returned), `totals.csv` (their sums) and `manifest.json` (day,
//! status, cut, counts, totals, hashes). Its files are functions of the journal alone, so that the same day settled
//! twice is the same bytes: no clock, no path and no random number is in them. A day is final once the journal holds a
//! record of a later one.
//!
//! **Invariants.** The journal is only read; the index, whose lock is the daemon's, is never opened. A set appears under
//! its final names as a whole or not at all. Memory does not grow with the day. [`verify`] shares no arithmetic with
//! [`settle`].
//!
//! May call the domain and the store; nothing here knows of links, sockets or the configuration.

mod cell;
mod detail;
mod directory;
mod dump;
mod error;
pub mod manifest;
mod output_file;
mod totals;
mod verify;

pub use dump::settle;
pub use error::SettleError;
pub use verify::{Findings, Verdict, verify};

use std::fmt::Write as _;
use std::io::Write;

/// The name of the detail.
pub const DETAIL: &str = "detail.csv";
/// The name of the totals.
pub const TOTALS: &str = "totals.csv";

/// RFC 4180: comma, double quotes where needed, CRLF.
fn csv_writer<W: Write>(file: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).buffer_capacity(256 << 10).from_writer(file)
}

/// Two lower-case digits for each byte.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
