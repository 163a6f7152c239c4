//! The worked cases of Shenzhen 2024: tables of shops, goods and cases in one document, with the goods and shops of the
//! example configuration.

use super::CONFIG;
use super::sale::{Programme, Sale, card, fen, in_order};
use jiff::civil::DateTime;
use std::collections::BTreeMap;
use std::path::Path;

type Row = BTreeMap<String, String>;

/// Reads the document.
pub(super) fn read(campaign: &Path) -> Programme {
    let config = Path::new(CONFIG);
    let text = std::fs::read_to_string(config.join("tests/it/shenzhen-2024.md")).unwrap();
    let rows = rows(&text);
    let named = |column: &str| -> BTreeMap<String, Row> {
        let of = rows.iter().filter(|row| row.contains_key(column) && !row.contains_key("case"));
        of.map(|row| (row[column].clone(), row.clone())).collect()
    };
    let (shops, goods) = (named("shop"), named("goods"));
    let cases: Vec<&Row> = rows.iter().filter(|row| row.contains_key("case")).collect();
    let mut people: Vec<&str> = Vec::new();
    let mut sales = Vec::new();
    for case in &cases {
        // A card never seen before is named by its case.
        let name = given(case, "card", &case["case"]);
        let person = people.iter().position(|known| *known == name).unwrap_or_else(|| {
            people.push(name);
            people.len() - 1
        });
        sales.push(sale(case, &shops[given(case, "shop", "FT")], &goods, card(person)));
    }
    let example = config.join("examples/shenzhen-2024");
    Programme {
        name: "shenzhen-2024".to_owned(),
        campaigns: vec![campaign.to_owned()],
        catalogue: example.join("catalogue.csv"),
        merchants: example.join("merchants.csv"),
        cases: cases.len(),
        claims: Vec::new(),
        draw_at: None,
        sales: in_order(sales),
    }
}

fn sale(case: &Row, shop: &Row, goods: &BTreeMap<String, Row>, card: String) -> Sale {
    let item = |goods: &Row| vec![(*b"01", goods["GTIN"].clone()), (*b"03", fen(&case["price"]).to_string())];
    let mut tags = item(&goods[&case["goods"]]);
    let mut of_sale = Vec::new();
    for also in case["also"].split(", ").filter(|also| !also.is_empty()) {
        let (what, value) = also.split_once(' ').unwrap();
        match what {
            "trade-in" => of_sale.push((*b"07", fen(value).to_string())),
            "bank" => of_sale.push((*b"08", fen(value).to_string())),
            "quantity" => tags.push((*b"02", value.to_owned())),
            "district" => of_sale.push((*b"06", value.to_owned())),
            "serial" => tags.push((*b"04", value.to_owned())),
            "second" => tags.extend(item(&goods[value])),
            _ => unreachable!("no till knows {also:?}"),
        }
    }
    tags.extend(of_sale);
    Sale {
        name: format!("shenzhen-2024 case {}: {}", case["case"], case["working"]),
        at: given(case, "at", "2024-10-15 12:00:00").parse::<DateTime>().unwrap(),
        link: shop["link"].clone(),
        merchant: shop["merchant"].clone(),
        card,
        tags,
        shown: None,
        amount_fen: fen(given(case, "amount", &case["price"])),
        code: case["code"].clone(),
        discount_fen: Some(case["discount"].as_str()).filter(|cell| !cell.is_empty()).map(fen),
    }
}

/// Every row of every table, by its heading.
fn rows(text: &str) -> Vec<Row> {
    let (mut rows, mut heading) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let Some(cells) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
            heading.clear();
            continue;
        };
        let cells: Vec<String> = cells.split('|').map(|cell| cell.trim().to_owned()).collect();
        if heading.is_empty() {
            heading = cells;
        } else if !cells.iter().all(|cell| cell == "---") {
            rows.push(heading.iter().cloned().zip(cells).collect());
        }
    }
    rows
}

fn given<'a>(case: &'a Row, column: &str, default: &'a str) -> &'a str {
    Some(case[column].as_str()).filter(|cell| !cell.is_empty()).unwrap_or(default)
}
