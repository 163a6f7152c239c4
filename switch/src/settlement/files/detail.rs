//! `detail.csv`: one line for each item of each grant and return, in the order of the journal.
//!
//! UTF-8, RFC 4180 (CRLF), a header line, amounts in minor units and never negative (`kind` says which way they go). Times
//! are UTC, so that the zone of the configuration cannot change a byte. On each line
//! `original_amount = quantity x unit_price = trade_in + bank_promotion + gross`, `gross = paid + subsidy` and
//! `subsidy = subsidy_1 + ... + subsidy_4`; a return of a part of an item has a smaller `original_amount`. Texts keep to the rule of [`super::cell`]. For readers: docs/settlement.md.

use super::cell::guarded;
use jiff::Timestamp;
use lijian_domain::sale::SPONSORS_MAX;
use lijian_domain::settlement::Row;
use std::fmt::{Display, Write as _};
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
pub(super) fn columns() -> Vec<String> {
    let sponsors = (1..=SPONSORS_MAX).flat_map(|place| [format!("sponsor_{place}"), format!("subsidy_{place}")]);
    LEADING.into_iter().map(str::to_owned).chain(sponsors).collect()
}

/// Writes the lines.
pub(super) struct DetailWriter<W: Write> {
    csv: csv::Writer<W>,
    /// One cell at a time, so that no line costs an allocation.
    number: String,
    rows: u64,
}

impl<W: Write> DetailWriter<W> {
    /// Starts the file with its header.
    pub(super) fn new(file: W) -> Result<Self, csv::Error> {
        let mut csv = super::csv_writer(file);
        csv.write_record(columns())?;
        Ok(Self { csv, number: String::new(), rows: 0 })
    }

    /// Appends one line.
    pub(super) fn write(&mut self, row: &Row) -> Result<(), csv::Error> {
        self.csv.write_field(row.kind.as_str())?;
        self.number(row.business_date)?;
        self.number(row.sale_date)?;
        // An instant beyond the year 9999 cannot be printed; the record's place in the journal still tells its order.
        self.number(Timestamp::from_microsecond(row.at.0).unwrap_or(Timestamp::MAX))?;
        self.number(row.lsn)?;
        self.number(row.grant)?;
        self.text(row.campaign.as_str())?;
        self.number(row.rules)?;
        self.text(row.link.as_str())?;
        self.text(row.acquirer.as_str())?;
        self.text(row.merchant.as_str())?;
        self.text(row.terminal.as_str())?;
        self.text(row.district.as_str())?;
        self.number(row.stan)?;
        self.text(row.rrn.as_str())?;
        self.text(row.authorisation.as_str())?;
        self.number(row.item_number)?;
        self.number(row.item.gtin)?;
        self.text(row.category.as_str())?;
        match row.grade {
            Some(grade) => self.number(grade)?,
            None => self.text("")?,
        }
        self.number(row.item.quantity)?;
        self.text(row.item.serial_number.as_str())?;
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
            self.number(amount.get())?;
        }
        for place in 0..SPONSORS_MAX {
            let share = row.sponsors.get(place);
            self.text(share.map_or("", |share| share.sponsor.as_str()))?;
            self.number(share.map_or(0, |share| share.amount.get()))?;
        }
        self.csv.write_record(None::<&[u8]>)?;
        self.rows += 1;
        Ok(())
    }

    /// The file and the number of lines after the header.
    pub(super) fn finish(self) -> Result<(W, u64), std::io::Error> {
        let file = self.csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok((file, self.rows))
    }

    fn text(&mut self, text: &str) -> Result<(), csv::Error> {
        self.csv.write_field(guarded(text).as_bytes())
    }

    fn number(&mut self, number: impl Display) -> Result<(), csv::Error> {
        self.number.clear();
        write!(self.number, "{number}").map_err(std::io::Error::other)?;
        self.csv.write_field(&self.number)
    }
}
