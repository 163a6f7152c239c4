//! What confirms a reversal, and what does not.

use super::*;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{DoubtCause, Record, ReleaseCause};

#[test]
fn nothing_is_sent_before_the_doubt_is_on_disk() {
    let mut world = world();
    world.sale_asked(&sale(1));
    world.pass_us(BUDGET_US);
    world.serve_reads();
    assert!(world.sent.is_empty(), "neither 98 nor the reversal");
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "98");
    world.serve_reads();
    let (mti, asked) = world.take(ISSUER);
    assert_eq!(mti, "0400");
    let sale = sale(1);
    for field in [2, 3, 7, 11, 32, 41, 42, 49] {
        assert_eq!(asked[&field], sale[&field], "field {field} as the issuer knows it");
    }
    assert_eq!(asked[&4], "000000160000", "the amount that it saw");
    assert_eq!(asked[&90], "020000000110010400000004802000000000000000");
    assert!(!asked.contains_key(&48) && !asked.contains_key(&54));
}

#[test]
fn it_is_repeated_with_growing_pauses_until_00() {
    let mut world = world();
    let first = doubt(&mut world, &sale(1));
    assert!(after(&mut world, BUDGET_US).is_empty(), "its answer is given up, and then there is a pause");
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let began = world.now_us;
        let again = loop {
            let deadline = world.exchange.next_deadline_us().unwrap();
            let passes = deadline.saturating_sub(world.now_us);
            let frames = after(&mut world, passes);
            if !frames.is_empty() {
                break frames;
            }
        };
        assert_eq!(again, [("0401".to_owned(), first.clone())], "the same message, marked as a repeat");
        pauses.push(world.now_us - began);
    }
    assert!(
        pauses[0] <= 5_000_000 && pauses.is_sorted_by(|one, other| one <= other || *other > 225_000_000),
        "{pauses:?}"
    );
    assert!(*pauses.last().unwrap() <= 300_000_000 + BUDGET_US, "{pauses:?}");
    assert_eq!(world.campaign().held, MinorUnits::new(40_000));
    world.issuer("0410", &answer_to(&first, "00"));
    assert_eq!(world.campaign(), Default::default());
    let Record::Released(released) = &world.journal.last().unwrap().record else { panic!("{:?}", world.kinds()) };
    assert_eq!(released.cause, ReleaseCause::ReversalConfirmed);
    world.sync();
    assert!(after(&mut world, HOUR_US).is_empty());
    assert_eq!((world.exchange.status().queue.length, world.effects.tally.queue_confirmed), (0, 1));
}

#[test]
fn what_nobody_knows_or_refuses_confirms_nothing() {
    for code in ["05", "09", "12", "25", "64", "68", "91", "94", "96", "98"] {
        let mut world = world();
        let asked = doubt(&mut world, &sale(1));
        down(&mut world);
        let other = lijian_exchange::ConnectionId(77);
        world.happen(Event::Connected { connection: other, link: lijian_exchange::LinkId::Issuer(0) });
        world.pass_us(6_000_000);
        world.serve_reads();
        world.sent.clear();
        let bytes = world.encode(lijian_exchange::LinkId::Issuer(0), "0410", &answer_to(&asked, code));
        world.happen(Event::Received { connection: other, bytes: &bytes });
        assert_eq!(world.kinds(), ["intent", "in-doubt"], "{code}");
        assert_eq!(states(&mut world), [QueueState::Waiting], "{code}: again later");
        // After the original's lifetime an issuer that does not know it never will.
        world.pass_us(HOUR_US);
        world.serve_reads();
        world.happen(Event::Received { connection: other, bytes: &bytes });
        let released = world.kinds().contains(&"released");
        assert_eq!(released, code == "25", "{code}");
    }
}

#[test]
fn over_the_connection_of_the_original_25_confirms() {
    let mut world = world();
    let asked = doubt(&mut world, &sale(1));
    world.issuer("0410", &answer_to(&asked, "25"));
    assert_eq!(world.kinds(), ["intent", "in-doubt", "released"]);
}

#[test]
fn a_late_answer_confirms_and_a_second_one_changes_nothing() {
    let mut world = world();
    let asked = doubt(&mut world, &sale(1));
    assert!(after(&mut world, BUDGET_US + 1).is_empty());
    assert_eq!(states(&mut world), [QueueState::Waiting]);
    for _ in 0..2 {
        world.issuer("0410", &answer_to(&asked, "00"));
        assert_eq!(world.kinds(), ["intent", "in-doubt", "released"]);
        assert_eq!(world.campaign(), Default::default());
    }
    world.sync();
    world.issuer("0410", &answer_to(&asked, "00"));
    assert_eq!(world.kinds(), ["intent", "in-doubt", "released"]);
}

#[test]
fn a_late_decline_ends_it_at_once_and_a_late_approval_does_not() {
    for (code, kinds) in [("51", vec!["intent", "in-doubt", "released"]), ("00", vec!["intent", "in-doubt"])] {
        let mut world = world();
        let sale_asked = world.sale_asked(&sale(1));
        world.pass_us(BUDGET_US);
        world.sync();
        world.serve_reads();
        let reversal = world.take(ISSUER).1;
        world.issuer("0210", &answer_to(&sale_asked, code));
        assert_eq!(world.kinds(), kinds, "{code}");
        world.sync();
        world.issuer("0410", &answer_to(&reversal, "00"));
        assert_eq!(world.kinds(), ["intent", "in-doubt", "released"], "{code}: released once");
        assert_eq!(world.campaign(), Default::default());
    }
}

#[test]
fn a_part_is_taken_back_whole_and_the_sale_is_declined() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    let mut part = answer_to(&asked, "10");
    part.insert(4, "000000100000".to_owned());
    world.issuer("0210", &part);
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("05", "N199"));
    world.serve_reads();
    let (_, reversal) = world.take(ISSUER);
    assert_eq!(reversal[&4], "000000160000");
    assert_eq!(world.campaign().held, MinorUnits::new(40_000), "until the issuer confirms it");
    assert_eq!(rows(&mut world)[0].doubt, Some(DoubtCause::OtherAmount));
    world.issuer("0210", &part);
    world.issuer("0410", &answer_to(&reversal, "00"));
    assert_eq!(world.campaign(), Default::default());
    assert_eq!(world.kinds(), ["intent", "in-doubt", "released"]);
}

#[test]
fn a_link_that_is_not_ready_burns_no_try() {
    let mut world = world();
    let first = doubt(&mut world, &sale(1));
    down(&mut world);
    assert!(after(&mut world, 5 * HOUR_US).is_empty());
    assert_eq!(rows(&mut world)[0].tries, 1);
    assert!(world.exchange.next_deadline_us().is_none_or(|deadline| deadline > world.now_us), "nothing to wake up for");
    up(&mut world);
    assert_eq!(world.take(ISSUER), ("0401".to_owned(), first));
    assert_eq!(rows(&mut world)[0].tries, 2);
}

#[test]
fn a_poisoned_journal_sends_nothing_more() {
    let mut world = world();
    let asked = doubt(&mut world, &sale(1));
    world.happen(Event::Poisoned);
    world.issuer("0410", &answer_to(&asked, "00"));
    assert!(after(&mut world, HOUR_US).is_empty());
    assert_eq!(world.kinds(), ["intent", "in-doubt"]);
    assert_eq!(world.campaign().held, MinorUnits::new(40_000));
}
