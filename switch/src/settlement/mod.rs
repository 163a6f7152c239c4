//! The settlement directory of a business day: made from the journal by [`settle`], proven by [`verify`].
//!
//! **The set.** Files for programs (`detail.csv`, `detail.parquet`, `totals.csv`, what each acquirer is due), files for people
//! (sales ledger, fund ledger, the bureau's claim, a summary), and `manifest.json` (day, status, cut, counts, totals, hashes,
//! signature): [`files`]. They are functions of the journal and of the rules that are kept beside it, so that the same day
//! settled twice is the same bytes: no clock, no path and no random number is in them. A day is final once the journal holds
//! a record of a later one.
//!
//! **Invariants.** The journal is only read; the index, whose lock is the daemon's, is never opened. A set appears under
//! its final names as a whole or not at all. Memory does not grow with the day. [`verify`] shares no arithmetic with
//! [`settle`].
//!
//! May call the domain and the store; nothing here knows of links, sockets or the configuration.

mod directory;
mod dump;
mod error;
mod files;
pub mod manifest;
mod names;
mod output_file;
mod signature;
mod verify;

pub use dump::{Order, settle};
pub use error::SettleError;
pub use names::{Names, Source};
pub use signature::{PublicKey, Signer};
pub use verify::{Findings, Signed, Verdict, verify};

use std::fmt::Write as _;

/// The name of the detail.
pub const DETAIL: &str = "detail.csv";
/// The name of the totals.
pub const TOTALS: &str = "totals.csv";
const PARQUET: &str = "detail.parquet";
const SALES_LEDGER: &str = "sales-ledger.csv";
const FUND_LEDGER: &str = "fund-ledger.csv";
const BUREAU_CLAIM: &str = "bureau-claim.csv";
const SUMMARY: &str = "summary.xlsx";
/// The files that every set has beside those of its acquirers, the manifest last.
const FILES: [&str; 8] = [DETAIL, TOTALS, PARQUET, SALES_LEDGER, FUND_LEDGER, BUREAU_CLAIM, SUMMARY, manifest::NAME];

/// Two lower-case digits for each byte.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
