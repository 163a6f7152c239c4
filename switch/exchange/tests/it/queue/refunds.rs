//! Refunds that the issuer did not answer: an advice tells of a thing that has happened, and is told again until it is heard.

use super::orders::order;
use super::*;
use crate::returns::{asked, back, refused, settle_reads, used};
use lijian_domain::record::{QueueOrder, Record, ReturnWay};

/// A refund of everything, which is with the issuer.
fn refunding(world: &mut World) -> (Fields, Fields) {
    world.sale_approved(&sale(1));
    let refund = back(&sale(1), 2, 160_000);
    let request = asked(world, "0220", &refund);
    (refund, request)
}

fn done(world: &mut World, refund: &Fields) {
    assert_eq!(used(world), 0);
    assert_eq!(refused(world, "0221", refund), "00");
    assert!(after(world, HOUR_US).is_empty());
    let kinds = ["intent", "granted", "return-asked", "returned", "gave-back"];
    assert_eq!((world.kinds(), world.exchange.status().queue.length), (kinds.to_vec(), 0), "once");
}

#[test]
fn whatever_was_unclear_is_told_again() {
    let silent: fn(&mut World, &Fields) = |world, _| world.pass_us(BUDGET_US);
    let lost: fn(&mut World, &Fields) = |world, _| {
        down(world);
        up(world);
    };
    let unclear: fn(&mut World, &Fields) = |world, request| world.issuer("0230", &answer_to(request, "98"));
    let away: fn(&mut World, &Fields) = |world, request| world.issuer("0230", &answer_to(request, "91"));
    let other: fn(&mut World, &Fields) = |world, request| {
        let mut answer = answer_to(request, "00");
        answer.insert(4, "000000159999".to_owned());
        world.issuer("0230", &answer);
    };
    let all = [("silent", silent), ("lost", lost), ("unclear", unclear), ("away", away), ("other", other)];
    for (why, happens) in all {
        let mut world = world();
        let (refund, request) = refunding(&mut world);
        happens(&mut world, &request);
        assert_eq!(world.take(TILL).1[&39], "98", "{why}");
        assert_eq!(rows(&mut world)[0].returned, Some(ReturnWay::Refund));
        for code in ["96", "94"] {
            assert_eq!(
                after(&mut world, 60_000_000),
                [("0221".to_owned(), request.clone())],
                "{why}: the same message"
            );
            world.issuer("0230", &answer_to(&request, code));
        }
        assert_eq!(refused(&mut world, "0221", &refund), "98", "{why}: it joins");
        assert_eq!(refused(&mut world, "0220", &back(&sale(1), 3, 1)), "09", "{why}: it may have been done");
        assert_eq!((after(&mut world, 60_000_000).len(), used(&world)), (1, 40_000));
        world.issuer("0230", &answer_to(&request, "00"));
        assert_eq!(refused(&mut world, "0221", &refund), "98", "{why}: the end is not durable");
        world.sync();
        done(&mut world, &refund);
    }
}

/// A late answer to the first sending is as good as one to the second; a clear no leaves the grant.
#[test]
fn a_late_answer_ends_it() {
    for (code, left) in [("00", 0), ("57", 40_000)] {
        let mut world = world();
        let (refund, request) = refunding(&mut world);
        world.pass_us(BUDGET_US);
        world.take(TILL);
        world.issuer("0230", &answer_to(&request, code));
        world.sync();
        assert_eq!((used(&world), refused(&mut world, "0221", &refund).as_str()), (left, code));
        assert!(after(&mut world, HOUR_US).is_empty());
    }
}

#[test]
fn what_never_left_goes_out_when_the_link_is_there() {
    let mut world = world();
    world.sale_approved(&sale(1));
    down(&mut world);
    let refund = back(&sale(1), 2, 160_000);
    world.till("0220", &refund);
    settle_reads(&mut world);
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "98");
    after(&mut world, 60_000_000);
    world.happen(Event::Connected { connection: ISSUER, link: lijian_exchange::LinkId::Issuer(0) });
    settle_reads(&mut world);
    let (mti, request) = world.take(ISSUER);
    assert_eq!((mti.as_str(), request[&2].as_str(), &request[&90]), ("0220", CARD, &refund[&90]));
    world.issuer("0230", &answer_to(&request, "00"));
    world.sync();
    done(&mut world, &refund);
}

#[test]
fn killed_at_each_record_it_ends_the_same() {
    for kept in 3..=5 {
        let mut world = world();
        let (refund, request) = refunding(&mut world);
        world.issuer("0230", &answer_to(&request, "00"));
        world.sync();
        world.take(TILL);
        world.restart(kept);
        world.sync();
        settle_reads(&mut world);
        if kept == 3 {
            assert_eq!(world.take(ISSUER), ("0221".to_owned(), request.clone()));
            assert_eq!(refused(&mut world, "0220", &refund), "98");
            world.issuer("0230", &answer_to(&request, "00"));
            world.sync();
        }
        done(&mut world, &refund);
    }
}

/// Of one card one message at a time, in the order of the records, whatever it is.
#[test]
fn it_waits_behind_what_is_older_of_its_card() {
    let mut world = world();
    world.rules = several_a_person();
    world.change_rules(world.rules.clone());
    world.sale_approved(&sale(1));
    world.sale_asked(&fridge(5, CARD));
    let refund = asked(&mut world, "0220", &back(&sale(1), 2, 160_000));
    let other = fridge(7, OTHER_CARD);
    world.sale_asked(&other);
    down(&mut world);
    world.sync();
    assert_eq!(world.take_all(TILL).len(), 3);
    world.pass_us(60_000_000);
    up(&mut world);
    world.serve_reads();
    let mut first = world.take_all(ISSUER);
    first.sort_by_key(|(_, fields)| named(fields));
    let stans: Vec<_> = first.iter().map(|(mti, fields)| (mti.as_str(), named(fields))).collect();
    assert_eq!(stans, [("0400", "000005".to_owned()), ("0400", "000007".to_owned())]);
    world.issuer("0410", &answer_to(&first[0].1, "00"));
    settle_reads(&mut world);
    assert_eq!(world.take(ISSUER), ("0221".to_owned(), refund));
}

#[test]
fn over_its_day_it_is_parked_and_two_people_decide() {
    for (what, end, left) in [(QueueOrder::Confirmed, "00", 0), (QueueOrder::Drop, "21", 40_000)] {
        let mut world = world();
        let (refund, request) = refunding(&mut world);
        down(&mut world);
        world.take(TILL);
        world.pass_us(13 * HOUR_US);
        up(&mut world);
        assert!(after(&mut world, HOUR_US).is_empty());
        assert_eq!(states(&mut world), [QueueState::DayOver]);
        order(&mut world, Lsn(3), QueueOrder::Send);
        world.sync();
        settle_reads(&mut world);
        assert_eq!(world.take(ISSUER), ("0221".to_owned(), request));
        order(&mut world, Lsn(3), what);
        world.sync();
        world.sync();
        assert_eq!((used(&world), refused(&mut world, "0221", &refund).as_str()), (left, end), "{what:?}");
        let ends =
            world.journal.iter().filter(|entry| matches!(entry.record, Record::Returned(_) | Record::ReturnRefused(_)));
        assert_eq!(ends.count(), 1);
    }
}

#[test]
fn without_the_key_of_its_date_nothing_goes_back() {
    for mti in ["0220", "0200"] {
        let mut world = world();
        world.sale_approved(&sale(1));
        let today = world.settings.calendar.moment(world.now().wall).business_date;
        world.happen(Event::SealingKeyRetired(today));
        let request = back(&sale(1), 2, 200_000 - if mti == "0220" { 40_000 } else { 0 });
        assert_eq!(refused(&mut world, mti, &request), "91");
        assert_eq!((world.kinds(), world.effects.tally.no_sealing_key), (vec!["intent", "granted"], 1));
        world.hand_keys();
        assert_eq!(crate::returns::confirmed(&mut world, mti, &request)[&39], "00", "the same request again");
    }
}

#[test]
fn the_journal_holds_no_card_number_of_it() {
    let mut world = world();
    let (_, request) = refunding(&mut world);
    world.pass_us(BUDGET_US);
    let Record::ReturnAsked(asked) = &world.journal[2].record else { panic!("{:?}", world.kinds()) };
    let card = asked.recall.card.as_ref().unwrap();
    assert!(!card.bytes.windows(CARD.len()).any(|part| part == CARD.as_bytes()));
    assert!(!asked.recall.fields.windows(CARD.len()).any(|part| part == CARD.as_bytes()));
    let today = world.settings.calendar.moment(world.now().wall).business_date;
    world.take(TILL);
    world.happen(Event::SealingKeyRetired(today));
    assert!(after(&mut world, 60_000_000).is_empty());
    assert_eq!(states(&mut world), [QueueState::KeyGone]);
    world.issuer("0230", &answer_to(&request, "00"));
    world.sync();
    assert_eq!((used(&world), world.exchange.status().queue.sealed), (0, None));
}
