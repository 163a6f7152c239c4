//! Runs the worked cases of `shenzhen-2024.md` through the shipped campaign, catalogue and merchants. What is expected was
//! worked out by hand and stands in the table; nothing here computes a discount.

use arrayvec::ArrayVec;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use lijian_config::{campaign, catalogue, merchants};
use lijian_domain::decide::decide;
use lijian_domain::ids::{
    CardFingerprint, DistrictCode, Gtin, LinkName, MerchantId, PersonKey, QualificationCode, RulesVersion,
    SerialNumber, TerminalId,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::rules::Rules;
use lijian_domain::sale::{Award, Decision, ItemRequest, SaleRequest};
use lijian_domain::time::{Calendar, Moment, UnixMicros};
use lijian_store::quota::Quota;
use std::collections::BTreeMap;
use std::path::Path;

const CASES: &str = include_str!("shenzhen-2024.md");

#[test]
fn shenzhen_2024_as_worked_out_by_hand() {
    let rules = rules();
    let tables = Tables::read(CASES);
    let quota = Quota::new();
    let mut wrong = Vec::new();
    for case in &tables.cases {
        let request = tables.request(case);
        let got = match decide(&rules, &request, None, &tables.moment(case)) {
            Decision::Grant(award) => taken(&quota, &award),
            Decision::Refuse(refusal) => (refusal.code.to_string(), String::new()),
        };
        let expected = (case["code"].clone(), case["discount"].clone());
        if got != expected {
            wrong.push(format!("case {}: got {got:?}, expected {expected:?}: {}", case["case"], case["working"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), tables.cases.len(), wrong.join("\n"));
    assert!(tables.cases.len() >= 60);
}

fn rules() -> Rules {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let campaign = campaign::load(&root.join("campaigns/shenzhen-2024.toml")).unwrap();
    let catalogue = catalogue::load(&[root.join("examples/shenzhen-2024/catalogue.csv")]).unwrap();
    let merchants = merchants::load(&[root.join("examples/shenzhen-2024/merchants.csv")]).unwrap();
    Rules::new(RulesVersion::default(), vec![campaign.value], catalogue.value, merchants.value)
}

/// What the counters say to an award: all of it is taken, and granted at once, or the cap that bound is told.
fn taken(quota: &Quota, award: &Award) -> (String, String) {
    assert_eq!(award.gross.get(), award.net.get() + award.discount.get());
    match quota.hold(&award.caps) {
        Ok(()) => {
            quota.grant(&award.caps);
            ("G000".to_owned(), award.discount.to_string())
        }
        Err(bound) => (bound.key.kind().refusal().to_string(), String::new()),
    }
}

type Row = BTreeMap<String, String>;

/// The tables of the document: shops and goods by name, cases in order.
struct Tables {
    shops: BTreeMap<String, Row>,
    goods: BTreeMap<String, Row>,
    cases: Vec<Row>,
}

impl Tables {
    fn read(text: &str) -> Self {
        let mut tables = Self { shops: BTreeMap::new(), goods: BTreeMap::new(), cases: Vec::new() };
        let mut heading: Vec<String> = Vec::new();
        for line in text.lines() {
            let Some(cells) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
                heading.clear();
                continue;
            };
            let cells: Vec<String> = cells.split('|').map(|cell| cell.trim().to_owned()).collect();
            if heading.is_empty() {
                heading = cells;
            } else if !cells.iter().all(|cell| cell == "---") {
                assert_eq!(cells.len(), heading.len(), "{line}");
                let row: Row = heading.iter().cloned().zip(cells).collect();
                if row.contains_key("case") {
                    tables.cases.push(row);
                } else if row.contains_key("GTIN") {
                    tables.goods.insert(row["goods"].clone(), row);
                } else {
                    tables.shops.insert(row["shop"].clone(), row);
                }
            }
        }
        tables
    }

    fn moment(&self, case: &Row) -> Moment {
        let local: DateTime = given(case, "at", "2024-10-15 12:00:00").parse().unwrap();
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = local.to_zoned(zone.clone()).unwrap().timestamp().as_microsecond();
        Calendar::new(zone, jiff::civil::Time::midnight()).moment(UnixMicros(at))
    }

    fn request(&self, case: &Row) -> SaleRequest {
        let shop = &self.shops[given(case, "shop", "FT")];
        // A card never seen before is named by its case.
        let card = given(case, "card", &case["case"]).as_bytes();
        let mut person = [0; 16];
        person[..card.len()].copy_from_slice(card);
        let price = fen(&case["price"]);
        let mut request = SaleRequest {
            link: LinkName::new(&shop["link"]).unwrap(),
            merchant: MerchantId::new(&shop["merchant"]).unwrap(),
            terminal: TerminalId::new("00000001").unwrap(),
            card: CardFingerprint(person),
            person: PersonKey(person),
            district: DistrictCode::default(),
            qualification: QualificationCode::default(),
            currency: None,
            amount: fen(given(case, "amount", &case["price"])),
            trade_in: MinorUnits::ZERO,
            bank_promotion: MinorUnits::ZERO,
            items: ArrayVec::from_iter([self.item(&case["goods"], price)]),
        };
        for also in case["also"].split(", ").filter(|also| !also.is_empty()) {
            let (what, value) = also.split_once(' ').unwrap();
            match what {
                "trade-in" => request.trade_in = fen(value),
                "bank" => request.bank_promotion = fen(value),
                "quantity" => request.items[0].quantity = value.parse().unwrap(),
                "district" => request.district = DistrictCode::parse(value).unwrap(),
                "serial" => request.items[0].serial_number = SerialNumber::new(value).unwrap(),
                "second" => request.items.push(self.item(value, price)),
                _ => unreachable!("{also}"),
            }
        }
        request
    }

    fn item(&self, goods: &str, unit_price: MinorUnits) -> ItemRequest {
        let gtin = Gtin::parse(self.goods[goods]["GTIN"].as_bytes()).unwrap();
        ItemRequest { gtin, quantity: 1, unit_price, serial_number: SerialNumber::default() }
    }
}

fn given<'a>(case: &'a Row, column: &str, default: &'a str) -> &'a str {
    Some(case[column].as_str()).filter(|cell| !cell.is_empty()).unwrap_or(default)
}

/// Fen of an amount in yuan with two decimals.
fn fen(yuan: &str) -> MinorUnits {
    let (whole, part) = yuan.split_once('.').unwrap();
    assert_eq!(part.len(), 2, "{yuan}");
    MinorUnits::new(format!("{whole}{part}").parse().unwrap())
}
