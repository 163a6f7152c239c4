//! `detail.parquet`: the detail once more, for who reads it into tables. The same columns by the same names, with types: days, an
//! instant in microseconds, whole numbers, texts without the apostrophes of the CSV.
//!
//! Rows are gathered into groups of [`GROUP_ROWS`], which bounds what is held of them. Nothing in the file depends on the clock.

use lijian_domain::sale::SPONSORS_MAX;
use lijian_domain::settlement::Row;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

/// Rows that are held at once.
const GROUP_ROWS: usize = 32_768;

/// How a column is read from a row.
enum Column {
    Text(fn(&Row, &mut String)),
    Day(fn(&Row) -> i32),
    Number(fn(&Row) -> Option<u64>),
    Instant(fn(&Row) -> i64),
    Sponsor(usize),
    Share(usize),
}

/// All columns but those of the sponsors, in the order of the CSV.
const COLUMNS: [(&str, Column); 29] = [
    ("kind", Column::Text(|row, text| text.push_str(row.kind.as_str()))),
    ("business_date", Column::Day(|row| row.business_date.0)),
    ("sale_date", Column::Day(|row| row.sale_date.0)),
    ("time_utc", Column::Instant(|row| row.at.0)),
    ("lsn", Column::Number(|row| Some(row.lsn.0))),
    ("grant_id", Column::Text(|row, text| print(text, row.grant))),
    ("campaign", Column::Text(|row, text| text.push_str(row.campaign.as_str()))),
    ("rules", Column::Text(|row, text| print(text, row.rules))),
    ("acquirer_link", Column::Text(|row, text| text.push_str(row.link.as_str()))),
    ("acquirer_id", Column::Text(|row, text| text.push_str(row.acquirer.as_str()))),
    ("merchant", Column::Text(|row, text| text.push_str(row.merchant.as_str()))),
    ("terminal", Column::Text(|row, text| text.push_str(row.terminal.as_str()))),
    ("district", Column::Text(|row, text| text.push_str(row.district.as_str()))),
    ("stan", Column::Text(|row, text| print(text, row.stan))),
    ("rrn", Column::Text(|row, text| text.push_str(row.rrn.as_str()))),
    ("authorisation", Column::Text(|row, text| text.push_str(row.authorisation.as_str()))),
    ("item", Column::Number(|row| u64::try_from(row.item_number).ok())),
    ("gtin", Column::Text(|row, text| print(text, row.item.gtin))),
    ("category", Column::Text(|row, text| text.push_str(row.category.as_str()))),
    ("grade", Column::Number(|row| row.grade.map(u64::from))),
    ("quantity", Column::Number(|row| Some(row.item.quantity.into()))),
    ("serial_number", Column::Text(|row, text| text.push_str(row.item.serial_number.as_str()))),
    ("unit_price", Column::Number(|row| Some(row.item.unit_price.get()))),
    ("original_amount", Column::Number(|row| Some(row.original_amount.get()))),
    ("trade_in", Column::Number(|row| Some(row.trade_in.get()))),
    ("bank_promotion", Column::Number(|row| Some(row.bank_promotion.get()))),
    ("gross", Column::Number(|row| Some(row.gross.get()))),
    ("subsidy", Column::Number(|row| Some(row.subsidy.get()))),
    ("paid", Column::Number(|row| Some(row.paid.get()))),
];

fn print(text: &mut String, value: impl std::fmt::Display) {
    // Writing to a string does not fail.
    let _ = write!(text, "{value}");
}

fn columns() -> impl Iterator<Item = (String, Column)> {
    let sponsors = (0..SPONSORS_MAX).flat_map(|place| {
        let number = place + 1;
        [(format!("sponsor_{number}"), Column::Sponsor(place)), (format!("subsidy_{number}"), Column::Share(place))]
    });
    COLUMNS.into_iter().map(|(name, column)| (name.to_owned(), column)).chain(sponsors)
}

/// The schema, in the words of the format.
fn schema() -> String {
    let column = |(name, column): (String, Column)| match column {
        Column::Text(_) | Column::Sponsor(_) => format!("required binary {name} (UTF8);\n"),
        Column::Day(_) => format!("required int32 {name} (DATE);\n"),
        Column::Number(_) | Column::Share(_) => format!("optional int64 {name};\n"),
        Column::Instant(_) => format!("required int64 {name} (TIMESTAMP(MICROS,true));\n"),
    };
    format!("message detail {{\n{}}}\n", columns().map(column).collect::<String>())
}

/// Writes the rows.
pub(super) struct Parquet<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    held: Vec<Row>,
    rows: u64,
}

impl<W: Write + Send> Parquet<W> {
    /// Starts the file.
    pub(super) fn new(file: W) -> io::Result<Self> {
        Self::begin(file).map_err(io::Error::other)
    }

    fn begin(file: W) -> Result<Self, ParquetError> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
        let properties = properties.set_created_by("lijian".to_owned()).build();
        let schema = Arc::new(parse_message_type(&schema())?);
        Ok(Self { writer: SerializedFileWriter::new(file, schema, Arc::new(properties))?, held: Vec::new(), rows: 0 })
    }

    /// Appends one row.
    pub(super) fn write(&mut self, row: &Row) -> io::Result<()> {
        self.held.push(row.clone());
        self.rows += 1;
        if self.held.len() < GROUP_ROWS { Ok(()) } else { self.write_group().map_err(io::Error::other) }
    }

    /// The file and the number of rows.
    pub(super) fn finish(mut self) -> io::Result<(W, u64)> {
        if !self.held.is_empty() {
            self.write_group().map_err(io::Error::other)?;
        }
        Ok((self.writer.into_inner().map_err(io::Error::other)?, self.rows))
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for (_, column) in columns() {
            write_column(&mut group, &column, &self.held)?;
        }
        group.close()?;
        self.held.clear();
        Ok(())
    }
}

fn write_column<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    column: &Column,
    rows: &[Row],
) -> Result<(), ParquetError> {
    let Some(mut writer) = group.next_column()? else { return Ok(()) };
    match column {
        Column::Text(read) => {
            writer.typed::<ByteArrayType>().write_batch(&texts(rows, read), None, None)?;
        }
        Column::Sponsor(place) => {
            let sponsor = |row: &Row, text: &mut String| {
                text.push_str(row.sponsors.get(*place).map_or("", |share| share.sponsor.as_str()));
            };
            writer.typed::<ByteArrayType>().write_batch(&texts(rows, sponsor), None, None)?;
        }
        Column::Day(read) => {
            let days: Vec<i32> = rows.iter().map(read).collect();
            writer.typed::<Int32Type>().write_batch(&days, None, None)?;
        }
        Column::Instant(read) => {
            let instants: Vec<i64> = rows.iter().map(read).collect();
            writer.typed::<Int64Type>().write_batch(&instants, None, None)?;
        }
        Column::Number(read) => write_numbers(&mut writer, rows, read)?,
        Column::Share(place) => {
            let share = |row: &Row| row.sponsors.get(*place).map(|share| share.amount.get());
            write_numbers(&mut writer, rows, share)?;
        }
    }
    writer.close()
}

/// Numbers, some of which are not there.
fn write_numbers(
    writer: &mut parquet::file::writer::SerializedColumnWriter<'_>,
    rows: &[Row],
    read: impl Fn(&Row) -> Option<u64>,
) -> Result<(), ParquetError> {
    let mut numbers = Vec::with_capacity(rows.len());
    let mut levels = Vec::with_capacity(rows.len());
    for number in rows.iter().map(read) {
        levels.push(i16::from(number.is_some()));
        if let Some(number) = number {
            numbers.push(i64::try_from(number).map_err(|error| ParquetError::External(Box::new(error)))?);
        }
    }
    writer.typed::<Int64Type>().write_batch(&numbers, Some(&levels), None).map(drop)
}

/// Texts of a column. Neighbours are often the same, and then share their bytes.
fn texts(rows: &[Row], read: impl Fn(&Row, &mut String)) -> Vec<ByteArray> {
    let mut texts: Vec<ByteArray> = Vec::with_capacity(rows.len());
    let mut text = String::new();
    for row in rows {
        text.clear();
        read(row, &mut text);
        let same = texts.last().filter(|last| last.data() == text.as_bytes()).cloned();
        texts.push(same.unwrap_or_else(|| ByteArray::from(text.as_bytes().to_vec())));
    }
    texts
}
