//! Every line of the detail, proven and added up.

use super::super::DETAIL;
use super::super::files::cell::{is_harmless, plain};
use super::super::files::detail::columns;
use super::super::manifest::Manifest;
use super::{Findings, Sums};
use csv::StringRecord;
use std::io::Read;

/// Where the columns that are needed stand.
struct Places {
    kind: usize,
    business_date: usize,
    lsn: usize,
    campaign: usize,
    item: usize,
    quantity: usize,
    /// From the unit price on: unit price, original, trade-in, bank promotion, gross, subsidy, paid.
    amounts: usize,
    /// From the first sponsor on, in pairs.
    sponsors: usize,
    /// The dimensions of the totals, with the column each is taken from.
    dimensions: [(&'static str, usize); 4],
}

/// Reads the file and gives back the number of its lines.
pub(super) fn check(file: impl Read, manifest: Option<&Manifest>, sums: &mut Sums, findings: &mut Findings) -> u64 {
    let columns = columns();
    let mut csv = csv::ReaderBuilder::new().buffer_capacity(64 << 10).from_reader(file);
    if !csv.headers().is_ok_and(|header| header.iter().eq(columns.iter().map(String::as_str))) {
        findings.add(format_args!("{DETAIL}: the header is not that of this format"));
        return 0;
    }
    let Some(places) = Places::of(&columns) else { return 0 };
    let mut record = StringRecord::new();
    let mut previous = (0, 0);
    let mut rows = 0;
    loop {
        match csv.read_record(&mut record) {
            Ok(false) => return rows,
            Ok(true) => {
                rows += 1;
                // The header is line 1.
                let mut line = Line { places: &places, record: &record, number: rows + 1, findings };
                line.check_texts();
                let begins = line.check_place(manifest, &mut previous);
                line.check_sums(begins, sums);
            }
            Err(error) => {
                findings.add(format_args!("{DETAIL}: not read beyond this point: {error}"));
                return rows;
            }
        }
    }
}

impl Places {
    fn of(columns: &[String]) -> Option<Self> {
        let place = |name: &str| columns.iter().position(|column| column == name);
        Some(Self {
            kind: place("kind")?,
            business_date: place("business_date")?,
            lsn: place("lsn")?,
            campaign: place("campaign")?,
            item: place("item")?,
            quantity: place("quantity")?,
            amounts: place("unit_price")?,
            sponsors: place("sponsor_1")?,
            dimensions: [
                ("category", place("category")?),
                ("district", place("district")?),
                ("merchant", place("merchant")?),
                ("acquirer_link", place("acquirer_link")?),
            ],
        })
    }
}

/// A line being checked.
struct Line<'a> {
    places: &'a Places,
    record: &'a StringRecord,
    number: u64,
    findings: &'a mut Findings,
}

impl Line<'_> {
    fn cell(&self, place: usize) -> &str {
        self.record.get(place).unwrap_or_default()
    }

    fn off(&mut self, what: impl std::fmt::Display) {
        self.findings.add(format_args!("{DETAIL} row {}: {what}", self.number));
    }

    /// A number of digits alone; what is none is a finding and counts as zero.
    fn amount(&mut self, place: usize, name: &str) -> u64 {
        let cell = self.cell(place);
        let digits = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
        match cell.parse() {
            Ok(number) if digits => number,
            _ => {
                self.off(format_args!("{name} is not a number"));
                0
            }
        }
    }

    fn check_texts(&mut self) {
        if let Some(place) = self.record.iter().position(|cell| !is_harmless(cell)) {
            self.off(format_args!("column {} would be a formula in a spreadsheet", place + 1));
        }
    }

    /// The day, and the order of the journal: records ascend, items of one grant are numbered from 1. Of a return those items
    /// alone are there that something goes back of. Whether it is the first row of its record.
    fn check_place(&mut self, manifest: Option<&Manifest>, previous: &mut (u64, u64)) -> bool {
        let lsn = self.amount(self.places.lsn, "lsn");
        let item = self.amount(self.places.item, "item");
        let begins = lsn != previous.0;
        let before = if begins { 0 } else { previous.1 };
        let follows = if self.cell(self.places.kind) == "return" { item > before } else { item == before + 1 };
        if lsn < previous.0 || !follows {
            self.off(format_args!(
                "item {item} of record {lsn} does not follow item {} of record {}",
                previous.1, previous.0
            ));
        }
        *previous = (lsn, item);
        let Some(manifest) = manifest else { return begins };
        if self.cell(self.places.business_date) != manifest.business_date {
            self.off(format_args!("its business date is not {}", manifest.business_date));
        }
        let first = manifest.cut.first_lsn.unwrap_or(u64::MAX);
        if !(first..=manifest.cut.last_lsn.unwrap_or(0)).contains(&lsn) {
            self.off(format_args!("record {lsn} is outside of the cut"));
        }
        begins
    }

    fn check_sums(&mut self, begins: bool, sums: &mut Sums) {
        let is_grant = match self.cell(self.places.kind) {
            "grant" => true,
            "return" => false,
            _ => return self.off("it is neither grant nor return"),
        };
        let quantity = self.amount(self.places.quantity, "quantity");
        let names = ["unit_price", "original_amount", "trade_in", "bank_promotion", "gross", "subsidy", "paid"];
        let mut amounts = [0; 7];
        for ((amount, name), place) in amounts.iter_mut().zip(names).zip(self.places.amounts..) {
            *amount = self.amount(place, name);
        }
        let [unit_price, original, trade_in, bank_promotion, gross, subsidy, paid] = amounts;
        let shares = self.check_sponsors(is_grant, sums);
        let wide = i128::from;
        let price = wide(quantity) * wide(unit_price);
        if is_grant {
            self.equal("original_amount = quantity x unit_price", original, price);
        } else if wide(original) > price {
            // A refund can be of a part of the item.
            self.off(format_args!("a return of {original} is more than quantity x unit_price, {price}"));
        }
        let parts = wide(trade_in) + wide(bank_promotion) + wide(gross);
        self.equal("original_amount = trade_in + bank_promotion + gross", original, parts);
        self.equal("gross = paid + subsidies of the sponsors", gross, wide(paid) + shares);
        self.equal("subsidy = subsidies of the sponsors", subsidy, shares);

        if begins {
            *(if is_grant { &mut sums.grants } else { &mut sums.returns }) += 1;
        }
        let campaign = plain(self.cell(self.places.campaign));
        sums.all.add(is_grant, subsidy);
        sums.add(["campaign", campaign, campaign], is_grant, subsidy);
        for (dimension, place) in self.places.dimensions {
            sums.add([dimension, campaign, plain(self.cell(place))], is_grant, subsidy);
        }
    }

    fn check_sponsors(&mut self, is_grant: bool, sums: &mut Sums) -> i128 {
        let mut shares = 0;
        for place in (self.places.sponsors..self.record.len()).step_by(2) {
            let amount = self.amount(place + 1, "a sponsor's subsidy");
            shares += i128::from(amount);
            let sponsor = plain(self.cell(place));
            if !sponsor.is_empty() {
                sums.add(["sponsor", plain(self.cell(self.places.campaign)), sponsor], is_grant, amount);
            } else if amount > 0 {
                self.off("a subsidy without its sponsor");
            }
        }
        shares
    }

    fn equal(&mut self, rule: &str, left: u64, right: i128) {
        if i128::from(left) != right {
            self.off(format_args!("{rule} does not hold: {left} and {right}"));
        }
    }
}
