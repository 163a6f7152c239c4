//! The same request sent again.

use crate::messages::*;
use crate::world::*;
use lijian_exchange::settings::RefusalPolicy;
use lijian_exchange::{ConnectionId, Event, LinkId};

const OTHER: ConnectionId = ConnectionId(9);

#[test]
fn a_repeat_in_flight_is_served_by_the_waiting_answer() {
    let mut world = world();
    world.happen(Event::Connected { connection: OTHER, link: LinkId::Acquirer(0) });
    let asked = world.sale_asked(&sale(1));
    world.till("0201", &sale(1));
    assert!(world.sent.is_empty() && world.kinds() == ["intent"]);
    world.issuer("0210", &approval(&asked));
    world.sync();
    assert_eq!(world.take_all(TILL).len(), 1);
    assert_eq!(world.campaign().used.get(), 40_000);
}

#[test]
fn a_repeat_later_gets_the_same_bytes_and_no_second_grant() {
    let mut world = world();
    for (fields, code) in [(sale(1), "00"), (sale(2), "65")] {
        let first = if code == "00" {
            world.sale_approved(&fields)
        } else {
            world.till("0200", &fields);
            world.sync();
            world.take(TILL).1
        };
        let records = world.journal.len();
        world.till("0200", &fields);
        world.serve_reads();
        let (_, again) = world.take(TILL);
        assert_eq!((again[&39].as_str(), &again), (code, &first));
        assert_eq!(world.journal.len(), records);
        assert!(world.take_all(ISSUER).is_empty());
    }
}

#[test]
fn declines_doubts_and_reversals_are_answered_again_too() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    world.issuer("0210", &answer_to(&asked, "51"));
    world.sync();
    let declined = world.take(TILL);
    world.till("0200", &sale(1));
    world.serve_reads();
    assert_eq!(world.take(TILL), declined);

    world.sale_asked(&sale(2));
    world.pass_us(15_000_000);
    world.sync();
    let doubtful = world.take(TILL);
    world.till("0200", &sale(2));
    world.serve_reads();
    assert_eq!(world.take(TILL), doubtful);
    assert_eq!(world.take(ISSUER).0, "0400", "the switch's own reversal of what is in doubt");

    let other = sale_of(3, "6217000000000000019", &sale(1)[&48], 200_000);
    world.sale_approved(&other);
    let reversal = reversal_of(&other, 4, 200_000);
    world.till("0400", &reversal);
    world.serve_reads();
    world.sync();
    let (_, asked) = world.take(ISSUER);
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    let reversed = world.take(TILL);
    world.till("0401", &reversal);
    world.serve_reads();
    assert_eq!(world.take(TILL), reversed);
    assert_eq!(world.campaign().used.get(), 0);
}

#[test]
fn the_same_key_with_other_content_is_94() {
    let mut world = world();
    world.sale_approved(&sale(1));
    world.till("0200", &sale_of(1, CARD, &format!("01013{FRIDGE}03006300000"), 300_000));
    assert_eq!(world.take(TILL).1[&39], "94");
    assert_eq!(world.effects.tally.key_reused, 1);
}

#[test]
fn a_reversal_without_an_answer_is_repeated_by_the_switch() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let reversal = reversal_of(&sale(1), 2, 200_000);
    world.till("0400", &reversal);
    world.serve_reads();
    world.sync();
    let (_, first) = world.take(ISSUER);
    world.pass_us(15_000_000);
    assert_eq!(world.take(TILL).1[&39], "98");
    for _ in 0..2 {
        world.till("0401", &reversal);
        assert_eq!(world.take(TILL).1[&39], "00", "it is on record, and the switch sees to it");
    }
    assert!(world.take_all(ISSUER).is_empty(), "forwarded never twice");
    world.pass_us(5_000_000);
    world.serve_reads();
    let (mti, asked) = world.take(ISSUER);
    assert_eq!((mti.as_str(), &asked), ("0401", &first), "the same message");
    world.issuer("0410", &answer_to(&asked, "00"));
    assert_eq!(world.campaign().used.get(), 0);
    world.sync();
    world.till("0401", &reversal);
    world.serve_reads();
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!(world.kinds(), ["intent", "granted", "reversal-asked", "reversed"]);
}

/// Its number is looked up when the repeat comes, and is none of ours: both pass as one request, and both get the answer.
#[test]
fn a_repeat_of_a_refund_that_turns_out_not_to_be_ours_is_answered_too() {
    for issuer_is_up in [true, false] {
        let mut world = world();
        world.happen(Event::Connected { connection: OTHER, link: LinkId::Acquirer(0) });
        let mut refund = sale(1);
        refund.remove(&48);
        refund.insert(3, "200000".to_owned());
        refund.insert(37, "999999999999".to_owned());
        world.till("0220", &refund);
        world.till_over(OTHER, "0220", &refund);
        assert!(world.sent.is_empty() && world.finds.len() == 1);
        if !issuer_is_up {
            world.happen(Event::Disconnected { connection: ISSUER });
        }
        world.serve_reads();
        let due = if issuer_is_up { "00" } else { "91" };
        if issuer_is_up {
            let (_, asked) = world.take(ISSUER);
            world.issuer("0230", &answer_to(&asked, "00"));
        }
        for connection in [TILL, OTHER] {
            assert_eq!(world.take(connection).1[&39], due);
        }
        assert!(world.take_all(ISSUER).is_empty() && world.kinds().is_empty());
    }
}

#[test]
fn another_request_with_the_key_of_one_in_flight_does_not_get_its_answer() {
    let mut world = world();
    world.happen(Event::Connected { connection: OTHER, link: LinkId::Acquirer(0) });
    let plain = |card: &str, amount| {
        let mut plain = sale_of(1, card, "", amount);
        plain.remove(&48);
        plain
    };
    let other = plain("6217000000000000019", 900_000);
    for first in [plain(CARD, 200_000), sale(1)] {
        world.till("0200", &first);
        world.sync();
        let (_, asked) = world.take(ISSUER);
        world.till_over(OTHER, "0200", &other);
        assert_eq!(world.take(OTHER).1[&39], "94");
        world.issuer("0210", &approval(&asked));
        world.sync();
        assert_eq!(world.take(TILL).1[&39], "00");
        assert!(world.take_all(OTHER).is_empty(), "an approval of what another asked for");
    }
}

#[test]
fn a_repeat_is_never_asked_at_another_amount() {
    let full_price = |budget_fen| Setup { refusal: RefusalPolicy::FullPrice, budget_fen, ..Setup::default() }.build();
    // Granted, or in doubt, and repeated when nothing can be granted any more.
    for answered in [true, false] {
        let mut world = full_price(100_000_000);
        let asked = world.sale_asked(&sale(1));
        match answered {
            true => world.issuer("0210", &approval(&asked)),
            false => world.pass_us(15_000_000),
        }
        world.sync();
        let first = world.take(TILL);
        world.happen(Event::Poisoned);
        world.till("0201", &sale(1));
        world.serve_reads();
        assert!(world.take_all(ISSUER).is_empty(), "the card would be charged twice");
        assert_eq!(world.take(TILL), first);
    }
    // Asked at full price, without an answer, and repeated when the budget has room again.
    let mut world = full_price(50_000);
    world.sale_approved(&sale(1));
    let refused = sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000);
    assert_eq!(world.sale_asked(&refused)[&4], "000000200000");
    world.pass_us(15_000_000);
    assert_eq!(world.take(TILL).1[&39], "98");
    world.till("0400", &reversal_of(&sale(1), 3, 200_000));
    world.serve_reads();
    world.sync();
    let (_, asked) = world.take(ISSUER);
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    world.take(TILL);
    assert_eq!(world.campaign().used.get(), 0);
    world.till("0201", &refused);
    world.sync();
    assert_eq!(world.take(ISSUER).1[&4], "000000200000");
}

#[test]
fn a_reversal_that_ended_a_doubt_is_not_forwarded_again() {
    let mut world = world();
    world.sale_asked(&sale(1));
    world.pass_us(15_000_000);
    world.sync();
    world.take(TILL);
    let reversal = reversal_of(&sale(1), 2, 200_000);
    let asked = world.reversal_asked(&reversal);
    assert_eq!(asked[&11], "000001", "the switch's own, under the number of the sale");
    let first = world.take(TILL);
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    world.till("0401", &reversal);
    world.serve_reads();
    assert!(world.take_all(ISSUER).is_empty());
    assert_eq!(world.take(TILL), first);
    world.till("0400", &reversal_of(&sale(1), 3, 200_000));
    assert!(world.take_all(ISSUER).is_empty());
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!(world.kinds(), ["intent", "in-doubt", "reversal-asked", "reversal-refused", "released"]);
}

#[test]
fn a_second_reversal_is_told_of_the_first_only_when_that_is_on_record() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let asked = world.reversal_asked(&reversal_of(&sale(1), 2, 200_000));
    world.issuer("0410", &answer_to(&asked, "00"));
    world.till("0400", &reversal_of(&sale(1), 3, 200_000));
    assert_eq!(world.take(TILL).1[&39], "09");
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    world.till("0400", &reversal_of(&sale(1), 3, 200_000));
    assert_eq!(world.take(TILL).1[&39], "00");
    // Neither is it where the journal failed before.
    let mut world = crate::world::world();
    world.sale_approved(&sale(1));
    let reversal = reversal_of(&sale(1), 2, 200_000);
    let asked = world.reversal_asked(&reversal);
    world.issuer("0410", &answer_to(&asked, "00"));
    world.happen(Event::Poisoned);
    assert_eq!(world.take(TILL).1[&39], "98");
    for (mti, again) in [("0401", reversal), ("0400", reversal_of(&sale(1), 3, 200_000))] {
        world.till(mti, &again);
        world.serve_reads();
        assert_eq!(world.take(TILL).1[&39], "09");
    }
}

#[test]
fn a_repeat_of_a_sale_that_is_reversed_is_no_approval() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let refused = |world: &mut World| {
        world.till("0201", &sale(1));
        world.serve_reads();
        let (_, answer) = world.take(TILL);
        assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("22", "N116"));
    };
    let asked = world.reversal_asked(&reversal_of(&sale(1), 2, 200_000));
    refused(&mut world);
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    world.take(TILL);
    refused(&mut world);
    assert!(world.take_all(ISSUER).is_empty());
}

/// A repeat whose first sending is not on record: it may have gone on while nothing could be recorded.
#[test]
fn a_repeat_that_nothing_is_known_of_goes_on_at_full_price_where_its_first_sending_may_have() {
    for (refusal, amount, code) in
        [(RefusalPolicy::FullPrice, "000000200000", "N190"), (RefusalPolicy::Decline, "000000160000", "G000")]
    {
        let mut world = Setup { refusal, ..Setup::default() }.build();
        world.till("0201", &sale(1));
        world.sync();
        let (_, asked) = world.take(ISSUER);
        assert_eq!(asked[&4], amount);
        world.issuer("0210", &approval(&asked));
        world.sync();
        let told = world.take(TILL).1;
        assert_eq!((told[&39].as_str(), tag(&told, 48, "82").unwrap_or_default().as_str()), ("00", code));
    }
}

/// The version of 1993 names the original by its local time, not by a time of transmission.
#[test]
fn in_the_version_of_1993_a_reversal_finds_its_original() {
    let mut world = Setup { till: "iso93-ascii", issuer: "iso93-ascii", ..Setup::default() }.build();
    let mut sold = sale(1);
    sold.insert(12, "241001120000".to_owned());
    world.till("1200", &sold);
    world.sync();
    let (_, asked) = world.take(ISSUER);
    assert_eq!(asked[&4], "000000160000");
    world.issuer("1210", &answer_to(&asked, "000"));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "000");
    assert_eq!(world.campaign().used.get(), 40_000);
    let mut reversal = reversal_of(&sold, 2, 200_000);
    reversal.remove(&90);
    reversal.insert(12, "241001120500".to_owned());
    reversal.insert(56, format!("1200{}{}{:0>11}", sold[&11], sold[&12], sold[&32]));
    world.till("1420", &reversal);
    world.serve_reads();
    world.sync();
    let (mti, asked) = world.take(ISSUER);
    assert_eq!((mti.as_str(), asked[&4].as_str()), ("1420", "000000160000"));
    world.issuer("1430", &answer_to(&asked, "000"));
    world.sync();
    assert_eq!((world.take(TILL).1[&39].as_str(), world.campaign().used.get()), ("000", 0));
}
