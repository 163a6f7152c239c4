//! A file that somebody wants to import: every row judged, against the rules in force too; the right ones written anew.

use super::Register;
use crate::csv_file::{self, Row};
use crate::digest::FileDigest;
use crate::error::{ConfigError, ConfigErrors};
use crate::{black_list, catalogue, merchants, terminals};
use lijian_domain::money::MinorUnits;
use lijian_domain::rules::Rules;
use std::collections::HashSet;
use std::path::Path;

/// A new filed price may be so many times the one in force, or that part of it: beyond, yuan was likely taken for fen.
const PRICE_STEP_MAX: u64 = 10;

/// What rows are judged against.
#[derive(Clone, Debug)]
pub struct InForce<'a> {
    /// The rules that decide now.
    pub rules: &'a Rules,
    /// The names of the acquirer links.
    pub acquirers: Vec<&'a str>,
}

/// What a file would bring into the library.
#[derive(Debug)]
pub struct Candidate {
    /// Heading and right rows, in UTF-8, with all columns, lines ended by LF.
    pub text: String,
    /// Their digest.
    pub sha256: FileDigest,
    /// The right rows.
    pub rows: u64,
    /// The others.
    pub refused: u64,
    /// What is wrong with those.
    pub errors: ConfigErrors,
}

/// Judges a file against what is in force.
///
/// # Errors
/// The file cannot be read at all: it is missing or too long, or its heading is another one.
pub fn candidate(register: Register, path: &Path, in_force: &InForce<'_>) -> Result<Candidate, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let columns = register.columns();
    let mut text = columns.join(",") + "\n";
    let (mut rows, mut keys) = (0, HashSet::new());
    let scanned = csv_file::scan(path, register.heading(), &mut errors, |row| {
        judge(register, row, in_force);
        if row.is_right() && !keys.insert(register.key(|column| row.field(column))) {
            row.wrong_as(0, "what an earlier row of this file is about", "each key once");
        }
        if row.is_right() {
            csv_file::write_row((0..columns.len()).map(|column| row.field(column)), &mut text);
            rows += 1;
        }
    });
    let Some(scanned) = scanned else { return Err(errors) };
    let sha256 = FileDigest::of_text(&text);
    Ok(Candidate { text, sha256, rows, refused: scanned.wrong_rows, errors })
}

/// The same of one row with these fields.
///
/// # Errors
/// The row would not be taken from a file either; the errors name the columns.
pub fn candidate_row(register: Register, fields: &[String], in_force: &InForce<'_>) -> Result<Candidate, ConfigErrors> {
    let columns = register.columns();
    let mut text = columns.join(",") + "\n";
    csv_file::write_row((0..columns.len()).map(|column| fields.get(column).map_or("", String::as_str)), &mut text);
    let mut rows = 0;
    let origin = Path::new("proposal");
    let sha256 = csv_file::read(origin, text.as_bytes(), register.heading(), |row| {
        judge(register, row, in_force);
        rows += 1;
    })?;
    // A line end within a field would make two rows of one.
    if rows != 1 {
        return Err(ConfigError::of_file(origin, "a line end within a field", "each field on one line").into());
    }
    Ok(Candidate { text, sha256, rows, refused: 0, errors: ConfigErrors::default() })
}

fn judge(register: Register, row: &mut Row<'_>, in_force: &InForce<'_>) {
    match register {
        Register::Products => product(row, in_force),
        Register::Merchants => {
            if let Some(merchant) = merchants::merchant(row) {
                link(row, 4, merchant.link.as_str(), in_force);
            }
        }
        Register::Terminals => {
            if let Some(listed) = terminals::terminal(row)
                && in_force.rules.merchants.merchant(listed.link, listed.merchant).is_none()
            {
                terminals::unknown_merchant(row);
            }
        }
        Register::BlackList => {
            if let Some((black_list::Whom::Merchant(name, _), _)) = black_list::entry(row) {
                link(row, 1, name.as_str(), in_force);
            }
        }
    }
}

fn product(row: &mut Row<'_>, in_force: &InForce<'_>) {
    let Some((product, _)) = catalogue::product(row) else { return };
    let known = in_force.rules.catalogue.product(product.gtin).and_then(|known| known.filed_price);
    let far = |low: MinorUnits, high: MinorUnits| high.get() > low.get().saturating_mul(PRICE_STEP_MAX);
    if let Some((new, known)) = product.filed_price.zip(known)
        && (far(new, known) || far(known, new))
    {
        let expected = format!(
            "a price in fen near the {known} fen in force, at most {PRICE_STEP_MAX} times more or less; if it is meant, \
             withdraw the product first",
            known = known.get()
        );
        row.wrong(6, expected);
    }
}

fn link(row: &mut Row<'_>, column: usize, name: &str, in_force: &InForce<'_>) {
    if !in_force.acquirers.contains(&name) {
        row.wrong(column, format_args!("one of the acquirer links {}", in_force.acquirers.join(", ")));
    }
}
