//! `acquirer/LINK/`: what is due to each acquirer for its merchants, who are cleared at the gross amount: the card's part by the
//! network, the subsidy by this file.
//!
//! `clearing.csv` has a line for each grant and return, `merchants.csv` the sums of each merchant. Both are files for programs.

use super::cells::Cells;
use super::create::Create;
use super::times::Times;
use crate::settlement::SettleError;
use crate::settlement::hexadecimal;
use crate::settlement::manifest::FileEntry;
use crate::settlement::output_file::OutputFile;
use lijian_domain::ids::{LinkName, MerchantId};
use lijian_domain::money::MinorUnits;
use lijian_domain::settlement::{Kind, Row};
use std::collections::BTreeMap;

/// The header of `clearing.csv`.
pub(in crate::settlement) const CLEARING: [&str; 16] = [
    "kind",
    "business_date",
    "sale_date",
    "time_utc",
    "grant_id",
    "acquirer_id",
    "merchant",
    "terminal",
    "stan",
    "rrn",
    "authorisation",
    "original_amount",
    "gross",
    "paid",
    "subsidy",
    "due",
];
/// The header of `merchants.csv`.
const MERCHANTS: [&str; 6] = ["merchant", "granted_count", "granted", "returned_count", "returned", "due"];

/// What a merchant got and gave back.
#[derive(Default)]
struct Due {
    granted_count: u64,
    granted: i128,
    returned_count: u64,
    returned: i128,
}

/// The files of one acquirer.
pub(super) struct AcquirerFiles {
    folder: String,
    clearing: Cells<OutputFile>,
    times: Times,
    merchants: BTreeMap<MerchantId, Due>,
}

impl AcquirerFiles {
    /// Starts them.
    pub(super) fn new(link: LinkName, files: &Create<'_>) -> Result<Self, SettleError> {
        let folder = format!("acquirer/{}", folder(link.as_str()));
        let clearing = files.start(&format!("{folder}/clearing.csv"), |file| Cells::for_programs(file, CLEARING))?;
        Ok(Self { folder, clearing, times: Times::new(), merchants: BTreeMap::new() })
    }

    /// One grant or return: all rows of one record.
    pub(super) fn write(&mut self, rows: &[Row]) -> Result<(), csv::Error> {
        let Some(row) = rows.first() else { return Ok(()) };
        let sum = |amount: fn(&Row) -> MinorUnits| {
            MinorUnits::checked_sum(rows.iter().map(amount)).map_or(u64::MAX, MinorUnits::get)
        };
        let subsidy = sum(|row| row.subsidy);
        let Self { clearing: cells, times, .. } = self;
        cells.plain(row.kind.as_str())?;
        cells.plain(times.day(row.business_date))?;
        cells.plain(times.day(row.sale_date))?;
        cells.plain(times.utc(row.at))?;
        cells.grant(row.grant)?;
        cells.text(row.acquirer.as_str())?;
        cells.text(row.merchant.as_str())?;
        cells.text(row.terminal.as_str())?;
        cells.padded(row.stan.0.into(), 6)?;
        cells.text(row.rrn.as_str())?;
        cells.text(row.authorisation.as_str())?;
        for amount in [sum(|row| row.original_amount), sum(|row| row.gross), sum(|row| row.paid), subsidy, subsidy] {
            cells.number(amount)?;
        }
        cells.end()?;
        let due = self.merchants.entry(row.merchant).or_default();
        match row.kind {
            Kind::Grant => {
                due.granted_count += 1;
                due.granted += i128::from(subsidy);
            }
            Kind::Return => {
                due.returned_count += 1;
                due.returned += i128::from(subsidy);
            }
        }
        Ok(())
    }

    /// Brings both to the disk.
    pub(super) fn finish(self, files: &Create<'_>) -> Result<[FileEntry; 2], SettleError> {
        let clearing = files.finish(&format!("{}/clearing.csv", self.folder), self.clearing.finish())?;
        let name = format!("{}/merchants.csv", self.folder);
        let mut cells = files.start(&name, |file| Cells::for_programs(file, MERCHANTS))?;
        let written = self.merchants.iter().try_for_each(|(merchant, due)| {
            cells.text(merchant.as_str())?;
            cells.number(due.granted_count)?;
            cells.printed(due.granted)?;
            cells.number(due.returned_count)?;
            cells.printed(due.returned)?;
            cells.printed(due.granted - due.returned)?;
            cells.end()
        });
        written.map_err(|error| files.failed(&name, error))?;
        Ok([clearing, files.finish(&name, cells.finish())?])
    }
}

/// The name of a link as that of a folder: what could lead elsewhere is told by its bytes.
fn folder(link: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !link.is_empty() && link.bytes().all(plain) {
        return link.to_owned();
    }
    format!("x{}", hexadecimal(link.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_leads_out_of_the_set() {
        assert_eq!(folder("ascii"), "ascii");
        for link in ["", "..", "a/b", ".hidden", "a b"] {
            assert!(folder(link).starts_with('x') && !folder(link).contains(['/', '.']), "{link:?}");
        }
    }
}
