//! `manifest.json`: what the set is, where the journal was cut for it, and what its files hold. It is a function of the
//! journal alone: it names no clock, no machine and no path.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of this format and its version.
pub const FORMAT: &str = "lijian-settlement/2";
/// The one before: detail and totals alone, without a signature.
pub const FIRST_FORMAT: &str = "lijian-settlement/1";
/// The unit of every amount in the set.
pub const AMOUNTS_IN: &str = "minor units";
/// The file's name.
pub const NAME: &str = "manifest.json";

/// See the file's text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The day, `YYYY-MM-DD`.
    pub business_date: String,
    /// [`AMOUNTS_IN`].
    pub amounts_in: String,
    /// Whether the day can still change.
    pub status: Status,
    /// Where the journal was cut.
    pub cut: Cut,
    /// Rows and transactions.
    pub counts: Counts,
    /// What was given and given back.
    pub totals: Totals,
    /// Subsidies held at the cut: not settled.
    pub held: Held,
    /// Reversals at the cut that the issuer has not answered yet.
    pub reversals_open: u64,
    /// The other files of the set.
    pub files: Vec<FileEntry>,
    /// What the signature is checked with: an Ed25519 public key, 64 hexadecimal digits. None in sets of the first format.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub public_key: String,
    /// Ed25519 over all bytes of the file before the comma that stands before this member; the last one. 128 hexadecimal digits.
    #[serde(default)]
    pub signature: String,
}

/// Whether the day can still change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The journal holds no record of a later day yet.
    Provisional,
    /// It does: nothing can be added to the day.
    Final,
}

/// Where the journal was cut.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cut {
    /// The day's first record; none for a day without records.
    pub first_lsn: Option<u64>,
    /// The day's last record.
    pub last_lsn: Option<u64>,
    /// Records of the day, of all kinds.
    pub records: u64,
    /// Those stamped with an earlier day than the one that they are settled on.
    pub late_records: u64,
    /// The last record up to and with the day.
    pub up_to_lsn: u64,
    /// The journal's chained hash, in hexadecimal, of the batch that holds `up_to_lsn`.
    pub chain_head: String,
}

/// Rows and transactions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Counts {
    /// Grants, each once whatever its number of items.
    pub grants: u64,
    /// Returns, likewise.
    pub returns: u64,
    /// Lines of the detail that are grants.
    pub granted_rows: u64,
    /// Lines of the detail that are returns.
    pub returned_rows: u64,
}

/// Subsidies of the day in minor units.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Totals {
    /// Given.
    pub granted: u64,
    /// Given back.
    pub returned: u64,
    /// Given less given back.
    pub net: i64,
    /// The same for each cap that all share, by its id.
    pub by_cap: BTreeMap<String, CapTotals>,
}

/// What a cap gave and got back, in minor units.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CapTotals {
    /// Given.
    pub granted: u64,
    /// Given back.
    pub returned: u64,
    /// Given less given back.
    pub net: i64,
}

/// Holds at the cut.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Held {
    /// How many sales.
    pub count: u64,
    /// Their subsidies in minor units.
    pub amount: u64,
    /// How many of them are in doubt: nobody knows what the issuer did.
    pub in_doubt_count: u64,
    /// The subsidies of those.
    pub in_doubt_amount: u64,
}

/// A file of the set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name in the directory.
    pub name: String,
    /// Lines after the header.
    pub rows: u64,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Whether this version can read it.
    pub fn is_known(&self) -> bool {
        [FORMAT, FIRST_FORMAT].contains(&self.format.as_str())
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the file's bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}
