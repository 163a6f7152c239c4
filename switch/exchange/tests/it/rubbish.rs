//! What terminals send that they should not: each gets a clear answer, and nothing is lost.

use crate::messages::*;
use crate::world::*;
use lijian_exchange::Event;
use lijian_exchange::effects::CloseReason;

/// A sale with these tags, and what it is told.
fn check(tags: &str, amount: u64, expected: &str) {
    check_sale(&sale_of(1, CARD, tags, amount), expected);
}

fn check_sale(sale: &Fields, expected: &str) {
    let mut world = world();
    world.till("0200", sale);
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!(tag(&answer, 48, "82").as_deref(), Some(expected), "{sale:?}");
    assert_eq!(world.campaign(), Default::default());
    assert_eq!(world.kinds(), ["refused"]);
}

#[test]
fn items_that_do_not_add_up() {
    let item = format!("01013{FRIDGE}");
    check(&format!("{item}03006200000"), 199_999, "N107");
    check(&format!("{item}03006200000"), 0, "N107");
    check(&format!("{item}02001003006200000"), 200_000, "N107");
    check(&format!("{item}020019{}", "03006200000"), 1_800_000, "N107");
    check(&format!("{item}020109999999999{}", "03006200000"), 200_000, "N107");
    check(&format!("{item}02003-0103006200000"), 200_000, "N107");
    check(&format!("{item}03018999999999999999999"), 200_000, "N107");
    check(&format!("{item}0300620000003006200000"), 200_000, "N107");
    check(&format!("{item}03006100000{item}03006100000"), 200_000, "N107");
    check(&item, 200_000, "N107");
    check("010136901234567893030062000000", 200_000, "N107");
    check(&format!("{item}03006200000XX"), 200_000, "N107");
    check(&format!("{item}03006200000070061000000700610000"), 200_000, "N107");
    check("0101369012345678920300620000084016000100000000000A", 200_000, "N115");
}

#[test]
fn an_amount_in_another_currency() {
    let item = format!("01013{FRIDGE}03006200000");
    for other in ["344", "840", "000", "HKD", "RMB"] {
        let mut sale = sale_of(1, CARD, &item, 200_000);
        sale.insert(49, other.to_owned());
        check_sale(&sale, "N107");
    }
    let mut world = world();
    let mut sale = sale_of(1, CARD, &item, 200_000);
    sale.insert(49, "CNY".to_owned());
    assert_eq!(world.sale_approved(&sale)[&39], "00");
    let mut world = crate::world::world();
    sale.remove(&49);
    assert_eq!(world.sale_approved(&sale)[&39], "00", "without a currency the amount is in the campaign's");
}

#[test]
fn unknown_products_and_unknown_tags() {
    check("010134006381333931030062000009900XABC", 200_000, "N107");
    check("01013400638133393103006200000", 200_000, "N102");
    let mut world = world();
    let answer = world.sale_approved(&sale_of(1, CARD, &format!("01013{FRIDGE}03006200000Z9003abc"), 200_000));
    assert_eq!(answer[&39], "00", "tags that are not ours do not matter");
}

#[test]
fn a_message_broken_at_a_field_still_gets_30() {
    let mut world = world();
    // DE4 holds a letter.
    let mut bytes = b"\x00\x00".to_vec();
    bytes.extend_from_slice(b"02007000000000000000166217000000000000000000000000000X2000");
    let length = u16::try_from(bytes.len() - 2).unwrap();
    bytes[..2].copy_from_slice(&length.to_be_bytes());
    world.happen(Event::Received { connection: TILL, bytes: &bytes });
    let (mti, answer) = world.take(TILL);
    assert_eq!((mti.as_str(), answer[&39].as_str(), answer[&3].as_str()), ("0210", "30", "000000"));
}

#[test]
fn a_frame_over_the_limit_closes_the_link() {
    let mut world = world();
    world.happen(Event::Received { connection: TILL, bytes: &[0xff, 0xff, 1, 2] });
    assert_eq!(world.effects.closes, [(TILL, CloseReason::Frame)]);
}

#[test]
fn empty_frames_pieces_and_rubbish_harm_nobody() {
    let mut world = world();
    world.happen(Event::Received { connection: TILL, bytes: &[0, 0, 0, 0, 0] });
    assert_eq!(world.effects.consumed, 4, "two keep-alives; one byte of a header waits");
    world.happen(Event::Received { connection: TILL, bytes: b"\x00\x05rubbi" });
    assert_eq!(world.effects.tally.unreadable, 1);
    assert!(world.sent.is_empty());
    assert_eq!(world.sale_approved(&sale(1))[&39], "00");
}

#[test]
fn a_sale_without_a_trace_number_is_not_told_from_another() {
    let mut world = world();
    let mut bare = sale(1);
    bare.remove(&11);
    world.till("0200", &bare);
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("30", "N107"));
    assert!(world.journal.is_empty() && world.take_all(ISSUER).is_empty());
}

#[test]
fn amounts_that_stand_already_leave_room_for_the_gross_one() {
    for (amounts, carried) in [(7, true), (11, true), (12, false)] {
        let mut world = world();
        let others = "0040156C000000000001".repeat(amounts);
        let mut fields = sale(1);
        fields.insert(54, others.clone());
        world.till("0200", &fields);
        world.sync();
        match carried {
            true => assert_eq!(world.take(ISSUER).1[&54], format!("{others}0057156D000000200000")),
            false => assert_eq!(world.take(TILL).1[&39], "30"),
        }
        assert_eq!(world.campaign().held.is_zero(), !carried);
    }
}
