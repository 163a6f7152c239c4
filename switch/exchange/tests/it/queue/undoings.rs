//! Reversals of voids that an acquirer asked for, and that the issuer did not answer.

use super::orders::order;
use super::voids::{undoing, voiding};
use super::*;
use crate::returns::{asked, refused, settle_reads, used};
use lijian_domain::record::{QueueOrder, ReturnWay};

/// A void that was done, whose reversal is with the issuer.
fn undone(world: &mut World) -> (Fields, Fields, Fields) {
    let (void, request) = voiding(world);
    world.issuer("0210", &answer_to(&request, "00"));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    let reversal = undoing(&void, 3);
    let sent = asked(world, "0400", &reversal);
    (void, reversal, sent)
}

#[test]
fn it_goes_out_again_until_it_is_confirmed() {
    let mut world = world();
    let (void, reversal, sent) = undone(&mut world);
    world.issuer("0410", &answer_to(&sent, "96"));
    assert_eq!(world.take(TILL).1[&39], "98");
    assert_eq!(rows(&mut world)[0].returned, Some(ReturnWay::VoidReversal));
    assert_eq!(after(&mut world, 5_000_000), [("0401".to_owned(), sent.clone())], "the same message");
    assert_eq!(refused(&mut world, "0401", &reversal), "00", "it joins");
    world.till("0400", &undoing(&void, 4));
    settle_reads(&mut world);
    assert_eq!(world.take_all(TILL), [], "its record is not durable");
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    assert!(world.take_all(ISSUER).is_empty());
    world.issuer("0410", &answer_to(&sent, "00"));
    world.sync();
    for stan in [3, 4, 5] {
        assert_eq!(refused(&mut world, "0401", &undoing(&void, stan)), "00");
    }
    assert_eq!(refused(&mut world, "0201", &void), "22");
    world.restart(world.journal.len());
    settle_reads(&mut world);
    assert_eq!(world.take_all(ISSUER), []);
    world.pass_us(13 * HOUR_US);
    assert_eq!(used(&world), 40_000, "the sale stands");
}

#[test]
fn it_survives_a_restart_and_holds_back_what_the_void_gives() {
    let mut world = world();
    let (void, reversal, sent) = undone(&mut world);
    world.restart(world.journal.len());
    settle_reads(&mut world);
    assert_eq!(world.take(ISSUER), ("0401".to_owned(), sent.clone()));
    assert_eq!(refused(&mut world, "0401", &reversal), "00");
    down(&mut world);
    world.pass_us(13 * HOUR_US);
    assert_eq!(used(&world), 40_000, "nothing goes back while it is undone");
    up(&mut world);
    assert!(after(&mut world, HOUR_US).is_empty());
    assert_eq!(states(&mut world), [QueueState::DayOver]);
    order(&mut world, Lsn(5), QueueOrder::Drop);
    world.sync();
    world.pass_us(60_000_000);
    world.sync();
    assert_eq!(used(&world), 0, "the void stands, and its day is over");
    assert_eq!(refused(&mut world, "0201", &void), "00");
}
