//! `totals.csv`: what the lines of the detail add up to, by campaign and within it by category, district, merchant, sponsor
//! and acquirer link.
//!
//! The same CSV as the detail. `granted_rows` and `returned_rows` count lines of the detail, `net` is granted less
//! returned and may be negative. A sponsor's line counts only the sponsor's own parts.

use super::cells::Cells;
use lijian_domain::settlement::Totals;
use std::io::Write;

/// The header.
pub(in crate::settlement) const COLUMNS: [&str; 8] =
    ["dimension", "campaign", "key", "granted", "returned", "net", "granted_rows", "returned_rows"];

/// Writes all lines; the file and their number come back.
pub(super) fn write<W: Write>(file: W, totals: &Totals) -> Result<(W, u64), csv::Error> {
    let mut cells = Cells::for_programs(file, COLUMNS)?;
    for (key, figures) in totals.lines() {
        cells.text(key.dimension())?;
        cells.text(key.campaign().as_str())?;
        cells.text(key.key())?;
        cells.number(figures.granted.get())?;
        cells.number(figures.returned.get())?;
        cells.printed(figures.net())?;
        cells.number(figures.granted_rows)?;
        cells.number(figures.returned_rows)?;
        cells.end()?;
    }
    Ok(cells.finish()?)
}
