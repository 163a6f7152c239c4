//! Reversals of grants that an acquirer asked for: the issuer does not answer, or not clearly.

use super::*;
use lijian_domain::money::MinorUnits;

/// A grant whose reversal is with the issuer.
fn reversing(world: &mut World) -> (Fields, Fields) {
    world.sale_approved(&sale(1));
    let reversal = reversal_of(&sale(1), 2, 200_000);
    let asked = world.reversal_asked(&reversal);
    (reversal, asked)
}

#[test]
fn every_unclear_answer_is_98_and_sent_again() {
    for code in ["09", "68", "91", "96", "98"] {
        let mut world = world();
        let (_, asked) = reversing(&mut world);
        world.issuer("0410", &answer_to(&asked, code));
        assert_eq!(world.take(TILL).1[&39], "98", "{code}");
        let again = after(&mut world, 5_000_000);
        assert_eq!(again, [("0401".to_owned(), asked.clone())], "{code}: the same message");
        world.issuer("0410", &answer_to(&asked, "00"));
        assert_eq!(world.campaign(), Default::default(), "{code}");
        world.issuer("0410", &answer_to(&asked, "00"));
        world.sync();
        assert_eq!(world.kinds(), ["intent", "granted", "reversal-asked", "reversed"], "{code}: once");
        assert_eq!(world.effects.tally.reversals_confirmed, 1);
    }
}

#[test]
fn a_clear_no_is_told_and_the_grant_stands() {
    let mut world = world();
    let (_, asked) = reversing(&mut world);
    world.issuer("0410", &answer_to(&asked, "12"));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "12");
    assert!(after(&mut world, HOUR_US).is_empty());
    assert_eq!(world.campaign().used, MinorUnits::new(40_000));
}

#[test]
fn another_reversal_of_the_same_sale_joins_and_is_answered_once_on_disk() {
    let mut world = world();
    let (_, asked) = reversing(&mut world);
    down(&mut world);
    assert_eq!(world.take(TILL).1[&39], "98");
    let second = reversal_of(&sale(1), 3, 200_000);
    world.till("0400", &second);
    world.serve_reads();
    assert!(world.take_all(TILL).is_empty(), "its record is not durable");
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    world.till("0401", &second);
    world.serve_reads();
    assert_eq!(world.take(TILL).1[&39], "00");
    world.till("0400", &reversal_of(&sale(1), 4, 123_456));
    world.serve_reads();
    assert_eq!(world.take(TILL).1[&39], "64", "another amount");
    up(&mut world);
    after(&mut world, 5_000_000);
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    assert_eq!(world.campaign(), Default::default());
    let kinds = ["intent", "granted", "reversal-asked", "reversal-asked", "reversal-refused", "reversed"];
    assert_eq!(world.kinds(), kinds);
}

#[test]
fn the_sale_is_told_that_it_is_reversed_and_returns_wait() {
    let mut world = world();
    reversing(&mut world);
    world.pass_us(BUDGET_US);
    world.take(TILL);
    world.till("0201", &sale(1));
    assert_eq!(world.take(TILL).1[&39], "22");
}

#[test]
fn of_a_sale_in_doubt_the_acquirers_own_is_never_forwarded() {
    let mut world = world();
    doubt(&mut world, &sale(1));
    for stan in [2, 3, 4] {
        let reversal = reversal_of(&sale(1), stan, 200_000);
        for mti in ["0400", "0401"] {
            world.till(mti, &reversal);
            world.serve_reads();
            world.sync();
            assert_eq!(world.take(TILL).1[&39], "00", "{stan} {mti}");
        }
    }
    assert!(world.take_all(ISSUER).is_empty());
    assert_eq!(world.campaign().held, MinorUnits::new(40_000), "the issuer has confirmed nothing");
}
