//! One row a case, as an official reads it.

use std::path::Path;

/// The columns, in their order.
pub(super) const COLUMNS: [&str; 11] =
    ["case", "at", "district", "before", "product", "grade", "price", "also", "discount", "code", "reason"];

/// One sale and what it must get. Amounts are texts in yuan.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) number: String,
    /// Date and time at the till.
    pub(super) at: String,
    /// The district of the shop.
    pub(super) district: String,
    /// What the person bought before, each granted: `DAY GOODS; DAY GOODS + GOODS`.
    pub(super) before: Vec<(String, Vec<Goods>)>,
    /// What is bought now.
    pub(super) goods: Vec<Goods>,
    pub(super) trade_in: String,
    pub(super) bank: String,
    /// Empty where none is given.
    pub(super) discount: String,
    pub(super) code: String,
    /// The cells as they stand, for the page.
    pub(super) cells: Vec<String>,
}

/// One piece: `CATEGORY GRADE PRICE` or `CATEGORY/SUBTYPE GRADE PRICE`, `-` for no grade.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Goods {
    pub(super) category: String,
    /// What kind of it; none where the library does not say.
    pub(super) subtype: Option<String>,
    pub(super) grade: Option<u8>,
    pub(super) price: String,
}

pub(super) fn read(name: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/programmes").join(format!("{name}.csv"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    assert_eq!(reader.headers().unwrap(), COLUMNS.as_slice(), "{name}");
    reader.records().map(|record| case(record.unwrap().iter().map(str::to_owned).collect())).collect()
}

fn case(cells: Vec<String>) -> Case {
    let grade = if cells[5].is_empty() { "-" } else { &cells[5] };
    let mut case = Case {
        number: cells[0].clone(),
        at: cells[1].clone(),
        district: cells[2].clone(),
        before: cells[3].split("; ").filter(|sale| !sale.is_empty()).map(earlier).collect(),
        goods: vec![goods(&format!("{} {grade} {}", cells[4], cells[6]))],
        trade_in: "0.00".to_owned(),
        bank: "0.00".to_owned(),
        discount: cells[8].clone(),
        code: cells[9].clone(),
        cells: cells.clone(),
    };
    for also in cells[7].split("; ").filter(|also| !also.is_empty()) {
        match also.split_once(' ').unwrap() {
            ("trade-in", amount) => amount.clone_into(&mut case.trade_in),
            ("bank", amount) => amount.clone_into(&mut case.bank),
            ("with", other) => case.goods.push(goods(other)),
            _ => unreachable!("{also}"),
        }
    }
    case
}

fn earlier(text: &str) -> (String, Vec<Goods>) {
    let (day, order) = text.split_once(' ').unwrap();
    (day.to_owned(), order.split(" + ").map(goods).collect())
}

fn goods(text: &str) -> Goods {
    let parts: Vec<&str> = text.split(' ').collect();
    let [category, grade, price] = parts.as_slice() else { unreachable!("{text}") };
    let (category, subtype) = category.split_once('/').map_or((*category, None), |(of, kind)| (of, Some(kind)));
    let (category, subtype) = (category.to_owned(), subtype.map(str::to_owned));
    Goods { category, subtype, grade: grade.parse().ok(), price: (*price).to_owned() }
}
