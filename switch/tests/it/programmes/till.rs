//! Sends a sale, and holds what the till and the issuer see of it against the table.

use super::claim::Shown;
use super::desk::Codes;
use super::sale::Sale;
use crate::daemon::host::PATIENCE;
use lijian_load::issuer::Observations;
use lijian_load::till::{self, Answer, Till};

/// A well-formed voucher code that nobody was given.
const NOBODYS: &str = "0000-0000-0001-1V";

/// What came of a sale.
pub(super) struct Sold {
    answer: Answer,
    /// Fields 4 and 54 of each request that the issuer got for it.
    asked: Vec<(Option<u64>, String)>,
}

/// The retrieval reference number of a sale by its number in the programme.
pub(super) fn rrn(number: usize) -> String {
    format!("{number:012}")
}

/// Sends a sale, the `number`th of its programme: the only one of its terminal.
pub(super) async fn sell(sale: &Sale, number: usize, codes: &Codes, till: &mut Till, issuer: &Observations) -> Sold {
    let terminal = format!("{number:08}");
    let code = sale.shown.as_ref().map(|shown| match shown {
        Shown::Nobodys => NOBODYS.to_owned(),
        Shown::Of(claim, place) => codes[claim][*place].clone(),
    });
    let message = till::Sale {
        card: sale.card.clone(),
        amount_minor: sale.amount_fen,
        stan: u32::try_from(number).unwrap(),
        terminal: terminal.clone(),
        merchant: sale.merchant.clone(),
        acquirer: "48025840".to_owned(),
        local_time: sale.at.strftime("%y%m%d%H%M%S").to_string(),
        batch: 1,
        tags: sale.tags.iter().cloned().chain(code.map(|code| (*b"05", code))).collect(),
    };
    let request = message.request(till.dialect()).unwrap().with(37, rrn(number));
    let before = issuer.totals().messages;
    let answer = till.ask(&request, PATIENCE).await.unwrap();
    let seen = issuer.seen_since(before).into_iter().filter(|seen| seen.terminal == terminal);
    let text = |field: Option<Vec<u8>>| String::from_utf8(field.unwrap_or_default()).unwrap();
    Sold { answer, asked: seen.map(|seen| (seen.amount_minor, text(seen.field54))).collect() }
}

/// What is wrong with it, for people.
pub(super) fn wrong(programme: &str, sale: &Sale, sold: &Sold) -> Vec<String> {
    let answer = &sold.answer;
    let tag = |tag| answer.tag(tag).unwrap_or_default();
    let number = |tag: [u8; 2]| answer.tag(tag).map(|value| value.parse::<u64>().unwrap());
    let mut wrong = Vec::new();
    let mut check = |what: &str, got: String, expected: String| {
        if got != expected {
            wrong.push(format!("{}: {what} is {got}, expected {expected}", sale.name));
        }
    };
    check("tag 82", tag(*b"82"), sale.code.clone());
    check("field 39", answer.text(39), response_code(&sale.code).to_owned());
    if sale.code != "G000" {
        check("field 4", format!("{:?}", answer.amount_minor()), format!("{:?}", Some(sale.amount_fen)));
        check("tags 81, 84, 86", format!("{}{}{}", tag(*b"81"), tag(*b"84"), tag(*b"86")), String::new());
        check("what the issuer was asked", format!("{:?}", sold.asked), "[]".to_owned());
        return wrong;
    }
    // What was bought before has to be granted, whatever it got.
    let discount = sale.discount_fen.or_else(|| number(*b"81")).unwrap_or_default();
    let net = sale.amount_fen - discount;
    check("tag 81", format!("{:?}", number(*b"81")), format!("{:?}", Some(discount)));
    check("field 4", format!("{:?}", answer.amount_minor()), format!("{:?}", Some(net)));
    check("tag 83", tag(*b"83"), programme.to_owned());
    check("that there is a tag 84", (!tag(*b"84").is_empty()).to_string(), true.to_string());
    let tags = answer.tags.as_ref().unwrap();
    let of_items = tags.iter().filter(|(tag, _)| tag == b"86");
    let of_items: Vec<u64> = of_items.map(|(_, value)| std::str::from_utf8(value).unwrap().parse().unwrap()).collect();
    check("how many tags 86 there are", of_items.len().to_string(), sale.items().to_string());
    check("the sum of tags 86", of_items.iter().sum::<u64>().to_string(), discount.to_string());
    // Account type, amount type 90, yuan, debit, and the full price.
    let gross = format!("0090156D{:012}", sale.amount_fen);
    check("what the issuer was asked", format!("{:?}", sold.asked), format!("{:?}", [(Some(net), gross)]));
    wrong
}

/// What was given, as the till was told.
pub(super) fn given(sold: &Sold) -> u64 {
    sold.answer.tag(*b"81").map_or(0, |value| value.parse().unwrap())
}

/// Field 39 of each decision, as published; another code has to be added here with its own.
fn response_code(code: &str) -> &'static str {
    match code {
        "G000" => "00",
        "N105" | "N113" => "65",
        "N106" => "61",
        "N107" => "30",
        "N101" | "N102" | "N103" | "N104" | "N108" | "N109" | "N110" | "N111" => "57",
        _ => unreachable!("no response code is known for {code}"),
    }
}
