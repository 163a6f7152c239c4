//! Conditions that an operator writes: what they say of a sale, and what is told of those that are wrong.

use jiff::civil::{DateTime, datetime};
use lijian_config::campaign;
use lijian_domain::campaign::{ConditionFailed, Facts, FreeCondition};
use lijian_domain::catalogue::Product;
use lijian_domain::ids::{
    CardFingerprint, CategoryId, DistrictCode, Gtin, LinkName, MerchantId, PersonKey, QualificationCode, SerialNumber,
    SubtypeId, TerminalId,
};
use lijian_domain::merchants::{Admission, CreditCode, Merchant};
use lijian_domain::money::MinorUnits;
use lijian_domain::sale::{ItemRequest, SaleRequest};
use lijian_domain::time::Validity;
use std::path::Path;

fn campaign_with(condition: &str) -> Result<FreeCondition, String> {
    let text = include_str!("../../campaigns/shenzhen-2024.toml");
    let quoted = condition.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let text = text.replacen("[budget]", &format!("condition = \"{quoted}\"\n\n[budget]"), 1);
    let campaign = campaign::parse(Path::new("c.toml"), &text).map_err(|errors| errors.to_string())?;
    Ok(campaign.value.condition.unwrap())
}

/// A folding phone of 2,000.00, sold twice on a Tuesday (1 October 2024) at 12:34.
fn holds(condition: &FreeCondition, price: u64) -> Result<bool, ConditionFailed> {
    let item = ItemRequest {
        gtin: Gtin(1),
        quantity: 2,
        unit_price: MinorUnits::new(price),
        serial_number: SerialNumber::default(),
    };
    let request = SaleRequest {
        link: LinkName::new("ascii").unwrap(),
        merchant: MerchantId::new("M1").unwrap(),
        terminal: TerminalId::new("T1").unwrap(),
        card: CardFingerprint::default(),
        person: PersonKey::default(),
        district: DistrictCode::default(),
        qualification: QualificationCode::default(),
        amount: MinorUnits::new(350_000),
        currency: None,
        trade_in: MinorUnits::new(40_000),
        bank_promotion: MinorUnits::new(10_000),
        items: [item].into_iter().collect(),
    };
    let product = Product {
        gtin: Gtin(1),
        category: CategoryId::new("phone").unwrap(),
        subtype: Some(SubtypeId::new("folding").unwrap()),
        grade: None,
        filed_price: Some(MinorUnits::new(250_000)),
        validity: Validity::ALWAYS,
    };
    let merchant = Merchant {
        id: MerchantId::new("M1").unwrap(),
        link: LinkName::new("ascii").unwrap(),
        credit_code: CreditCode::parse("91350100M000100Y43").unwrap(),
        name: "shop".to_owned(),
        district: DistrictCode::new("440305").unwrap(),
        categories: Box::default(),
        validity: Validity::ALWAYS,
        location: None,
        admission: Admission::default(),
    };
    let local: DateTime = datetime(2024, 10, 1, 12, 34, 0, 0);
    let discount = MinorUnits::new(20_000);
    let facts = Facts {
        request: &request,
        item: &item,
        product: &product,
        brand: "青砚",
        merchant: &merchant,
        discount,
        local,
    };
    condition.0.holds(&facts)
}

fn check(text: &str, expected: bool) {
    let condition = campaign_with(text).unwrap_or_else(|errors| unreachable!("{text}: {errors}"));
    assert_eq!(condition.0.text(), text);
    assert_eq!(holds(&condition, 200_000), Ok(expected), "{text}");
}

#[test]
fn every_fact_says_what_it_is() {
    for fact in [
        "price == 200000",
        "quantity == 2",
        "discount == 20000",
        "amount == 350000",
        "trade_in == 40000",
        "bank_promotion == 10000",
        "filed_price == 250000",
        "category == 'phone'",
        "subtype == \"folding\"",
        "grade == 0",
        "brand == '青砚'",
        "district == '440305'",
        "merchant == 'M1'",
        "terminal == 'T1'",
        "link == 'ascii'",
        "month == 10",
        "day == 1",
        "weekday == 2",
        "hour == 12",
        "minute == 34",
    ] {
        check(fact, true);
        check(&format!("!({fact})"), false);
    }
}

#[test]
fn operators_do_as_they_say() {
    check("true", true);
    check("price > 200000 || price < 200000", false);
    check("price >= 200000 && price <= 200000 && price != 1", true);
    check("category in ['tablet', 'phone']", true);
    check("hour in [8, 9]", false);
    check("(hour >= 12 ? price : amount) == price", true);
    check("price * quantity - trade_in - bank_promotion == amount", true);
    check("price / 3 == 66666 && price % 3 == 2 && -price < 0", true);
    check("district.startsWith('4403') && district.endsWith('05') && brand.contains('砚')", true);
    check("size(brand) == 2 && merchant.size() == 2", true);
    check("weekday in [6, 7] ? hour >= 8 : hour >= 10 &&\n hour < 20", true);
}

#[test]
fn what_cannot_be_told_fails() {
    let failed = |text: &str, price| {
        let condition = campaign_with(text).unwrap();
        assert_eq!(holds(&condition, price), Err(ConditionFailed), "{text}");
    };
    failed("price / (hour - 12) > 1", 1);
    failed("price % (hour - 12) > 1", 1);
    failed("price * 9223372036854775807 > 1", 2);
    failed("price + 9223372036854775807 > 1", 1);
    failed("price > 0", u64::MAX);
    // What decides already need not be told.
    assert_eq!(holds(&campaign_with("hour == 12 || price / 0 > 1").unwrap(), 1), Ok(true));
}

/// What is told of a condition, behind its place.
fn told(condition: &str) -> String {
    let errors = campaign_with(condition).unwrap_err();
    let place = "c.toml:26: condition: found ";
    errors.strip_prefix(place).unwrap_or_else(|| unreachable!("{errors}")).to_owned()
}

#[test]
fn what_is_wrong_is_told_with_line_and_key() {
    let check = |condition: &str, expected: &str| assert_eq!(told(condition), expected, "{condition}");
    let facts = "price, quantity, discount, amount, trade_in, bank_promotion, filed_price, category, subtype, grade, brand, \
                 district, merchant, terminal, link, month, day, weekday, hour, minute";
    check("cost > 1", &format!("\"cost\", expected one of the facts {facts}"));
    check("price", "a number for the condition, expected true or false");
    check("price == '1'", "a text for a comparison, expected a number");
    check("category < 'phone'", "a text for a comparison, expected a number");
    check("price && hour == 1", "a number for && and ||, expected true or false");
    check("price + category == 1", "a text for a sum, expected a number");
    check("category in ['phone', 1]", "a number for the list, expected a text");
    check("category in []", "an empty list, or one of optional values, expected a list of values");
    check("category in brand", "something else behind \"in\", expected a list, for example [\"phone\", \"tablet\"]");
    check("price > 1.5", "another kind of value, expected whole numbers, texts in quotes, true, false");
    check("item.price > 1", "a part that no condition has, expected facts, values, comparisons, && and ||");
    let functions = "expected comparisons, && || ! ?:, + - * / %, in, startsWith, endsWith, contains and size";
    check("[1, 2].exists(x, x > 1)", &format!("\"exists\", {functions}"));
    check("['a'].map(x, x) == ['a']", &format!("\"map\", {functions}"));
    check("brand.matches('(a+)+$')", &format!("\"matches\", {functions}"));
    check("int(category) > 1", &format!("\"int\", {functions}"));
    check("", "nothing, expected an expression, for example price >= 100000 && category in [\"phone\", \"tablet\"]");
    assert!(told("price >").contains("expected an expression, for example"), "{}", told("price >"));
    assert!(told("price > 1)").contains("expected an expression, for example"));
}

#[test]
fn conditions_are_bounded() {
    let sums = |count: usize| format!("price{} > 0", " + 1".repeat(count));
    assert!(campaign_with(&sums(48)).is_ok());
    assert_eq!(told(&sums(49)), "a longer condition, expected at most 100 facts, values and operators");
    assert_eq!(told(&"a".repeat(1_001)), "1001 bytes, expected at most 1000 bytes");
    let brackets = |count: usize| format!("{}price{} > 0", "(".repeat(count), ")".repeat(count));
    assert!(campaign_with(&brackets(8)).is_ok());
    assert_eq!(told(&brackets(9)), "more brackets in one another, expected at most 8");
    // Deep without brackets: none of it may run out of stack.
    let chains =
        ["!".repeat(900), format!("{}price > 0", "-".repeat(899)), "true ? true : ".repeat(70), "a.".repeat(490)];
    chains.iter().for_each(|chain| drop(campaign_with(chain)));
}

#[test]
fn any_pieces_of_a_condition_are_told_or_taken_but_never_panic() {
    let pieces = [
        "price",
        "hour",
        "category",
        "'phone'",
        "1",
        "-1",
        "9223372036854775808",
        "0x1f",
        "1.5",
        "1u",
        "b'x'",
        "true",
        "null",
        "&&",
        "||",
        "!",
        "==",
        "<",
        "in",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "?",
        ":",
        ",",
        ".",
        "+",
        "/",
        "%",
        "size",
        ".startsWith(",
        "has(",
        "\"\\u00e9\"",
        "'\\q'",
        "'",
        "\"",
        "r'",
        "''",
        "// x",
        "\n",
        "元",
        "@",
        "\u{0}",
    ];
    let mut state = 42_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut taken = 0;
    for _ in 0..1_000 {
        let text: Vec<&str> = (0..=next(12)).map(|_| pieces[next(pieces.len())]).collect();
        let text = text.join(" ");
        if text.contains('\u{0}') {
            continue;
        }
        if let Ok(condition) = campaign_with(&text) {
            taken += 1;
            let _ = holds(&condition, 1);
        }
    }
    assert!(taken > 0);
}
