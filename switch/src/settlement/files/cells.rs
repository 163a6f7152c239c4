//! A CSV file in the making, cell by cell, without an allocation for any of them: RFC 4180, comma, CRLF.
//!
//! **Files for programs** have amounts in minor units and texts by the rule of [`super::cell`]. **Files for people** begin with a
//! byte-order mark, have amounts in yuan with two decimals, and a tab before every number that is a name (card slips' references,
//! GTINs, grants): a spreadsheet then takes it for text and keeps all of its digits.

use super::cell::guarded;
use super::digits::{DIGITS_MAX, LOWER, UPPER, decimal, hexadecimal};
use csv::{Terminator, WriterBuilder};
use lijian_domain::ids::{GrantId, RulesVersion};
use lijian_domain::money::MinorUnits;
use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::io::{self, Write};

/// UTF-8's: spreadsheets then read Chinese as Chinese.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const BUFFER_BYTES: usize = 256 << 10;

/// See the file's text.
pub(super) struct Cells<W: Write> {
    csv: csv::Writer<W>,
    /// One cell at a time.
    cell: String,
    name: Vec<u8>,
    rows: u64,
}

impl<W: Write> Cells<W> {
    /// A file for programs, with its header.
    pub(super) fn for_programs(
        file: W,
        columns: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Self, csv::Error> {
        let csv = WriterBuilder::new().terminator(Terminator::CRLF).buffer_capacity(BUFFER_BYTES).from_writer(file);
        let mut new = Self { csv, cell: String::new(), name: Vec::new(), rows: 0 };
        new.csv.write_record(columns)?;
        Ok(new)
    }

    /// A file for people, with its header.
    pub(super) fn for_people(mut file: W, columns: &[&str]) -> Result<Self, csv::Error> {
        file.write_all(BYTE_ORDER_MARK)?;
        Self::for_programs(file, columns)
    }

    /// A text, harmless to a spreadsheet.
    pub(super) fn text(&mut self, text: &str) -> Result<(), csv::Error> {
        self.csv.write_field(guarded(text).as_bytes())
    }

    /// A count or an amount in minor units.
    pub(super) fn number(&mut self, number: u64) -> Result<(), csv::Error> {
        let mut digits = [0; DIGITS_MAX];
        self.csv.write_field(decimal(number, 1, 0, false, &mut digits))
    }

    /// A number with zeros before it, where it has fewer digits.
    pub(super) fn padded(&mut self, number: u64, digits_at_least: usize) -> Result<(), csv::Error> {
        let mut digits = [0; DIGITS_MAX];
        self.csv.write_field(decimal(number, digits_at_least, 0, false, &mut digits))
    }

    /// A grant: sixteen hexadecimal digits.
    pub(super) fn grant(&mut self, grant: GrantId) -> Result<(), csv::Error> {
        self.csv.write_field(hexadecimal(grant.0, UPPER))
    }

    /// A version of the rules: sixteen hexadecimal digits.
    pub(super) fn rules(&mut self, version: RulesVersion) -> Result<(), csv::Error> {
        self.csv.write_field(hexadecimal(u64::from_be_bytes(version.0), LOWER))
    }

    /// What is known to be harmless.
    pub(super) fn plain(&mut self, text: &str) -> Result<(), csv::Error> {
        self.csv.write_field(text)
    }

    /// An amount in yuan, below zero where it goes back.
    pub(super) fn yuan(&mut self, amount: MinorUnits, back: bool) -> Result<(), csv::Error> {
        let mut digits = [0; DIGITS_MAX];
        self.csv.write_field(decimal(amount.get(), 1, 2, back && !amount.is_zero(), &mut digits))
    }

    /// The same of a sum, whichever sign it has.
    pub(super) fn signed_yuan(&mut self, amount: i128) -> Result<(), csv::Error> {
        let magnitude = u64::try_from(amount.unsigned_abs()).map_err(io::Error::other)?;
        self.yuan(MinorUnits::new(magnitude), amount < 0)
    }

    /// A number that is a name, for people, or what a till sent in its place; nothing for one that was not given.
    pub(super) fn name(&mut self, name: &str) -> Result<(), csv::Error> {
        // What could be a formula has its apostrophe: some programs take a tab away.
        if name.is_empty() || matches!(guarded(name), Cow::Owned(_)) {
            return self.text(name);
        }
        self.tabbed(name.as_bytes())
    }

    /// The same of a number with zeros before it.
    pub(super) fn padded_name(&mut self, number: u64, digits_at_least: usize) -> Result<(), csv::Error> {
        let mut digits = [0; DIGITS_MAX];
        self.tabbed(decimal(number, digits_at_least, 0, false, &mut digits))
    }

    /// The same of a grant.
    pub(super) fn grant_name(&mut self, grant: GrantId) -> Result<(), csv::Error> {
        self.tabbed(&hexadecimal(grant.0, UPPER))
    }

    fn tabbed(&mut self, name: &[u8]) -> Result<(), csv::Error> {
        self.name.clear();
        self.name.push(b'\t');
        self.name.extend_from_slice(name);
        self.csv.write_field(&self.name)
    }

    /// What prints itself, and cannot be a formula: a date, a number with zeros before it.
    pub(super) fn printed(&mut self, value: impl Display) -> Result<(), csv::Error> {
        self.cell.clear();
        write!(self.cell, "{value}").map_err(io::Error::other)?;
        self.csv.write_field(&self.cell)
    }

    /// Ends a line.
    pub(super) fn end(&mut self) -> Result<(), csv::Error> {
        self.rows += 1;
        self.csv.write_record(None::<&[u8]>)
    }

    /// Lines so far, without the header.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The file, and the number of lines after the header.
    pub(super) fn finish(self) -> io::Result<(W, u64)> {
        let file = self.csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok((file, self.rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_open_keeps_its_digits() {
        let mut cells = Cells::for_people(Vec::new(), &["a", "b", "c", "d", "e"]).unwrap();
        cells.name("000000000042").unwrap();
        cells.name("").unwrap();
        cells.text("=1+1").unwrap();
        cells.yuan(MinorUnits::new(99_980), true).unwrap();
        cells.signed_yuan(-5).unwrap();
        cells.end().unwrap();
        let (file, rows) = cells.finish().unwrap();
        let expected = "\u{feff}a,b,c,d,e\r\n\t000000000042,,'=1+1,-999.80,-0.05\r\n";
        assert_eq!((String::from_utf8(file).unwrap().as_str(), rows), (expected, 1));
    }
}
