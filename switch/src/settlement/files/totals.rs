//! `totals.csv`: what the lines of the detail add up to, by campaign and within it by category, district, merchant, sponsor
//! and acquirer link.
//!
//! The same CSV as the detail. `granted_rows` and `returned_rows` count lines of the detail, `net` is granted less
//! returned and may be negative. A sponsor's line counts only the sponsor's own parts.

use super::cell::guarded;
use lijian_domain::settlement::Totals;
use std::io::Write;

/// The header.
pub(super) const COLUMNS: [&str; 8] =
    ["dimension", "campaign", "key", "granted", "returned", "net", "granted_rows", "returned_rows"];

/// Writes all lines; the file and their number come back.
pub(super) fn write<W: Write>(file: W, totals: &Totals) -> Result<(W, u64), csv::Error> {
    let mut csv = super::csv_writer(file);
    csv.write_record(COLUMNS)?;
    let mut rows = 0;
    for (key, figures) in totals.lines() {
        csv.write_record([
            key.dimension(),
            &*guarded(key.campaign().as_str()),
            &*guarded(key.key()),
            &figures.granted.get().to_string(),
            &figures.returned.get().to_string(),
            &figures.net().to_string(),
            &figures.granted_rows.to_string(),
            &figures.returned_rows.to_string(),
        ])?;
        rows += 1;
    }
    let file = csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok((file, rows))
}
