//! One row a case, as an official reads it.

use std::path::Path;

/// The columns that every table has.
const COLUMNS: [&str; 11] =
    ["case", "at", "district", "before", "product", "grade", "price", "also", "discount", "code", "reason"];
/// Those that a table can have: what kind of its category the product is, and the qualification that is shown at the till.
const FURTHER: [&str; 3] = ["subtype", "claimed", "stage"];

/// The worked cases of a programme.
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) cases: Vec<Case>,
}

/// One sale and what it must get. Amounts are texts in yuan.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) number: String,
    /// Date and time at the till.
    pub(super) at: String,
    /// The district of the shop.
    pub(super) district: String,
    /// The qualification shown at the till; none: none.
    pub(super) claimed: Option<Claimed>,
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

/// One piece: `CATEGORY GRADE PRICE`, `-` for no grade.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Goods {
    pub(super) category: String,
    /// What kind of it; none where the library does not say.
    pub(super) subtype: Option<String>,
    pub(super) grade: Option<u8>,
    pub(super) price: String,
}

/// A qualification: `DATE TIME PACK NUMBER`, issued then, of this pack, the first of it being 1.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) at: String,
    pub(super) pack: String,
    pub(super) number: u8,
    /// Where the claim stands; empty: issued.
    pub(super) stage: String,
}

pub(super) fn read(name: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/programmes").join(format!("{name}.csv"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let known = |column: &String| COLUMNS.contains(&column.as_str()) || FURTHER.contains(&column.as_str());
    assert!(
        columns.iter().all(known) && COLUMNS.iter().all(|column| columns.iter().any(|known| known == column)),
        "{name}"
    );
    let cases = reader.records().map(|record| case(&columns, record.unwrap().iter().map(str::to_owned).collect()));
    let cases = cases.collect();
    Table { columns, cases }
}

fn case(columns: &[String], cells: Vec<String>) -> Case {
    let cell = |name: &str| columns.iter().position(|column| column == name).map_or("", |place| cells[place].as_str());
    let first = Goods {
        category: cell("product").to_owned(),
        subtype: Some(cell("subtype").to_owned()).filter(|subtype| !subtype.is_empty()),
        grade: cell("grade").parse().ok(),
        price: cell("price").to_owned(),
    };
    let mut case = Case {
        number: cell("case").to_owned(),
        at: cell("at").to_owned(),
        district: cell("district").to_owned(),
        claimed: claimed(cell("claimed"), cell("stage")),
        before: cell("before").split("; ").filter(|sale| !sale.is_empty()).map(earlier).collect(),
        goods: vec![first],
        trade_in: "0.00".to_owned(),
        bank: "0.00".to_owned(),
        discount: cell("discount").to_owned(),
        code: cell("code").to_owned(),
        cells: cells.clone(),
    };
    for also in cell("also").split("; ").filter(|also| !also.is_empty()) {
        match also.split_once(' ').unwrap() {
            ("trade-in", amount) => amount.clone_into(&mut case.trade_in),
            ("bank", amount) => amount.clone_into(&mut case.bank),
            ("with", other) => case.goods.push(goods(other)),
            _ => unreachable!("{also}"),
        }
    }
    case
}

fn claimed(text: &str, stage: &str) -> Option<Claimed> {
    let parts: Vec<&str> = text.split(' ').collect();
    let [date, time, pack, number] = parts.as_slice() else {
        assert!(text.is_empty() && stage.is_empty(), "{text}");
        return None;
    };
    let (pack, stage) = ((*pack).to_owned(), stage.to_owned());
    Some(Claimed { at: format!("{date} {time}"), pack, number: number.parse().unwrap(), stage })
}

fn earlier(text: &str) -> (String, Vec<Goods>) {
    let (day, order) = text.split_once(' ').unwrap();
    (day.to_owned(), order.split(" + ").map(goods).collect())
}

fn goods(text: &str) -> Goods {
    let parts: Vec<&str> = text.split(' ').collect();
    let [category, grade, price] = parts.as_slice() else { unreachable!("{text}") };
    Goods { category: (*category).to_owned(), subtype: None, grade: grade.parse().ok(), price: (*price).to_owned() }
}
