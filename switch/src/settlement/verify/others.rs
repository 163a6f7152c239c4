//! The files for people and for acquirers: each of them comes to the same money as the detail.

use super::super::files::{CLEARING, claim, fund, sales};
use super::super::manifest::Manifest;
use super::super::{BUREAU_CLAIM, FUND_LEDGER, SALES_LEDGER};
use super::{Findings, Sums};
use csv::{ReaderBuilder, StringRecord};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Adds them up.
pub(super) fn check(directory: &Path, manifest: &Manifest, sums: &Sums, findings: &mut Findings) {
    let mut column =
        |name: &str, columns: &[&str], wanted: &str, expected: i128| match added_up(directory, name, columns, wanted) {
            Ok((sum, rows)) => {
                findings.expect(format_args!("{name}: {wanted}, in minor units, added up"), sum, expected);
                let entry = manifest.files.iter().find(|entry| entry.name == name);
                findings.expect(format_args!("{name}: rows"), entry.map(|entry| entry.rows).unwrap_or_default(), rows);
            }
            Err(reason) => findings.add(format_args!("{name}: {reason}")),
        };
    let all = sums.all;
    column(SALES_LEDGER, &sales::COLUMNS, "补贴金额(元)", all.net());
    column(FUND_LEDGER, &fund::COLUMNS, "支出(元)", all.granted);
    column(FUND_LEDGER, &fund::COLUMNS, "收回(元)", all.returned);
    column(BUREAU_CLAIM, &claim::COLUMNS, "补贴金额(元)", all.granted);
    column(BUREAU_CLAIM, &claim::COLUMNS, "申请金额(元)", all.net());
    let clearing = manifest.files.iter().filter(|entry| entry.name.ends_with("/clearing.csv"));
    let due = clearing.map(|entry| match due(directory, &entry.name) {
        Ok(sum) => sum,
        Err(reason) => {
            findings.add(format_args!("{}: {reason}", entry.name));
            0
        }
    });
    let due = due.sum();
    findings.expect(format_args!("what is due to all acquirers, in minor units"), due, all.net());
}

/// A column of yuan in minor units, and the number of lines.
fn added_up(directory: &Path, name: &str, columns: &[&str], wanted: &str) -> Result<(i128, u64), String> {
    let place = columns.iter().position(|column| *column == wanted).ok_or("no such column")?;
    let mut sum = 0;
    let rows = each_line(directory, name, columns, |line| {
        let cell = line.get(place).unwrap_or_default();
        let amount = minor_units(cell).ok_or_else(|| format!("{wanted} is not an amount in yuan"))?;
        sum += amount;
        Ok(())
    })?;
    Ok((sum, rows))
}

/// What one acquirer is due by the lines of its file.
fn due(directory: &Path, name: &str) -> Result<i128, String> {
    let mut sum = 0;
    each_line(directory, name, &CLEARING, |line| {
        let amount: i128 =
            line.get(CLEARING.len() - 1).unwrap_or_default().parse().map_err(|_| "due is not a number")?;
        sum += match line.get(0) {
            Some("grant") => amount,
            Some("return") => -amount,
            _ => return Err("a line that is neither grant nor return".to_owned()),
        };
        Ok(())
    })?;
    Ok(sum)
}

fn each_line(
    directory: &Path,
    name: &str,
    columns: &[&str],
    mut line: impl FnMut(&StringRecord) -> Result<(), String>,
) -> Result<u64, String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("it cannot be read: {error}");
    let file = File::open(directory.join(name)).map_err(|error| unreadable(&error))?;
    let mut csv =
        ReaderBuilder::new().from_reader(without_mark(BufReader::new(file)).map_err(|error| unreadable(&error))?);
    if !csv.headers().is_ok_and(|header| header.iter().eq(columns.iter().copied())) {
        return Err("the header is not that of this format".to_owned());
    }
    let mut record = StringRecord::new();
    let mut rows = 0;
    while csv.read_record(&mut record).map_err(|error| unreadable(&error))? {
        rows += 1;
        line(&record).map_err(|reason| format!("row {}: {reason}", rows + 1))?;
    }
    Ok(rows)
}

/// What stands behind the byte-order mark, if there is one.
fn without_mark(mut file: impl Read) -> std::io::Result<impl Read> {
    let mut first = Vec::new();
    file.by_ref().take(3).read_to_end(&mut first)?;
    let rest = if first == BYTE_ORDER_MARK { Vec::new() } else { first };
    Ok(std::io::Cursor::new(rest).chain(file))
}

/// `-12.34` as -1234.
fn minor_units(yuan: &str) -> Option<i128> {
    let (sign, digits) = yuan.strip_prefix('-').map_or((1, yuan), |digits| (-1, digits));
    let (whole, rest) = digits.split_once('.')?;
    let number =
        |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i128>().ok())?;
    (rest.len() == 2).then_some(())?;
    Some(sign * (number(whole)? * 100 + number(rest)?))
}
