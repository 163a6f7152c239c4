//! `detail.csv`: one line for each item of each grant and return, in the order of the journal.
//!
//! UTF-8, RFC 4180 (CRLF), a header line, amounts in minor units and never negative (`kind` says which way they go). Times
//! are UTC, so that the zone of the configuration cannot change a byte. On each line
//! `original_amount = quantity x unit_price = trade_in + bank_promotion + gross`, `gross = paid + subsidy` and
//! `subsidy = subsidy_1 + ... + subsidy_4`; a return of a part of an item has a smaller `original_amount`. Texts keep to the rule of [`super::cell`]. For readers: docs/settlement.md.

use super::cells::Cells;
use super::times::Times;
use lijian_domain::sale::SPONSORS_MAX;
use lijian_domain::settlement::Row;
use std::io::Write;

/// The columns before those of the sponsors.
const LEADING: [&str; 29] = [
    "kind",
    "business_date",
    "sale_date",
    "time_utc",
    "lsn",
    "grant_id",
    "campaign",
    "rules",
    "acquirer_link",
    "acquirer_id",
    "merchant",
    "terminal",
    "district",
    "stan",
    "rrn",
    "authorisation",
    "item",
    "gtin",
    "category",
    "grade",
    "quantity",
    "serial_number",
    "unit_price",
    "original_amount",
    "trade_in",
    "bank_promotion",
    "gross",
    "subsidy",
    "paid",
];

/// The header: the leading columns, then `sponsor_N` and `subsidy_N` for each sponsor that a grant can have.
pub(in crate::settlement) fn columns() -> Vec<String> {
    let sponsors = (1..=SPONSORS_MAX).flat_map(|place| [format!("sponsor_{place}"), format!("subsidy_{place}")]);
    LEADING.into_iter().map(str::to_owned).chain(sponsors).collect()
}

/// Writes the lines.
pub(super) struct Detail<W: Write> {
    cells: Cells<W>,
    times: Times,
}

impl<W: Write> Detail<W> {
    /// Starts the file with its header.
    pub(super) fn new(file: W) -> Result<Self, csv::Error> {
        Ok(Self { cells: Cells::for_programs(file, columns())?, times: Times::new() })
    }

    /// Appends one line.
    pub(super) fn write(&mut self, row: &Row) -> Result<(), csv::Error> {
        let Self { cells, times } = self;
        cells.plain(row.kind.as_str())?;
        cells.plain(times.day(row.business_date))?;
        cells.plain(times.day(row.sale_date))?;
        cells.plain(times.utc(row.at))?;
        cells.number(row.lsn.0)?;
        cells.grant(row.grant)?;
        cells.text(row.campaign.as_str())?;
        cells.rules(row.rules)?;
        cells.text(row.link.as_str())?;
        cells.text(row.acquirer.as_str())?;
        cells.text(row.merchant.as_str())?;
        cells.text(row.terminal.as_str())?;
        cells.text(row.district.as_str())?;
        cells.padded(row.stan.0.into(), 6)?;
        cells.text(row.rrn.as_str())?;
        cells.text(row.authorisation.as_str())?;
        cells.number(u64::try_from(row.item_number).unwrap_or(u64::MAX))?;
        cells.padded(row.item.gtin.0, 13)?;
        cells.text(row.category.as_str())?;
        match row.grade {
            Some(grade) => cells.number(grade.into())?,
            None => cells.text("")?,
        }
        cells.number(row.item.quantity.into())?;
        cells.text(row.item.serial_number.as_str())?;
        let amounts = [
            row.item.unit_price,
            row.original_amount,
            row.trade_in,
            row.bank_promotion,
            row.gross,
            row.subsidy,
            row.paid,
        ];
        for amount in amounts {
            cells.number(amount.get())?;
        }
        for place in 0..SPONSORS_MAX {
            let share = row.sponsors.get(place);
            cells.text(share.map_or("", |share| share.sponsor.as_str()))?;
            cells.number(share.map_or(0, |share| share.amount.get()))?;
        }
        cells.end()
    }

    /// The file and the number of lines after the header.
    pub(super) fn finish(self) -> std::io::Result<(W, u64)> {
        self.cells.finish()
    }
}
