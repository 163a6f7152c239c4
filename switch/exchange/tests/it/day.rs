//! A till's day: grants, refusals, declines, reversals, full price, gross presentation, two dialects.

use crate::messages::*;
use crate::world::*;
use lijian_domain::money::MinorUnits;
use lijian_exchange::settings::{Presentation, RefusalPolicy};

#[test]
fn a_sale_gets_its_discount_and_each_step_waits_for_its_record() {
    let mut world = world();
    world.till("0200", &sale(1));
    assert_eq!(world.kinds(), ["intent"]);
    assert!(world.sent.is_empty(), "the issuer is not asked before the intent is durable");
    assert_eq!(world.campaign().held, MinorUnits::new(40_000));
    world.sync();
    let (mti, asked) = world.take(ISSUER);
    // 20 % of 2000.00 is 400.00: the card pays 1600.00, DE54 carries 2000.00.
    assert_eq!((mti.as_str(), asked[&4].as_str()), ("0200", "000000160000"));
    assert_eq!(asked[&54], "0057156D000000200000");
    assert_eq!(asked[&48], sale(1)[&48], "the till's own tags pass untouched");
    world.issuer("0210", &approval(&asked));
    assert_eq!(world.kinds(), ["intent", "granted"]);
    assert!(world.sent.is_empty(), "the till is not answered before the outcome is durable");
    world.sync();
    let (mti, answer) = world.take(TILL);
    assert_eq!((mti.as_str(), answer[&39].as_str(), answer[&4].as_str()), ("0210", "00", "000000160000"));
    assert_eq!(tag(&answer, 48, "81").unwrap(), "40000");
    assert_eq!(tag(&answer, 48, "82").unwrap(), "G000");
    assert_eq!(tag(&answer, 48, "83").unwrap(), "trial");
    assert_eq!(tag(&answer, 48, "84").unwrap(), "0001000000000001");
    assert_eq!(tag(&answer, 48, "85").unwrap(), "SUBSIDY CNY 400.00 PAID CNY 1600.00");
    assert_eq!(tag(&answer, 48, "86").unwrap(), "40000");
    assert_eq!((answer[&37].as_str(), answer[&38].as_str()), ("241001000001", "A1B2C3"));
    assert_eq!((world.campaign().held, world.campaign().used), (MinorUnits::ZERO, MinorUnits::new(40_000)));
    assert_eq!(world.exchange.in_flight(), 0);
}

#[test]
fn the_second_fridge_of_a_person_is_refused_on_record() {
    let mut world = world();
    world.sale_approved(&sale(1));
    world.till("0200", &sale(2));
    assert!(world.sent.is_empty());
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), answer[&4].as_str()), ("65", "000000200000"));
    assert_eq!(tag(&answer, 48, "82").unwrap(), "N105");
    assert_eq!(tag(&answer, 48, "88").unwrap(), "person-category:trial:refrigerator");
    assert_eq!(tag(&answer, 48, "81"), None);
    assert_eq!(world.kinds(), ["intent", "granted", "refused"]);
}

#[test]
fn a_budget_that_is_used_up_is_named() {
    let mut world = Setup { budget_fen: 40_000, ..Setup::default() }.build();
    world.sale_approved(&sale(1));
    world.till("0200", &sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000));
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("61", "N106"));
    assert_eq!(tag(&answer, 48, "88").unwrap(), "campaign:trial");
}

#[test]
fn an_issuers_decline_gives_everything_back() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    world.issuer("0210", &answer_to(&asked, "51"));
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("51", "N199"));
    assert_eq!(world.campaign(), Default::default());
    let again = world.sale_approved(&sale(2));
    assert_eq!(again[&39], "00", "the person's allowance came back");
}

#[test]
fn a_reversal_gives_money_and_allowance_back() {
    for amount in [160_000, 200_000] {
        let mut world = world();
        world.sale_approved(&sale(1));
        world.till("0400", &reversal_of(&sale(1), 2, amount));
        world.serve_reads();
        assert!(world.sent.is_empty(), "the issuer sees no reversal that is not on record");
        world.sync();
        let (mti, asked) = world.take(ISSUER);
        assert_eq!((mti.as_str(), asked[&4].as_str()), ("0400", "000000160000"), "the issuer sees the net");
        world.issuer("0410", &answer_to(&asked, "00"));
        assert!(world.sent.is_empty());
        world.sync();
        let (mti, answer) = world.take(TILL);
        assert_eq!((mti.as_str(), answer[&39].as_str()), ("0410", "00"));
        assert_eq!(world.campaign(), Default::default());
        assert_eq!(world.kinds(), ["intent", "granted", "reversal-asked", "reversed"]);
        assert_eq!(world.sale_approved(&sale(3))[&39], "00");
    }
}

#[test]
fn a_reversal_of_another_amount_or_refused_by_the_issuer_changes_nothing() {
    let mut world = world();
    world.sale_approved(&sale(1));
    world.till("0400", &reversal_of(&sale(1), 2, 199_999));
    world.serve_reads();
    assert_eq!(world.take(TILL).1[&39], "64");
    world.till("0400", &reversal_of(&sale(1), 3, 200_000));
    world.serve_reads();
    world.sync();
    let (_, asked) = world.take(ISSUER);
    world.issuer("0410", &answer_to(&asked, "25"));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "25");
    assert_eq!(world.campaign().used, MinorUnits::new(40_000));
}

#[test]
fn reversed_once_only() {
    let mut world = world();
    world.sale_approved(&sale(1));
    world.till("0400", &reversal_of(&sale(1), 2, 200_000));
    world.serve_reads();
    world.till("0400", &reversal_of(&sale(1), 3, 200_000));
    assert_eq!(world.take(TILL).1[&39], "09", "one reversal of a grant at a time");
    world.sync();
    let (_, asked) = world.take(ISSUER);
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    world.take(TILL);
    world.till("0400", &reversal_of(&sale(1), 4, 200_000));
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!(world.campaign(), Default::default());
}

#[test]
fn a_reversal_before_its_sale_leaves_a_tombstone() {
    for refusal in [RefusalPolicy::Decline, RefusalPolicy::FullPrice] {
        let mut world = Setup { refusal, ..Setup::default() }.build();
        world.till("0400", &reversal_of(&sale(1), 2, 200_000));
        assert!(world.sent.is_empty(), "the tombstone is on disk before the reversal goes on");
        world.sync();
        let (mti, asked) = world.take(ISSUER);
        assert_eq!((mti.as_str(), asked[&4].as_str()), ("0400", "000000200000"), "it passes as it came");
        world.issuer("0410", &answer_to(&asked, "25"));
        assert_eq!(world.take(TILL).1[&39], "25");
        for _ in 0..2 {
            world.till("0200", &sale(1));
            world.serve_reads();
            world.sync();
            assert!(world.take_all(ISSUER).is_empty());
            let (_, answer) = world.take(TILL);
            assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("22", "N116"));
        }
        assert_eq!(world.kinds(), ["tombstone", "refused"]);
        assert_eq!(world.campaign(), Default::default());
        assert_eq!(world.sale_approved(&sale(3))[&39], "00", "another sale of the same person is another sale");
    }
}

#[test]
fn a_refused_sale_goes_on_at_full_price_where_the_link_says_so() {
    let mut world = Setup { refusal: RefusalPolicy::FullPrice, budget_fen: 1_000, ..Setup::default() }.build();
    world.till("0200", &sale(1));
    assert_eq!(world.kinds(), ["refused"]);
    assert!(world.sent.is_empty());
    world.sync();
    let (_, asked) = world.take(ISSUER);
    assert_eq!((asked[&4].as_str(), asked.get(&54)), ("000000200000", None));
    world.issuer("0210", &approval(&asked));
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("00", "N106"));
    assert_eq!(tag(&answer, 48, "81"), None);
    assert_eq!(world.kinds(), ["refused", "full-price"]);
}

#[test]
fn a_network_that_splits_by_tag_sees_the_gross_amount() {
    let mut world = Setup { presentation: Presentation::Gross, ..Setup::default() }.build();
    let asked = world.sale_asked(&sale(1));
    assert_eq!((asked[&4].as_str(), asked.get(&54)), ("000000200000", None));
    assert_eq!(tag(&asked, 48, "81").unwrap(), "40000");
    assert_eq!(tag(&asked, 48, "01").unwrap(), FRIDGE);
    let coupons = r#"[{"type":"CP01","spnsrId":"00010000","offstAmt":"40000","id":"SZ2024","desc":"\u56fd\u8865"}]"#;
    assert_eq!(tag(&asked, 48, "89").unwrap(), coupons);
    world.issuer("0210", &approval(&asked));
    world.sync();
    assert_eq!(world.take(TILL).1[&4], "000000160000", "the till is told the net");
}

/// However much the till says: what the coupons are goes before the sale does.
#[test]
fn no_sale_is_lost_for_the_texts_of_its_coupons() {
    let told = |more: usize| {
        let mut world = Setup { issuer: "cups", presentation: Presentation::Gross, ..Setup::default() }.build();
        let mut sold = sale(1);
        sold.insert(33, "48020001".to_owned());
        sold.insert(48, format!("{}09{more:03}{}", sold[&48], "x".repeat(more)));
        world.till("0200", &sold);
        world.sync();
        let asked = world.take_all(ISSUER).pop().map(|(_, asked)| asked[&48].clone());
        asked.map_or("refused", |field| if field.contains("desc") { "described" } else { "named" })
    };
    let mut told: Vec<_> = (740..900).map(told).collect();
    told.dedup();
    assert_eq!(told, ["described", "named", "refused"]);
}

#[test]
fn a_chip_over_another_amount_wants_a_quote_first() {
    let mut world = world();
    let mut chip = sale(1);
    chip.insert(55, "9F2608AABBCCDDEEFF0011".to_owned());
    let mut setup = sale(1);
    setup.remove(&48);
    chip.insert(22, "051".to_owned());
    world.till("0200", &chip);
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("57", "N114"));
}

#[test]
fn a_terminal_that_speaks_pos_pays_at_an_ascii_issuer() {
    let mut world = Setup { till: "unionpay-pos", ..Setup::default() }.build();
    let mut pos = sale(1);
    for field in [7, 32] {
        pos.remove(&field);
    }
    let tags = pos.remove(&48).unwrap();
    pos.insert(59, tags.clone());
    pos.insert(22, "012".to_owned());
    pos.insert(25, "00".to_owned());
    pos.insert(60, "22000001000".to_owned());
    let asked = world.sale_asked(&pos);
    assert_eq!((asked[&4].as_str(), asked[&7].as_str()), ("000000160000", "1001040001"), "DE7 is made for the issuer");
    assert_eq!(
        (asked[&48].as_str(), asked.get(&59)),
        (tags.as_str(), None),
        "items stand where the issuer's dialect has them"
    );
    world.issuer("0210", &approval(&asked));
    world.sync();
    let (mti, answer) = world.take(TILL);
    assert_eq!((mti.as_str(), answer[&39].as_str(), answer[&4].as_str()), ("0210", "00", "000000160000"));
    assert_eq!(tag(&answer, 59, "81").unwrap(), "40000");
    assert_eq!((answer[&60].as_str(), answer.get(&7)), ("22000001000", None));
    // Its reversal keeps the trace number of the sale and names no original.
    let mut reversal = pos.clone();
    reversal.remove(&59);
    world.till("0400", &reversal);
    world.serve_reads();
    world.sync();
    let (_, asked) = world.take(ISSUER);
    assert_eq!(
        (asked[&4].as_str(), asked[&90].as_str()),
        ("000000160000", "020000000110010400010000000000000000000000")
    );
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!(world.campaign(), Default::default());
}

#[test]
fn no_card_number_of_an_issuers_answer_is_recorded() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    let mut answer = approval(&asked);
    answer.insert(44, format!("PAN {CARD}"));
    answer.insert(63, "KEPT".to_owned());
    answer.insert(102, "621700000000000000".to_owned());
    world.issuer("0210", &answer);
    world.sync();
    let told = world.take(TILL).1;
    assert_eq!((told.get(&44), told.get(&102), told[&63].as_str()), (None, None, "KEPT"));
    let lijian_domain::record::Record::Granted(outcome) = &world.journal[1].record else { panic!("no grant") };
    assert_eq!(outcome.answer.issuer_fields.as_slice(), b"\x3f\x00\x04KEPT");
}

#[test]
fn a_part_of_the_amount_is_told_as_that() {
    // At full price, and between two dialects.
    for (till, field, tags) in [("iso87-ascii", 48, "010136901234567908030062000000"), ("unionpay-pos", 60, "22000001")]
    {
        let mut world = Setup { refusal: RefusalPolicy::FullPrice, till, ..Setup::default() }.build();
        let mut fields = sale(1);
        fields.remove(&48);
        if till == "unionpay-pos" {
            fields.retain(|field, _| ![7, 32].contains(field));
        }
        fields.insert(field, tags.to_owned());
        let asked = world.sale_asked(&fields);
        let mut part = answer_to(&asked, "10");
        part.insert(4, "000000050000".to_owned());
        world.issuer("0210", &part);
        world.sync();
        let (_, told) = world.take(TILL);
        assert_eq!((told[&39].as_str(), told[&4].as_str()), ("10", "000000050000"), "{till}");
    }
}
