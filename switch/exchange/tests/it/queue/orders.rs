//! What is over its day, and what two people say about it.

use super::*;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{QueueOrder, QueueOrdered, Record, ReleaseCause};
use lijian_domain::text::Text;

const DAY_US: u64 = 24 * HOUR_US;

pub(crate) fn order(world: &mut World, target: Lsn, order: QueueOrder) {
    order_by(world, target, order, "wang");
}

fn order_by(world: &mut World, target: Lsn, order: QueueOrder, checker: &str) {
    let [maker, checker] = ["li", checker].map(|name| Text::new(name).unwrap());
    world.happen(Event::Ordered(QueueOrdered { target, order, maker, checker }));
    world.serve_reads();
}

/// A sale in doubt whose day is over.
fn parked() -> (World, Fields) {
    let mut world = world();
    let asked = doubt(&mut world, &sale(1));
    assert!(after(&mut world, DAY_US).is_empty(), "nothing goes out on another day");
    assert!(after(&mut world, 60_000_000).is_empty());
    assert_eq!(states(&mut world), [QueueState::DayOver]);
    assert_eq!(world.exchange.status().queue.parked, 1);
    assert_eq!(world.campaign().held, MinorUnits::new(40_000), "its hold stays");
    (world, asked)
}

#[test]
fn midnight_between_reading_the_record_and_sending_parks_it() {
    let mut world = world();
    doubt(&mut world, &sale(1));
    world.pass_us(HOUR_US);
    let to_midnight_us = DAY_US / 2 - world.now_us;
    world.pass_us(to_midnight_us - 500_000);
    assert!(!world.reads.is_empty(), "it is due");
    world.now_us += 1_000_000;
    world.serve_reads();
    assert!(world.take_all(ISSUER).is_empty());
    assert_eq!(states(&mut world), [QueueState::DayOver]);
}

#[test]
fn send_goes_out_whatever_the_day_once_the_order_is_on_disk() {
    let (mut world, asked) = parked();
    order(&mut world, Lsn(1), QueueOrder::Send);
    assert!(world.sent.is_empty(), "the order is not durable");
    world.sync();
    world.serve_reads();
    assert_eq!(world.take(ISSUER), ("0401".to_owned(), asked.clone()));
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    assert_eq!(world.campaign(), Default::default());
    assert_eq!(world.kinds(), ["intent", "in-doubt", "queue-ordered", "released"]);
}

#[test]
fn confirmed_and_drop_end_a_doubt_by_their_own_causes() {
    for (what, cause) in
        [(QueueOrder::Confirmed, ReleaseCause::ReversalConfirmed), (QueueOrder::Drop, ReleaseCause::Ordered)]
    {
        let (mut world, _) = parked();
        order(&mut world, Lsn(1), what);
        assert_eq!(world.campaign().held, MinorUnits::new(40_000), "the order is not durable");
        world.sync();
        assert_eq!(world.campaign(), Default::default());
        let Record::Released(released) = &world.journal.last().unwrap().record else { panic!("{:?}", world.kinds()) };
        assert_eq!(released.cause, cause);
        world.sync();
        order(&mut world, Lsn(1), what);
        assert_eq!(world.effects.tally.queue_orders_refused, 1, "nothing waits any more");
    }
}

#[test]
fn of_a_grant_confirmed_gives_back_and_drop_leaves_it() {
    for (what, used, last) in [(QueueOrder::Confirmed, 0, "reversed"), (QueueOrder::Drop, 40_000, "reversal-refused")] {
        let mut world = world();
        world.sale_approved(&sale(1));
        world.reversal_asked(&reversal_of(&sale(1), 2, 200_000));
        world.pass_us(BUDGET_US);
        world.take(TILL);
        order(&mut world, Lsn(3), what);
        world.sync();
        assert_eq!(world.campaign().used, MinorUnits::new(used));
        assert_eq!(world.kinds().last(), Some(&last));
        world.sync();
        assert_eq!(world.exchange.status().queue.length, 0);
        assert!(after(&mut world, HOUR_US).is_empty());
    }
}

#[test]
fn one_person_alone_orders_nothing() {
    let (mut world, _) = parked();
    order_by(&mut world, Lsn(1), QueueOrder::Drop, "li");
    order_by(&mut world, Lsn(1), QueueOrder::Drop, "");
    order(&mut world, Lsn(2), QueueOrder::Drop);
    world.sync();
    assert_eq!(world.kinds(), ["intent", "in-doubt"]);
    assert_eq!(world.effects.tally.queue_orders_refused, 3);
}
