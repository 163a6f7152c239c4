//! Planted differences are found and named.

use super::*;

const INTENT: &str = r#"{"lsn":2,"kind":"intent","origin":{"terminal":"00000000","stan":"000001"},"grant":"G1","gross":1000,"net":800,"discount":200,"items":[{"gtin":"06901840100070","quantity":1,"unit_price":1000,"discount":200}],"sponsors":[{"sponsor":"city","amount":200}],"caps":[{"id":"campaign:c","amount":200,"count":1}],"quote":null}"#;
const GRANTED: &str = r#"{"lsn":3,"kind":"granted","intent":2,"answer":{"rrn":"000000000001"}}"#;
const TOLD: &str = "approved,sale,0,00000000,000001,000000,000000000001,G1,800,200
approved,sale,0,00000000,000002,000000,000000000002,,5000,0
";

fn check_with(told: &str, ledger: &str, rate: u32, page: &str, expected: &[&str]) {
    let acked = Acked::read(told.as_bytes()).unwrap();
    let ledger = Ledger::read(ledger.as_bytes()).unwrap();
    let rates = Rates::from_iter([("6901840100070".to_owned(), Rate { basis_points: rate, cap_minor: Some(201) })]);
    let budgets = Budgets::read(page.as_bytes()).unwrap();
    let found = judge(&acked, &ledger, &rates, Some(&budgets)).differences;
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?}: {expected:?}");
    }
}

fn page(held: u64, used: u64) -> String {
    format!(r#"{{"budgets":[{{"id":"campaign:c","limit":9000,"held":{held},"used":{used},"remaining":1}}]}}"#)
}

fn check(told: &str, ledger: &str, expected: &[&str]) {
    let used = if ledger.contains("reversed") || !ledger.contains("granted") { 0 } else { 200 };
    let held = if ledger.contains("granted") { 0 } else { 200 };
    check_with(told, ledger, 2_000, &page(held, used), expected);
}

#[test]
fn what_agrees_agrees() {
    let ledger = format!("{{\"lsn\":1,\"kind\":\"opened\",\"rules\":\"x\"}}\n{INTENT}\n{GRANTED}\n");
    check(TOLD, &ledger, &[]);
    let acked = Acked::read(TOLD.as_bytes()).unwrap();
    let verdict = judge(&acked, &Ledger::read(ledger.as_bytes()).unwrap(), &Rates::default(), None);
    let sums = (verdict.paid_minor, verdict.discount_minor, verdict.ledger_discount_minor);
    assert_eq!((verdict.grants, verdict.plain, sums), (1, 1, (800, 200, 200)));
}

#[test]
fn planted_differences_are_named() {
    let ledger = format!("{INTENT}\n{GRANTED}\n");
    let planted = |from: &str, to: &str| {
        let changed = ledger.replace(from, to);
        assert_ne!(changed, ledger);
        changed
    };
    check(&TOLD.replace(",800,", ",801,"), &ledger, &["G1, RRN 000000000001: paid: the till was told 801"]);
    check(&TOLD.replace(",200\n", ",199\n"), &ledger, &["discount: the till was told 199, the ledger says 200"]);
    check("", &ledger, &["grant G1, RRN 000000000001: the ledger granted 200, no till"]);
    check(&TOLD.replace("G1", "G2"), &ledger, &["G2, RRN 000000000001: the till was told", "G1"]);
    check(&format!("{TOLD}{TOLD}"), &ledger, &["G1, RRN 000000000001: told more than once"]);
    check(&TOLD.replace("1,G1", "9,G1"), &ledger, &["told RRN 000000000009, the ledger says 000000000001"]);
    check(&TOLD.replace(",,5000,0", ",,5000,7"), &ledger, &["RRN 000000000002: the till was told a discount of 7"]);
    check(TOLD, &format!("{INTENT}\n"), &["in the ledger it is without an outcome"]);
    let reversed = r#"{"lsn":5,"kind":"reversed","asked":4,"intent":2,"answer":{"rrn":""}}"#;
    check(TOLD, &format!("{ledger}{reversed}\n"), &["in the ledger it is reversed"]);
    check(TOLD, &planted(r#""gross":1000"#, r#""gross":1001"#), &["paid and discount come to 1000"]);
    check(TOLD, &planted(r#""city","amount":200"#, r#""city","amount":201"#), &["sponsors' parts come to 201"]);
    let again = INTENT.replace("\"lsn\":2", "\"lsn\":4").replace("\"amount\":200,\"count\"", "\"amount\":0,\"count\"");
    let doubled = format!("{ledger}{again}\n{{\"lsn\":5,\"kind\":\"declined\",\"intent\":4}}\n");
    check("", &doubled, &["granted 200, no till", "grant G1: stands in the ledger more than once"]);
}

const REVERSED: &str = r#"{"lsn":4,"kind":"reversal-asked","intent":2}
{"lsn":5,"kind":"reversed","asked":4,"intent":2,"answer":{"rrn":""}}
"#;
const BACK: &str = r#"{"lsn":4,"kind":"return-asked","origin":{"terminal":"00000000","stan":"000009"},"intent":2,"of":null,"way":"refund","gross":1000,"discount":200,"net":800}
{"lsn":5,"kind":"returned","asked":4,"intent":2,"answer":{"rrn":""}}
{"lsn":6,"kind":"gave-back","asked":4,"intent":2,"caps":[{"id":"campaign:c","amount":200,"count":1}]}
"#;
const REVERSAL: &str = "approved,reversal,0,00000000,000003,000001,,G1,1000,0\n";
const REFUND: &str = "approved,refund,0,00000000,000009,000001,,G1,800,0\n";

#[test]
fn what_tills_took_back_is_taken_back() {
    let ledger = format!("{INTENT}\n{GRANTED}\n");
    let reversed = format!("{ledger}{REVERSED}");
    let back = format!("{ledger}{BACK}");
    let nothing = page(0, 0);
    let check = |told: &str, ledger: &str, page: &str, expected: &[&str]| {
        check_with(told, ledger, 2_000, page, expected);
    };
    check(&format!("{TOLD}{REVERSAL}"), &reversed, &nothing, &[]);
    let maybe = REVERSAL.replace("approved", "unanswered");
    check(&format!("{TOLD}{maybe}"), &reversed, &nothing, &[]);
    check(&format!("{TOLD}{maybe}"), &ledger, &page(0, 200), &[]);
    let stands = ["told that it is reversed, in the ledger it is granted"];
    check(&format!("{TOLD}{REVERSAL}"), &ledger, &page(0, 200), &stands);
    // Nobody was told of the sale, and its reversal found nothing, or was done.
    let sale = "unanswered,sale,0,00000000,000001,000000,,,1000,0\n";
    let reversal = REVERSAL.replace("G1", "");
    check(sale, &ledger, &page(0, 200), &[]);
    check(&format!("{sale}{reversal}"), &reversed, &nothing, &[]);
    let unknown = reversal.replace("approved", "unknown");
    check(&format!("{sale}{unknown}"), &ledger, &page(0, 200), &stands);

    check(&format!("{TOLD}{REFUND}"), &back, &nothing, &[]);
    check(&format!("{TOLD}{}", REFUND.replace("approved", "unanswered")), &back, &nothing, &[]);
    check(&format!("{TOLD}{}", REFUND.replace("refund", "void").replace("800", "1000")), &back, &nothing, &[]);
    check(TOLD, &back, &nothing, &["STAN 000009: the ledger gave 800 back, no till"]);
    let told = ["STAN 000009: the till was told that 800 are given back, the ledger says 0"];
    check(&format!("{TOLD}{REFUND}"), &ledger, &page(0, 200), &told);
    let less = REFUND.replace(",800,", ",799,");
    check(&format!("{TOLD}{less}"), &back, &nothing, &["told that 799 are given back, the ledger says 800"]);
    let kept = back.replace(r#""gross":1000,"discount":200,"net":800}"#, r#""gross":999,"discount":199,"net":800}"#);
    check(&format!("{TOLD}{REFUND}"), &kept, &nothing, &["800 of 800 paid and 199 of 200 granted were given back"]);
    let much = back.replace(r#""gross":1000,"discount":200,"net":800}"#, r#""gross":1001,"discount":201,"net":800}"#);
    check(&format!("{TOLD}{REFUND}"), &much, &nothing, &["201 of 200 granted were given back"]);
    let sum = back.replace(r#""gross":1000,"discount":200,"net":800}"#, r#""gross":1001,"discount":200,"net":800}"#);
    check(&format!("{TOLD}{REFUND}"), &sum, &nothing, &["a return's paid and discount come to 1000"]);
    check(&format!("{TOLD}{REFUND}"), &back, &page(0, 200), &["used: the grants come to 0, the switch says 200"]);
    let refused = back.replace("\"returned\"", "\"return-refused\"").replace("gave-back", "something");
    check(&format!("{TOLD}{REFUND}"), &refused, &page(0, 200), &told);
    check(TOLD, &refused, &page(0, 200), &[]);
}

#[test]
fn a_repeat_is_told_what_the_sale_was_told() {
    let ledger = format!("{INTENT}\n{GRANTED}\n");
    let repeat = TOLD.lines().next().unwrap().replace("sale", "repeat");
    check(&format!("{TOLD}{repeat}\n"), &ledger, &[]);
    check(&format!("{TOLD}{}\n", repeat.replace(",200", ",199")), &ledger, &["a repeat was told other amounts"]);
    check(
        &format!("{TOLD}{}\n", repeat.replace("G1", "G2")),
        &ledger,
        &["grant G2, RRN 000000000001: a repeat was told"],
    );
}

#[test]
fn rates_and_budgets_are_counted_again() {
    let ledger = format!("{INTENT}\n{GRANTED}\n");
    check_with(TOLD, &ledger, 1_999, &page(0, 200), &["expected a discount of 199, the ledger says 200"]);
    check_with(TOLD, &ledger, 9_000, &page(0, 200), &["expected a discount of 201"]);
    let budget = "budget campaign:c: used: the grants come to 200, the switch says 199";
    check_with(TOLD, &ledger, 2_000, &page(0, 199), &[budget]);
    check_with(TOLD, &ledger, 2_000, &page(1, 200), &["held: the grants come to 0, the switch says 1"]);
}

#[test]
fn lines_that_are_none_are_told_by_number() {
    let wrong = [
        "approved,sale,0,1,2,0,3,4",
        "approved,sale,0,1,2,0,3,4,-5,6",
        "approved,sale,0,1,2,0,3,4,5,6,7",
        "approved,sale,0,1,2,0,3;,4,5,6",
        "declined,sale,0,1,2,0,3,4,5,6",
        "approved,quote,0,1,2,0,3,4,5,6",
    ];
    for wrong in wrong {
        let error = Acked::read(format!("{TOLD}{wrong}\n").as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("line 3: expected outcome,kind,link,terminal,stan"), "{error}");
    }
    for (wrong, expected) in [("{", "line 2: expected a journal record"), (GRANTED, "line 2: no intent 2")] {
        let error = Ledger::read(format!("{{\"kind\":\"opened\"}}\n{wrong}\n").as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let long = "x".repeat((1 << 20) + 1);
    assert!(Acked::read(long.as_bytes()).unwrap_err().to_string().contains("at most"));
}
