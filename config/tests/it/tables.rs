//! Catalogue and merchants: what ships is right, every wrong field is told with its line and column.

use lijian_config::error::ConfigErrors;
use lijian_config::{catalogue, merchants};
use lijian_domain::catalogue::Catalogue;
use lijian_domain::ids::{Gtin, LinkName, MerchantId, SubtypeId};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shenzhen-2024").join(name)
}

fn lines(errors: &ConfigErrors) -> Vec<String> {
    errors.errors().iter().map(ToString::to_string).collect()
}

#[test]
fn the_example_catalogue_covers_the_campaign() {
    let loaded = catalogue::load(&[example("catalogue.csv")]).unwrap();
    assert!(loaded.value.len() >= 200);
    let mut by_category: BTreeMap<String, usize> = BTreeMap::new();
    for product in loaded.value.products() {
        *by_category.entry(product.category.to_string()).or_default() += 1;
    }
    let campaign =
        lijian_config::campaign::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns/shenzhen-2024.toml"));
    for category in campaign.unwrap().value.categories() {
        assert!(by_category.get(category.id.as_str()).is_some_and(|count| *count >= 10), "{category:?}");
    }
    assert!(by_category.contains_key("microwave"), "some products are not subsidised");
    let texts = loaded.value.texts(Gtin(6_901_840_100_070)).unwrap();
    assert_eq!((texts.brand, texts.model), ("青砚", "QY-RF100A"));
}

#[test]
fn the_example_merchants_stand_in_shenzhen() {
    let loaded = merchants::load(&[example("merchants.csv")]).unwrap();
    assert_eq!(loaded.value.len(), 20);
    assert!(loaded.value.iter().all(|merchant| merchant.district.as_str().starts_with("4403")));
    let merchant = loaded.value.merchant(LinkName::new("pos").unwrap(), MerchantId::new("999584057320008").unwrap());
    assert_eq!(merchant.unwrap().categories.len(), 3);
}

#[test]
fn files_that_make_other_goods_have_another_digest() {
    let heading = "gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to,subtype\n";
    let row = ",refrigerator,B,M,N,1,,,,air";
    let read = |rows: String| catalogue::read(Path::new("c.csv"), (heading.to_owned() + &rows).as_bytes()).unwrap();
    // The first digit of the next row's GTIN on this or that side of a carriage return, which alone ends the line.
    let one = read(format!("6901840100070{row}\r06932770200073{row}\r"));
    let other = read(format!("6901840100070{row}0\r6932770200073{row}\r"));
    let subtype = |catalogue: &Catalogue| catalogue.product(Gtin(6_901_840_100_070)).unwrap().subtype;
    assert_ne!(subtype(&one.value), subtype(&other.value));
    assert_ne!(one.digest, other.digest);
}

#[test]
fn encoding_byte_order_mark_and_line_ends_change_nothing() {
    let text = std::fs::read_to_string(example("catalogue.csv")).unwrap();
    let plain = catalogue::read(Path::new("c.csv"), text.as_bytes()).unwrap();
    let check = |dressed: &[u8], same_text: bool| {
        let dressed = catalogue::read(Path::new("c.csv"), dressed).unwrap();
        assert_eq!((plain.digest == dressed.digest, plain.value.len()), (same_text, dressed.value.len()));
        let texts = dressed.value.texts(Gtin(6_901_840_100_070)).unwrap();
        assert_eq!((texts.brand, texts.name), ("青砚", "对开门冰箱 旗舰款 一级能效"));
    };
    check(format!("\u{feff}{}", text.replace('\n', "\r\n")).as_bytes(), true);
    check(text.replacen('\n', "\r\n", 7).as_bytes(), true);
    check(text.replacen('\n', "\r\n", 7).replacen('\n', "\r", 3).as_bytes(), false);
    check(&encoding_rs::GB18030.encode(&text).0, false);
    check(&encoding_rs::GB18030.encode(&text.replace('\n', "\r\n")).0, false);
}

#[test]
fn a_product_can_have_a_subtype() {
    let content = "gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to,subtype\n\
                   6901840100070,computer,B,M,N,,,,,laptop\n6901840100087,computer,B,M,N,,,,,\n";
    let catalogue = catalogue::read(Path::new("c.csv"), content.as_bytes()).unwrap().value;
    let subtype = |gtin: &[u8]| catalogue.product(Gtin::parse(gtin).unwrap()).unwrap().subtype;
    assert_eq!(subtype(b"6901840100070"), Some(SubtypeId::new("laptop").unwrap()));
    assert_eq!(subtype(b"6901840100087"), None);
    let check = |content: String, expected: &str| {
        assert_eq!(lines(&catalogue::read(Path::new("c.csv"), content.as_bytes()).unwrap_err()), [expected]);
    };
    check(
        content.replace("laptop", "Laptop"),
        "c.csv:2: subtype: found \"Laptop\", expected a subtype: 1 to 24 lower-case letters, digits and hyphens, or nothing",
    );
    check(content.replace(",laptop", ""), "c.csv:2: found a row of 9 fields, expected 10 fields");
}

#[test]
fn each_wrong_product_is_told() {
    let heading = catalogue::COLUMNS.join(",");
    let check = |rows: &[u8], expected: &[&str]| {
        let content = [heading.as_bytes(), b"\n", rows].concat();
        let errors = catalogue::read(Path::new("c.csv"), content.as_slice()).unwrap_err();
        assert_eq!(lines(&errors), expected);
    };
    check(
        b"6901840100071,phone,B,M,N,,,,\n6901840100070,Phone,B,M,N,0,-1,,2024-13-01\n",
        &[
            "c.csv:2: gtin: found \"6901840100071\", expected a GTIN of 8, 12, 13 or 14 digits with a right check digit",
            "c.csv:3: category: found \"Phone\", expected a category id: 1 to 24 lower-case letters, digits and hyphens",
            "c.csv:3: grade: found \"0\", expected a grade of 1 to 5, or nothing",
            "c.csv:3: filed_price: found \"-1\", expected a price in fen, 100 (1 yuan) to 100000000 (a million), or nothing",
            "c.csv:3: valid_to: found \"2024-13-01\", expected a date such as 2024-09-06, or nothing",
        ],
    );
    check(
        b"6901840100070,phone,B,M,N,,,,\n\n6901840100070,phone,B,M,N,,,,\n",
        &["c.csv:4: gtin: found product *********0070 a second time, expected each product once"],
    );
    check(
        b"6901840100070,phone,,M,N,,,2024-09-06,2024-09-05\n",
        &[
            "c.csv:2: brand: found nothing, expected 1 to 200 bytes of text",
            "c.csv:2: valid_to: found \"2024-09-05\", expected 2024-09-06 (valid_from) or later",
        ],
    );
    check(b"6901840100070,phone,B\n", &["c.csv:2: found a row of 3 fields, expected 9 fields"]);
    check(
        b"6901840100070,phone,\"B,M,N,,,,\n1,2\n6901840100070,phone,\"B\"x,M,N,,,,\n",
        &[
            "c.csv:2: found a quote that is not closed on its line, expected each quoted field closed, on one line",
            "c.csv:3: found a row of 2 fields, expected 9 fields",
            "c.csv:4: found something between a closing quote and the next comma, expected quotes around a whole field",
        ],
    );
    check(
        b"6901840100070,phone,=1+1,\"@M\",\tN,,,,\n",
        &[
            "c.csv:2: brand: found \"=1+1\", expected text that no spreadsheet takes for a formula: not beginning with = + - @ or a tab",
            "c.csv:2: model: found \"@M\", expected text that no spreadsheet takes for a formula: not beginning with = + - @ or a tab",
            "c.csv:2: name: found \"\\tN\", expected text that no spreadsheet takes for a formula: not beginning with = + - @ or a tab",
        ],
    );
    check(
        b"6901840100070,phone,B,M,N,,99,,\n",
        &[
            "c.csv:2: filed_price: found \"99\", expected a price in fen, 100 (1 yuan) to 100000000 (a million), or nothing",
        ],
    );
    check(
        b"6901840100070,phone,\xff,M,N,,,,\n6901840100070,phone,B,M,N,9,,,\n",
        &[
            "c.csv:2: found bytes that are neither UTF-8 nor GB 18030, expected one of the two throughout the file",
            "c.csv:3: grade: found \"9\", expected a grade of 1 to 5, or nothing",
        ],
    );
}

#[test]
fn each_wrong_merchant_is_told() {
    let heading = merchants::COLUMNS.join(",");
    let check = |rows: &str, expected: &[&str]| {
        let content = format!("{heading}\n{rows}");
        assert_eq!(lines(&merchants::read(Path::new("m.csv"), content.as_bytes()).unwrap_err()), expected);
    };
    check(
        "a b,91350100M000100Y44,,44030,,a;;b,,\n",
        &[
            "m.csv:2: merchant_id: found \"a b\", expected a DE42 of 1 to 15 letters and digits",
            "m.csv:2: credit_code: found \"91350100M000100Y44\", expected 18 characters with a right check character (GB \
         32100-2015)",
            "m.csv:2: name: found nothing, expected 1 to 200 bytes of text",
            "m.csv:2: district: found \"44030\", expected six digits (GB/T 2260)",
            "m.csv:2: acquirer: found nothing, expected the NAME of an acquirer link",
            "m.csv:2: categories: found \"a;;b\", expected category ids with ; between them, or nothing for all",
        ],
    );
    let row = "M1,91350100M000100Y43,Shop,440305,ascii,,,\n";
    check(
        &format!("{row}{row}"),
        &[
            "m.csv:3: merchant_id: found merchant \"M1\" of link \"ascii\" a second time, expected each merchant once on a link",
        ],
    );
}

#[test]
fn another_heading_or_none_is_refused() {
    let check = |content: &str, expected: &str| {
        let errors = merchants::read(Path::new("m.csv"), content.as_bytes()).unwrap_err();
        assert!(errors.to_string().starts_with(expected), "{errors}");
    };
    check("", "m.csv: found an empty file, expected the heading merchant_id,");
    check("id,name\n1,2\n", "m.csv:1: found \"id,name\", expected the heading merchant_id,");
    check(
        "\"merchant_id\n",
        "m.csv:1: found a quote that is not closed on its line, expected each quoted field closed",
    );
    assert_eq!(merchants::read(Path::new("m.csv"), "\"id\n".as_bytes()).unwrap_err().count(), 1, "nor is it empty");
    assert!(merchants::load(&["missing.csv"]).is_err());
}

#[test]
fn no_product_stands_in_two_files() {
    let path = example("catalogue.csv");
    let errors = catalogue::load(&[&path, &path]).unwrap_err();
    assert_eq!(errors.count(), catalogue::load(&[&path]).unwrap().value.len());
}
