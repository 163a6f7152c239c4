//! The library of products as CSV: `gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to`, prices in fen, dates
//! as 2024-09-06 and both included; grade, price and dates may be empty. A tenth column, `subtype`, may follow: what kind of
//! its category a product is, for example `desktop` of computers; it may be empty too. UTF-8 with or without byte order mark.

use crate::csv_file::{self, Columns, Row};
use crate::digest::{FileDigest, Loaded, digest_of};
use crate::error::ConfigErrors;
use crate::fields::{category, date, subtype, text};
use jiff::civil::Date;
use lijian_domain::campaign::GRADE_MAX;
use lijian_domain::catalogue::{Catalogue, CatalogueBuilder, CatalogueError, Product, ProductTexts};
use lijian_domain::ids::Gtin;
use lijian_domain::money::MinorUnits;
use lijian_domain::time::Validity;
use std::io::Read;
use std::path::Path;

/// The file's heading; `subtype` may follow.
pub const COLUMNS: [&str; 9] =
    ["gtin", "category", "brand", "model", "name", "grade", "filed_price", "valid_from", "valid_to"];

const HEADING: Columns<'static> = Columns { required: &COLUMNS, optional: &["subtype"] };

/// The library that several files make together; no product stands twice.
pub fn load<P: AsRef<Path>>(paths: &[P]) -> Result<Loaded<Catalogue>, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut builder = CatalogueBuilder::default();
    let mut digests = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        let digest = csv_file::open(path, HEADING, |row| add(&mut builder, row));
        digests.extend(errors.take(digest));
    }
    errors.or(Some(loaded(builder, digests)))
}

/// The library in one file's content; `origin` is the name that errors give it.
pub fn read(origin: &Path, content: impl Read) -> Result<Loaded<Catalogue>, ConfigErrors> {
    let mut builder = CatalogueBuilder::default();
    let digest = csv_file::read(origin, content, HEADING, |row| add(&mut builder, row))?;
    Ok(loaded(builder, vec![digest]))
}

fn loaded(builder: CatalogueBuilder, digests: Vec<FileDigest>) -> Loaded<Catalogue> {
    Loaded { value: builder.build(), digest: digest_of(digests) }
}

fn add(builder: &mut CatalogueBuilder, row: &mut Row<'_>) {
    let gtin = row
        .read(0, "a GTIN of 8, 12, 13 or 14 digits with a right check digit", |digits| Gtin::parse(digits.as_bytes()));
    let category = row.read(1, "a category id: 1 to 24 lower-case letters, digits and hyphens", category);
    let texts_read = [2, 3, 4].map(|column| row.read(column, "1 to 200 bytes of text", |found| text(found).map(drop)));
    let grade = row.read_optional(5, format_args!("a grade of 1 to {GRADE_MAX}, or nothing"), grade);
    let filed_price = row.read_optional(6, "a price in fen, or nothing", price);
    let validity = validity(row, 7, 8);
    let subtype =
        row.read_optional(9, "a subtype: 1 to 24 lower-case letters, digits and hyphens, or nothing", subtype);
    if texts_read.contains(&None) {
        return;
    }
    let (Some(gtin), Some(category), Some(grade), Some(filed_price), Some(validity), Some(subtype)) =
        (gtin, category, grade, filed_price, validity, subtype)
    else {
        return;
    };
    let product = Product { gtin, category, subtype, grade, filed_price, validity };
    let texts = ProductTexts { brand: row.field(2), model: row.field(3), name: row.field(4) };
    match builder.add(&product, texts) {
        Ok(()) => {}
        Err(error @ CatalogueError::Duplicate(_)) => row.wrong_as(0, error, "each product once"),
        Err(error) => row.wrong_as(0, error, "a product that fits the library"),
    }
}

fn grade(text: &str) -> Option<u8> {
    text.parse().ok().filter(|grade| (1..=GRADE_MAX).contains(grade) && text.len() == 1)
}

fn price(text: &str) -> Option<MinorUnits> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let fen: u64 = if digits { text.parse().ok()? } else { return None };
    (fen > 0 && fen <= MinorUnits::WIRE_MAX.get()).then(|| MinorUnits::new(fen))
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
