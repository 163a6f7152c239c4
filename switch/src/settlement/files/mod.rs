//! The files of a set, written side by side in one pass over the day's rows.
//!
//! `detail.csv`, `detail.parquet` and `acquirer/` for programs; `sales-ledger.csv`, `fund-ledger.csv`, `bureau-claim.csv` and
//! `summary.xlsx` for people; `totals.csv` of what all of it adds up to. Each file knows its columns and nothing of the others;
//! memory does not grow with the day.

mod acquirer;
pub(super) mod cell;
mod cells;
pub(super) mod claim;
mod create;
pub(super) mod detail;
mod digits;
pub(super) mod fund;
mod parquet;
pub(super) mod sales;
mod summary;
mod times;
pub(super) mod totals;

pub(super) use acquirer::CLEARING;

use super::directory::OutputDirectory;
use super::manifest::FileEntry;
use super::names::Names;
use super::output_file::OutputFile;
use super::{BUREAU_CLAIM, DETAIL, FUND_LEDGER, PARQUET, SALES_LEDGER, SUMMARY, SettleError, TOTALS};
use acquirer::AcquirerFiles;
use claim::BureauClaim;
use create::Create;
use detail::Detail;
use fund::FundLedger;
use lijian_domain::ids::LinkName;
use lijian_domain::settlement::{Day, Row};
use parquet::Parquet;
use sales::SalesLedger;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// All files of a set in the making.
pub(super) struct Files<'a> {
    create: Create<'a>,
    detail: Detail<OutputFile>,
    parquet: Parquet<OutputFile>,
    sales: SalesLedger<OutputFile>,
    fund: FundLedger<OutputFile>,
    claim: BureauClaim,
    acquirers: BTreeMap<LinkName, AcquirerFiles>,
}

impl<'a> Files<'a> {
    /// Starts all of them; `acquirers` get theirs on a day without trades too.
    pub(super) fn new(directory: &'a OutputDirectory, acquirers: &[LinkName]) -> Result<Self, SettleError> {
        let create = Create(directory);
        let files = acquirers.iter().map(|link| Ok((*link, AcquirerFiles::new(*link, &create)?)));
        Ok(Self {
            detail: create.start(DETAIL, Detail::new)?,
            parquet: create.start(PARQUET, Parquet::new)?,
            sales: create.start(SALES_LEDGER, SalesLedger::new)?,
            fund: create.start(FUND_LEDGER, FundLedger::new)?,
            claim: BureauClaim::default(),
            acquirers: files.collect::<Result<_, SettleError>>()?,
            create,
        })
    }

    /// The rows of one grant or return.
    pub(super) fn write(&mut self, rows: &[Row], names: &mut Names<'_>) -> Result<(), SettleError> {
        let create = &self.create;
        let failed = |name: &'static str| move |error: csv::Error| create.failed(name, error);
        for row in rows {
            self.detail.write(row).map_err(failed(DETAIL))?;
            self.parquet.write(row).map_err(|error| create.failed(PARQUET, error))?;
            self.sales.write(row, names).map_err(failed(SALES_LEDGER))?;
            self.fund.write(row).map_err(failed(FUND_LEDGER))?;
            self.claim.add(row);
        }
        let Some(link) = rows.first().map(|row| row.link) else { return Ok(()) };
        let files = match self.acquirers.entry(link) {
            Entry::Occupied(files) => files.into_mut(),
            Entry::Vacant(place) => place.insert(AcquirerFiles::new(link, create)?),
        };
        files.write(rows).map_err(failed("acquirer"))
    }

    /// Brings all of them to the disk; what the manifest says of each.
    pub(super) fn finish(self, day: &Day) -> Result<Vec<FileEntry>, SettleError> {
        let create = &self.create;
        let date = day.date.to_string();
        let mut entries = vec![
            create.finish(DETAIL, self.detail.finish())?,
            create.whole(TOTALS, |file| totals::write(file, &day.totals))?,
            create.finish(PARQUET, self.parquet.finish())?,
            create.finish(SALES_LEDGER, self.sales.finish())?,
            create.finish(FUND_LEDGER, self.fund.finish())?,
            create.whole(BUREAU_CLAIM, |file| self.claim.write(file, &date))?,
            create.whole(SUMMARY, |file| summary::write(file, day, &self.claim))?,
        ];
        for files in self.acquirers.into_values() {
            entries.extend(files.finish(create)?);
        }
        Ok(entries)
    }
}
