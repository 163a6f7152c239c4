//! The tables of worked cases: one row a case. Goods and shops are made from what the rows name.

use super::CONFIG;
use super::claim::{Claim, OfRow};
use super::rules::{campaigns, draw_at};
use super::sale::{Programme, Sale, card, fen, in_order};
use jiff::civil::{Date, time};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The columns that say what is sold; `reason` is for people.
const COLUMNS: [&str; 11] =
    ["case", "at", "district", "before", "product", "grade", "price", "also", "discount", "code", "reason"];
/// Those of programmes whose qualifications are claimed.
const CLAIMED: [&str; 2] = ["claimed", "stage"];
/// The library's columns that are made up here. A table's further columns are taken as columns of the library, which
/// refuses those that it does not know.
const LIBRARY: [&str; 9] =
    ["gtin", "category", "brand", "model", "name", "grade", "filed_price", "valid_from", "valid_to"];

/// What tells products apart: the cells of the library by column, without those that are made up.
type Kind = BTreeMap<String, String>;

/// Every kind of goods that a table names; the place makes the GTIN.
#[derive(Default)]
struct Goods(Vec<Kind>);

/// Reads the table of a programme and writes its library and its shops into a folder.
pub(super) fn read(name: &str, campaign: &Path, folder: &Path) -> Programme {
    let table = Path::new(CONFIG).join("tests/it/programmes").join(format!("{name}.csv"));
    let mut reader = csv::Reader::from_path(&table).unwrap_or_else(|error| unreachable!("{name}: {error}"));
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    for expected in COLUMNS {
        assert!(columns.iter().any(|column| column == expected), "{name}: no column {expected}");
    }
    let (mut goods, mut sales, mut claims) = (Goods::default(), Vec::new(), Vec::new());
    let (mut districts, mut cases) = (Vec::new(), 0);
    for (number, record) in (1..).zip(reader.records()) {
        let row: BTreeMap<String, String> =
            columns.iter().cloned().zip(record.unwrap().iter().map(str::to_owned)).collect();
        cases += 1;
        districts.push(row["district"].clone());
        sales.extend(goods.sales((name, number), &row, &mut claims));
    }
    districts.sort_unstable();
    districts.dedup();
    let (catalogue, merchants) = (folder.join("catalogue.csv"), folder.join("merchants.csv"));
    std::fs::write(&catalogue, goods.library()).unwrap();
    std::fs::write(&merchants, shops(&districts)).unwrap();
    let rules = std::fs::read_to_string(campaign).unwrap();
    let draw_at = draw_at(&rules, &mut claims);
    let campaigns = campaigns(campaign, &rules, &claims, folder);
    let (name, sales) = (name.to_owned(), in_order(sales));
    Programme { name, campaigns, catalogue, merchants, cases, claims, draw_at, sales }
}

impl Goods {
    /// What the person of a row bought before, at noon of that day and each granted, and then what the row is about.
    fn sales(
        &mut self,
        (programme, person): (&str, usize),
        row: &BTreeMap<String, String>,
        claims: &mut Vec<Claim>,
    ) -> Vec<Sale> {
        let case = format!("{programme} case {}", row["case"]);
        let claimed = row.contains_key("claimed").then(|| OfRow::read((programme, person), row, claims));
        let (mut of_row, shown) = claimed.map_or((None, None), |(of_row, shown)| (Some(of_row), shown));
        let sale = |name: String, at, tags, amount_fen| Sale {
            name,
            at,
            link: "ascii".to_owned(),
            merchant: row["district"].clone(),
            card: card(person),
            tags,
            shown: None,
            amount_fen,
            code: "G000".to_owned(),
            discount_fen: None,
        };
        let mut sales = Vec::new();
        for earlier in row["before"].split("; ").filter(|earlier| !earlier.is_empty()) {
            let (day, order) = earlier.split_once(' ').unwrap();
            let (mut tags, mut amount) = (Vec::new(), 0);
            order.split(" + ").for_each(|piece| self.piece(piece, &mut tags, &mut amount));
            let noon = day.parse::<Date>().unwrap().to_datetime(time(12, 0, 0, 0));
            let category = order.split(' ').next().unwrap();
            let shown = of_row.as_mut().map(|of_row| of_row.before(noon, category, claims));
            sales.push(Sale { shown, ..sale(format!("{case}, bought before: {earlier}"), noon, tags, amount) });
        }
        let (mut tags, mut amount, mut lessened) = (Vec::new(), 0, 0);
        let further = row.iter().filter(|(column, _)| ![&COLUMNS[..], &CLAIMED].concat().contains(&column.as_str()));
        let mut kind: Kind = further.map(|(column, cell)| (column.clone(), cell.clone())).collect();
        kind.insert("category".to_owned(), row["product"].clone());
        kind.insert("grade".to_owned(), row["grade"].clone());
        self.item(kind, fen(&row["price"]), &mut tags, &mut amount);
        let mut of_sale = Vec::new();
        for also in row["also"].split("; ").filter(|also| !also.is_empty()) {
            let (what, rest) = also.split_once(' ').unwrap();
            let tag = match what {
                "with" => {
                    self.piece(rest, &mut tags, &mut amount);
                    continue;
                }
                "trade-in" => *b"07",
                "bank" => *b"08",
                _ => unreachable!("{case}: no till knows {also:?}"),
            };
            lessened += fen(rest);
            of_sale.push((tag, fen(rest).to_string()));
        }
        tags.extend(of_sale);
        let discount_fen = Some(row["discount"].as_str()).filter(|cell| !cell.is_empty()).map(fen);
        let last = sale(format!("{case}: {}", row["reason"]), row["at"].parse().unwrap(), tags, amount - lessened);
        if of_row.is_none_or(|of_row| !of_row.is_refused(claims)) {
            sales.push(Sale { shown, code: row["code"].clone(), discount_fen, ..last });
        }
        sales
    }

    /// `CATEGORY GRADE PRICE`, `-` for no grade.
    fn piece(&mut self, text: &str, tags: &mut Vec<([u8; 2], String)>, amount_fen: &mut u64) {
        let parts: Vec<&str> = text.split(' ').collect();
        let [category, grade, price] = parts.as_slice() else { unreachable!("{text}") };
        let grade = if *grade == "-" { "" } else { grade };
        let kind =
            Kind::from([("category".to_owned(), (*category).to_owned()), ("grade".to_owned(), grade.to_owned())]);
        self.item(kind, fen(price), tags, amount_fen);
    }

    fn item(&mut self, kind: Kind, price_fen: u64, tags: &mut Vec<([u8; 2], String)>, amount_fen: &mut u64) {
        let kind: Kind = kind.into_iter().filter(|(_, cell)| !cell.is_empty()).collect();
        let place = self.0.iter().position(|known| *known == kind).unwrap_or_else(|| {
            self.0.push(kind);
            self.0.len() - 1
        });
        tags.extend([(*b"01", gtin(place)), (*b"03", price_fen.to_string())]);
        *amount_fen += price_fen;
    }

    fn library(&self) -> String {
        let mut columns: Vec<&str> = LIBRARY.to_vec();
        for column in self.0.iter().flat_map(Kind::keys) {
            if !columns.contains(&column.as_str()) {
                columns.push(column);
            }
        }
        let mut file = columns.join(",") + "\n";
        for (place, kind) in self.0.iter().enumerate() {
            let cell = |column: &&str| match *column {
                "gtin" => gtin(place),
                "brand" | "model" | "name" => "made for a case".to_owned(),
                column => kind.get(column).cloned().unwrap_or_default(),
            };
            writeln!(file, "{}", columns.iter().map(cell).collect::<Vec<_>>().join(",")).unwrap();
        }
        file
    }
}

/// A GTIN-13 with its check digit: digits in odd places count once, in even places three times.
fn gtin(place: usize) -> String {
    let digits = format!("690{place:09}");
    let weighed =
        digits.bytes().enumerate().map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 0 { 1 } else { 3 });
    format!("{digits}{}", (10 - weighed.sum::<u32>() % 10) % 10)
}

/// A shop of each district, named by it.
fn shops(districts: &[String]) -> String {
    let mut file = "merchant_id,credit_code,name,district,acquirer,categories,valid_from,valid_to\n".to_owned();
    for district in districts {
        writeln!(file, "{district},91350100M000100Y43,Shop of {district},{district},ascii,,,").unwrap();
    }
    file
}
