//! What `totals.csv` and the manifest say, against the detail added up.

use super::super::TOTALS;
use super::super::files::cell::plain;
use super::super::files::totals::COLUMNS;
use super::super::manifest::{CapTotals, Manifest, NAME};
use super::{Findings, Sums};
use csv::StringRecord;
use std::collections::HashSet;
use std::io::Read;

/// Reads the file and gives back the number of its lines.
pub(super) fn check(file: impl Read, sums: &Sums, findings: &mut Findings) -> u64 {
    let mut csv = csv::ReaderBuilder::new().from_reader(file);
    if !csv.headers().is_ok_and(|header| header.iter().eq(COLUMNS)) {
        findings.add(format_args!("{TOTALS}: the header is not that of this format"));
        return 0;
    }
    let mut seen = HashSet::new();
    let mut rows = 0;
    for record in csv.records() {
        match record {
            Ok(record) => {
                rows += 1;
                check_line(&record, rows + 1, sums, &mut seen, findings);
            }
            Err(error) => {
                findings.add(format_args!("{TOTALS}: not read beyond this point: {error}"));
                return rows;
            }
        }
    }
    if seen.len() < sums.keys() {
        let missing = sums.keys() - seen.len();
        findings.add(format_args!("{TOTALS}: {missing} lines are missing that the detail has sums for"));
    }
    rows
}

/// The manifest's totals and counts.
pub(super) fn check_manifest(manifest: &Manifest, sums: &Sums, findings: &mut Findings) {
    let counts = &manifest.counts;
    let figures = [
        ("totals.granted", manifest.totals.granted.into(), sums.all.granted),
        ("totals.returned", manifest.totals.returned.into(), sums.all.returned),
        ("totals.net", manifest.totals.net.into(), sums.all.net()),
        ("counts.grants", counts.grants.into(), sums.grants.into()),
        ("counts.returns", counts.returns.into(), sums.returns.into()),
        ("counts.granted_rows", counts.granted_rows.into(), sums.all.granted_rows.into()),
        ("counts.returned_rows", counts.returned_rows.into(), sums.all.returned_rows.into()),
    ];
    for (name, written, worked_out) in figures {
        findings.expect::<i128>(format_args!("{NAME}: {name}"), written, worked_out);
    }
    for (id, cap) in &manifest.totals.by_cap {
        check_cap(id, cap, sums, findings);
    }
}

fn check_line(record: &StringRecord, row: u64, sums: &Sums, seen: &mut HashSet<[String; 3]>, findings: &mut Findings) {
    let cell = |place: usize| record.get(place).unwrap_or_default();
    let key = [cell(0), plain(cell(1)), plain(cell(2))];
    let Some(sum) = sums.get(key) else {
        return findings.add(format_args!("{TOTALS} row {row}: the detail has nothing for this line"));
    };
    if !seen.insert(key.map(str::to_owned)) {
        findings.add(format_args!("{TOTALS} row {row}: this line was there before"));
    }
    let expected = [sum.granted, sum.returned, sum.net(), sum.granted_rows.into(), sum.returned_rows.into()];
    for (place, worked_out) in (3..).zip(expected) {
        let name = COLUMNS.get(place).copied().unwrap_or_default();
        match cell(place).parse::<i128>() {
            Ok(written) => findings.expect(format_args!("{TOTALS} row {row}: {name}"), written, worked_out),
            Err(_) => findings.add(format_args!("{TOTALS} row {row}: {name} is not a number")),
        }
    }
}

/// A cap is taken by some grants of its kind or by all of them (it can be switched on during the day), never by others: it
/// cannot have given more than the lines of its kind, or of its campaign where the lines do not tell its kind.
fn check_cap(id: &str, cap: &CapTotals, sums: &Sums, findings: &mut Findings) {
    let (granted, returned) = (i128::from(cap.granted), i128::from(cap.returned));
    findings.expect(format_args!("{NAME}: net of cap {id:?}"), i128::from(cap.net), granted - returned);
    let mut parts = id.splitn(3, ':');
    let [kind, campaign, key] = [(); 3].map(|()| parts.next().unwrap_or_default());
    let line = match kind {
        "category" | "district" | "merchant" => [kind, campaign, key],
        _ => ["campaign", campaign, campaign],
    };
    let at_most = sums.get(line).unwrap_or_default();
    if granted > at_most.granted || returned > at_most.returned {
        findings.add(format_args!(
            "{NAME}: cap {id:?} gave {granted} and got back {returned}, the detail has {} and {} for it",
            at_most.granted, at_most.returned
        ));
    }
}
