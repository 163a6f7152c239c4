//! Killed at each of its steps: what is on disk decides.

use super::*;
use lijian_domain::record::{QueueOrder, QueueOrdered};
use lijian_domain::text::Text;

/// What the issuer gets after a restart with so many records kept.
fn restarted(world: &mut World, kept: usize) -> Vec<(String, Fields)> {
    world.restart(kept);
    world.sync();
    world.serve_reads();
    world.take_all(ISSUER)
}

#[test]
fn an_intent_alone_is_doubted_and_its_reversal_never_sent_before() {
    let mut world = world();
    world.sale_asked(&sale(1));
    let asked = restarted(&mut world, 1);
    assert_eq!((asked.len(), asked[0].0.as_str()), (1, "0400"));
    assert_eq!((named(&asked[0].1).as_str(), asked[0].1[&2].as_str()), ("000001", CARD));
    // Nobody knows whether it was sent, nor over which connection: 25 proves nothing yet.
    world.issuer("0410", &answer_to(&asked[0].1, "25"));
    assert_eq!(world.kinds(), ["intent", "in-doubt"]);
    world.issuer("0410", &answer_to(&asked[0].1, "00"));
    world.sync();
    assert_eq!((world.campaign(), world.exchange.status().queue.length), (Default::default(), 0));
}

#[test]
fn what_an_earlier_run_may_have_sent_is_a_repeat() {
    let mut world = world();
    let first = doubt(&mut world, &sale(1));
    assert_eq!(restarted(&mut world, 2), [("0401".to_owned(), first.clone())]);
    assert_eq!(restarted(&mut world, 2), [("0401".to_owned(), first.clone())], "and so at every start");
    world.issuer("0410", &answer_to(&first, "00"));
    // The release is not on disk: the next run does not know of it, and is told again.
    assert_eq!(restarted(&mut world, 2), [("0401".to_owned(), first.clone())]);
    world.issuer("0410", &answer_to(&first, "00"));
    world.sync();
    assert!(restarted(&mut world, 3).is_empty());
    assert_eq!((world.campaign(), world.kinds()), (Default::default(), vec!["intent", "in-doubt", "released"]));
}

#[test]
fn a_reversal_of_a_grant_goes_on_and_its_repeats_are_answered() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let reversal = reversal_of(&sale(1), 2, 200_000);
    let asked = world.reversal_asked(&reversal);
    assert_eq!(restarted(&mut world, 3), [("0401".to_owned(), asked.clone())]);
    world.till("0401", &reversal);
    assert_eq!(world.take(TILL).1[&39], "00");
    world.till("0400", &reversal_of(&sale(1), 3, 200_000));
    world.serve_reads();
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    world.till("0201", &sale(1));
    assert_eq!(world.take(TILL).1[&39], "22");
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    let kept = world.journal.len();
    assert!(restarted(&mut world, kept).is_empty());
    assert_eq!(world.campaign(), Default::default());
    assert_eq!(world.kinds().iter().filter(|kind| **kind == "reversed").count(), 1);
}

#[test]
fn an_order_on_disk_is_carried_out_and_one_that_is_not_never_was() {
    for (kept, used, waits) in [(4, 0, 0), (3, 40_000, 1)] {
        let mut world = world();
        world.sale_approved(&sale(1));
        world.reversal_asked(&reversal_of(&sale(1), 2, 200_000));
        world.pass_us(BUDGET_US);
        let [maker, checker] = ["li", "wang"].map(|name| Text::new(name).unwrap());
        let order = QueueOrdered { target: Lsn(3), order: QueueOrder::Confirmed, maker, checker };
        world.happen(Event::Ordered(order));
        world.restart(kept);
        world.sync();
        assert_eq!(world.campaign().used.get(), used, "{kept}");
        assert_eq!(world.exchange.status().queue.length, waits, "{kept}");
    }
}

#[test]
fn send_is_remembered_over_a_restart() {
    let mut world = world();
    let asked = doubt(&mut world, &sale(1));
    down(&mut world);
    world.pass_us(24 * HOUR_US);
    let [maker, checker] = ["li", "wang"].map(|name| Text::new(name).unwrap());
    world.happen(Event::Ordered(QueueOrdered { target: Lsn(1), order: QueueOrder::Send, maker, checker }));
    world.sync();
    assert_eq!(restarted(&mut world, 3), [("0401".to_owned(), asked)], "although its day is over");
}

#[test]
fn of_a_card_the_order_is_kept_over_a_restart() {
    let mut world = world();
    world.rules = several_a_person();
    world.change_rules(world.rules.clone());
    for stan in 1..=3 {
        world.till("0200", &fridge(stan, CARD));
    }
    world.sync();
    let mut order = Vec::new();
    let kept = world.journal.len();
    let mut asked = restarted(&mut world, kept);
    while let Some((_, reversal)) = asked.pop() {
        assert!(asked.is_empty(), "one at a time");
        order.push(named(&reversal));
        world.issuer("0410", &answer_to(&reversal, "00"));
        world.serve_reads();
        asked = world.take_all(ISSUER);
    }
    assert_eq!(order, ["000001", "000002", "000003"]);
}
