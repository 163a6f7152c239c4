//! In order for a card, in parallel otherwise.

use super::*;
use std::collections::BTreeMap;

/// A fridge of each of these cards in doubt, the later ones of a card by other persons' allowances being no matter: each
/// card buys once, and reverses in the end.
fn doubts(world: &mut World, cards: u32) {
    for number in 0..cards {
        world.till("0200", &fridge(number + 1, &card_of(number)));
    }
    world.sync();
    assert_eq!(world.take_all(ISSUER).len(), cards as usize);
}

#[test]
fn an_issuer_away_for_an_hour_gets_all_of_them_afterwards() {
    let mut world = world();
    doubts(&mut world, 100);
    down(&mut world);
    world.sync();
    assert!(world.take_all(TILL).iter().all(|(_, answer)| answer[&39] == "98"));
    world.pass_us(HOUR_US);
    world.serve_reads();
    assert!(world.sent.is_empty());
    up(&mut world);
    let mut seen = BTreeMap::new();
    for _ in 0..100 {
        world.serve_reads();
        let frames = world.take_all(ISSUER);
        assert!(frames.len() <= world.settings.queue.in_flight_max, "bounded: {}", frames.len());
        for (mti, reversal) in frames {
            assert_eq!(mti, "0400");
            *seen.entry(named(&reversal)).or_insert(0) += 1;
            world.issuer("0410", &answer_to(&reversal, "00"));
        }
        world.sync();
    }
    assert_eq!(seen.len(), 100);
    assert!(seen.values().all(|count| *count == 1), "{seen:?}");
    assert_eq!(world.campaign(), Default::default());
    assert_eq!(world.exchange.status().queue.length, 0);
}

#[test]
fn of_a_card_the_second_waits_for_the_first() {
    // A person may have several of these: two sales of one card are in doubt at a time.
    let mut world = Setup { budget_fen: 100_000_000, ..Setup::default() }.build();
    world.rules = several_a_person();
    world.change_rules(world.rules.clone());
    for stan in 1..=5 {
        world.till("0200", &fridge(stan, CARD));
        world.pass_us(1_000);
    }
    world.till("0200", &fridge(9, OTHER_CARD));
    world.sync();
    assert_eq!(world.take_all(ISSUER).len(), 6);
    world.pass_us(BUDGET_US);
    world.sync();
    world.serve_reads();
    let mut order = Vec::new();
    let mut waits = 0;
    for _ in 0..200 {
        let frames = world.take_all(ISSUER);
        let mine: Vec<_> = frames.iter().filter(|(_, reversal)| reversal[&2] == CARD).collect();
        assert!(mine.len() <= 1, "one of a card at a time: {mine:?}");
        for (mti, reversal) in &frames {
            // The issuer stays silent to every first sending.
            if mti == "0401" {
                order.push((reversal[&2].clone(), named(reversal)));
                world.issuer("0410", &answer_to(reversal, "00"));
                world.sync();
            } else {
                waits += 1;
            }
        }
        world.serve_reads();
        world.take_all(TILL);
        if world.sent.is_empty() {
            let deadline = world.exchange.next_deadline_us();
            let Some(deadline) = deadline else { break };
            world.pass_us(deadline.saturating_sub(world.now_us));
            world.serve_reads();
        }
    }
    let of =
        |card: &str| -> Vec<_> { order.iter().filter(|(of, _)| of == card).map(|(_, stan)| stan.clone()).collect() };
    assert_eq!(of(CARD), ["000001", "000002", "000003", "000004", "000005"]);
    assert_eq!(of(OTHER_CARD), ["000009"]);
    let place = order.iter().position(|(_, stan)| stan == "000009");
    assert!(place < Some(2), "another card does not wait behind them: {order:?}");
    assert_eq!(waits, 6);
    assert_eq!(world.campaign(), Default::default());
}
