//! The library of products as CSV: `gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to`, prices in fen, dates
//! as 2024-09-06 and both included; grade, price and dates may be empty. A tenth column, `subtype`, may follow: what kind of
//! its category a product is, for example `desktop` of computers; it may be empty too. UTF-8 with or without byte order mark, or GB 18030.

use crate::csv_file::{self, Columns, Row};
use crate::digest::{FileDigest, Loaded, digest_of};
use crate::error::ConfigErrors;
use crate::fields::{category, date, subtype};
use crate::library::{Keep, Library, Register, Sources, fold};
use jiff::civil::Date;
use lijian_domain::campaign::GRADE_MAX;
use lijian_domain::catalogue::{Catalogue, CatalogueBuilder, CatalogueError, Product, ProductTexts};
use lijian_domain::ids::Gtin;
use lijian_domain::money::MinorUnits;
use lijian_domain::time::Validity;
use std::io::Read;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The file's heading; `subtype` may follow.
pub const COLUMNS: [&str; 9] =
    ["gtin", "category", "brand", "model", "name", "grade", "filed_price", "valid_from", "valid_to"];

pub(crate) const HEADING: Columns<'static> = Columns { required: &COLUMNS, optional: &["subtype"] };

/// A filed price outside of these was written in another unit, or is a mistake: 1 yuan to a million, in fen.
const FILED_PRICE_FEN: RangeInclusive<u64> = 100..=100_000_000;

/// The library that several files make together; no product stands twice.
pub fn load<P: AsRef<Path>>(paths: &[P]) -> Result<Loaded<Catalogue>, ConfigErrors> {
    let files: Vec<PathBuf> = paths.iter().map(|path| path.as_ref().to_owned()).collect();
    let (value, digests) =
        load_from(Sources { register: Register::Products, files: &files, library: &Library::default() })?;
    Ok(Loaded { value, digest: digest_of(digests) })
}

/// The library that files and imports make together, and the digests of those files.
pub(crate) fn load_from(sources: Sources<'_>) -> Result<(Catalogue, Vec<FileDigest>), ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut builder = CatalogueBuilder::default();
    let digests = fold(sources, &mut errors, &mut builder);
    errors.or(digests.map(|digests| (builder.build(), digests)))
}

/// The library in one file's content; `origin` is the name that errors give it.
pub fn read(origin: &Path, content: impl Read) -> Result<Loaded<Catalogue>, ConfigErrors> {
    let mut builder = CatalogueBuilder::default();
    let digest = csv_file::read(origin, content, HEADING, |row| builder.row(row))?;
    Ok(Loaded { value: builder.build(), digest: digest_of([digest]) })
}

impl Keep for CatalogueBuilder {
    fn next_layer(&mut self, _: bool) {
        self.older_layer();
    }

    fn row(&mut self, row: &mut Row<'_>) {
        let Some((product, texts)) = product(row) else { return };
        match self.add(&product, texts) {
            Ok(()) => {}
            Err(error @ CatalogueError::Duplicate(_)) => row.wrong_as(0, error, "each product once"),
            Err(error) => row.wrong_as(0, error, "a product that fits the library"),
        }
    }

    fn withdraw(&mut self, key: &str) {
        if let Ok(gtin) = key.parse() {
            Self::withdraw(self, Gtin(gtin));
        }
    }
}

/// A row as a product; none where something is wrong with it.
pub(crate) fn product<'r>(row: &mut Row<'r>) -> Option<(Product, ProductTexts<'r>)> {
    let gtin = row
        .read(0, "a GTIN of 8, 12, 13 or 14 digits with a right check digit", |digits| Gtin::parse(digits.as_bytes()));
    let category = row.read(1, "a category id: 1 to 24 lower-case letters, digits and hyphens", category);
    let (brand, model, name) = (row.text(2), row.text(3), row.text(4));
    let grade = row.read_optional(5, format_args!("a grade of 1 to {GRADE_MAX}, or nothing"), grade);
    let filed_price = row.read_optional(6, "a price in fen, 100 (1 yuan) to 100000000 (a million), or nothing", price);
    let validity = validity(row, 7, 8);
    let subtype =
        row.read_optional(9, "a subtype: 1 to 24 lower-case letters, digits and hyphens, or nothing", subtype);
    let texts = ProductTexts { brand: brand?, model: model?, name: name? };
    let (category, subtype, grade, filed_price) = (category?, subtype?, grade?, filed_price?);
    Some((Product { gtin: gtin?, category, subtype, grade, filed_price, validity: validity? }, texts))
}

fn grade(text: &str) -> Option<u8> {
    text.parse().ok().filter(|grade| (1..=GRADE_MAX).contains(grade) && text.len() == 1)
}

fn price(text: &str) -> Option<MinorUnits> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let fen: u64 = if digits { text.parse().ok()? } else { return None };
    FILED_PRICE_FEN.contains(&fen).then(|| MinorUnits::new(fen))
}

/// The days between two columns, each of which may be empty.
pub(crate) fn validity(row: &mut Row<'_>, from: usize, to: usize) -> Option<Validity> {
    let expected = "a date such as 2024-09-06, or nothing";
    let first = row.read_optional(from, expected, date);
    let last = row.read_optional(to, expected, date);
    let (first, last) = (first?.unwrap_or(Date::MIN), last?.unwrap_or(Date::MAX));
    let validity = Validity::new(first, last);
    if validity.is_none() {
        row.wrong(to, format_args!("{first} (valid_from) or later"));
    }
    validity
}
