//! Voids in doubt: what took the money back may have happened, so it is taken back itself.

use super::orders::order;
use super::*;
use crate::returns::{asked, back, confirmed, refused, settle_reads, used};
use lijian_domain::record::{QueueOrder, Record, ReturnWay};

/// A sale and its void, which is with the issuer.
pub(crate) fn voiding(world: &mut World) -> (Fields, Fields) {
    world.sale_approved(&sale(1));
    let void = back(&sale(1), 2, 200_000);
    let request = asked(world, "0200", &void);
    (void, request)
}

/// The reversal of a void, as a till asks for it.
pub(crate) fn undoing(void: &Fields, stan: u32) -> Fields {
    let mut reversal = reversal_of(void, stan, 160_000);
    reversal.insert(3, "200000".to_owned());
    reversal
}

/// What the issuer has to hear about a void in doubt.
fn taken_back(void: &Fields, request: &Fields) -> Fields {
    let mut reversal = request.clone();
    reversal.insert(90, format!("0200{}{}{:0>11}{:0>11}", void[&11], void[&7], void[&32], 0));
    reversal
}

fn ended(world: &World) -> Vec<(&'static str, String)> {
    let ends = world.journal.iter().filter_map(|entry| match &entry.record {
        Record::Returned(outcome) | Record::ReturnRefused(outcome) => {
            Some((entry.record.kind(), outcome.answer.response_code.as_str().to_owned()))
        }
        _ => None,
    });
    ends.collect()
}

/// Over: the grant stands, and the till may void anew.
fn never_happened(world: &mut World, void: &Fields) {
    assert_eq!(ended(world), [("return-refused", "21".to_owned())]);
    assert_eq!(refused(world, "0201", void), "21", "no action was taken, for good");
    assert_eq!(used(world), 40_000);
    assert_eq!(confirmed(world, "0200", &back(&sale(1), 9, 200_000))[&39], "00");
    world.pass_us(13 * HOUR_US);
    assert_eq!(used(world), 0, "the second void gives back");
}

#[test]
fn whatever_was_unclear_is_taken_back_until_that_is_confirmed() {
    let silent: fn(&mut World, &Fields) = |world, _| world.pass_us(BUDGET_US);
    let lost: fn(&mut World, &Fields) = |world, _| {
        down(world);
        up(world);
    };
    let unclear: fn(&mut World, &Fields) = |world, request| world.issuer("0210", &answer_to(request, "98"));
    let other: fn(&mut World, &Fields) = |world, request| {
        let mut answer = answer_to(request, "00");
        answer.insert(4, "000000159999".to_owned());
        world.issuer("0210", &answer);
    };
    for (why, happens) in [("silent", silent), ("lost", lost), ("unclear", unclear), ("other", other)] {
        let mut world = world();
        let (void, request) = voiding(&mut world);
        happens(&mut world, &request);
        assert_eq!(world.take(TILL).1[&39], "98", "{why}");
        settle_reads(&mut world);
        let due = taken_back(&void, &request);
        assert_eq!(world.take_all(ISSUER), [("0400".to_owned(), due.clone())], "{why}");
        assert_eq!(rows(&mut world)[0].returned, Some(ReturnWay::Void));
        world.issuer("0410", &answer_to(&due, "96"));
        let again = after(&mut world, 5_000_000);
        assert_eq!(again, [("0401".to_owned(), due.clone())], "{why}: the same message");
        assert_eq!(refused(&mut world, "0220", &back(&sale(1), 5, 1)), "09", "{why}: nobody knows");
        world.issuer("0410", &answer_to(&due, "00"));
        assert_eq!(refused(&mut world, "0201", &void), "98", "{why}: the end is not durable");
        world.sync();
        never_happened(&mut world, &void);
    }
}

#[test]
fn a_late_no_ends_it_and_a_late_yes_does_not() {
    let mut world = world();
    let (void, request) = voiding(&mut world);
    world.pass_us(BUDGET_US);
    settle_reads(&mut world);
    world.take(TILL);
    let reversal = world.take(ISSUER).1;
    world.issuer("0210", &answer_to(&request, "00"));
    assert_eq!(world.effects.tally.late_approvals, 1);
    assert_eq!(ended(&world), []);
    world.issuer("0210", &answer_to(&request, "57"));
    world.sync();
    assert_eq!(ended(&world), [("return-refused", "57".to_owned())]);
    assert_eq!(refused(&mut world, "0201", &void), "57");
    world.issuer("0410", &answer_to(&reversal, "00"));
    assert_eq!(ended(&world).len(), 1, "once");
    assert_eq!(used(&world), 40_000);
}

#[test]
fn not_found_confirms_only_where_the_void_cannot_arrive_any_more() {
    let mut world = world();
    let (void, request) = voiding(&mut world);
    down(&mut world);
    world.take(TILL);
    up(&mut world);
    // The connection's number is the same one in this world: another one first.
    world.restart(world.journal.len());
    world.serve_reads();
    let reversal = world.take(ISSUER).1;
    assert_eq!(reversal, taken_back(&void, &request));
    world.issuer("0410", &answer_to(&reversal, "25"));
    assert_eq!(ended(&world), []);
    after(&mut world, HOUR_US);
    world.issuer("0410", &answer_to(&reversal, "25"));
    world.sync();
    never_happened(&mut world, &void);
}

#[test]
fn over_the_same_connection_not_found_confirms_at_once() {
    let mut world = world();
    let (void, _) = voiding(&mut world);
    world.pass_us(BUDGET_US);
    settle_reads(&mut world);
    world.take(TILL);
    let reversal = world.take(ISSUER).1;
    world.issuer("0410", &answer_to(&reversal, "25"));
    world.sync();
    never_happened(&mut world, &void);
}

#[test]
fn its_repeat_joins_and_is_told_the_end() {
    let mut world = world();
    let (void, request) = voiding(&mut world);
    world.till("0201", &void);
    assert!(world.sent.is_empty(), "joins the first in flight");
    world.pass_us(BUDGET_US);
    settle_reads(&mut world);
    let told: Vec<_> = world.take_all(TILL).into_iter().map(|(_, answer)| answer[&39].clone()).collect();
    assert_eq!(told, ["98"]);
    world.take(ISSUER);
    for mti in ["0201", "0200"] {
        assert_eq!(refused(&mut world, mti, &void), "98");
    }
    let mut other = void.clone();
    other.insert(4, "000000160000".to_owned());
    assert_eq!(refused(&mut world, "0200", &other), "94");
    world.issuer("0410", &answer_to(&taken_back(&void, &request), "00"));
    world.sync();
    never_happened(&mut world, &void);
}

#[test]
fn the_tills_own_reversal_joins_and_the_end_is_the_same_in_any_order() {
    for first in ["issuer", "till"] {
        let mut world = world();
        let (void, request) = voiding(&mut world);
        world.pass_us(BUDGET_US);
        settle_reads(&mut world);
        world.take(TILL);
        world.take(ISSUER);
        let confirm = |world: &mut World| {
            world.issuer("0410", &answer_to(&taken_back(&void, &request), "00"));
            world.sync();
        };
        if first == "issuer" {
            confirm(&mut world);
        } else {
            world.till("0400", &undoing(&void, 4));
            settle_reads(&mut world);
            assert_eq!(world.take_all(TILL), [], "its record is not durable");
            world.sync();
            assert_eq!(world.take(TILL).1[&39], "00");
            let mut wrong = undoing(&void, 5);
            wrong.insert(4, "000000123456".to_owned());
            assert_eq!(refused(&mut world, "0400", &wrong), "64");
            assert_eq!(refused(&mut world, "0401", &undoing(&void, 4)), "00");
            confirm(&mut world);
        }
        for stan in [4, 6] {
            assert_eq!(refused(&mut world, "0400", &undoing(&void, stan)), "00", "{first} first");
        }
        assert_eq!(refused(&mut world, "0201", &void), "21", "{first} first");
        world.pass_us(13 * HOUR_US);
        assert_eq!((used(&world), world.exchange.status().queue.length), (40_000, 0), "{first} first");
    }
}

/// Found by the simulation: the reversal of a void that is not on record yet went to the issuer, and the void after it.
#[test]
fn a_void_whose_reversal_came_first_is_refused() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let void = back(&sale(1), 2, 200_000);
    world.till("0400", &undoing(&void, 3));
    world.sync();
    assert_eq!(world.take(ISSUER).0, "0400", "unknown: it passes");
    for restarts in [false, true] {
        if restarts {
            world.restart(world.journal.len());
        }
        assert_eq!(refused(&mut world, "0200", &void), "22");
    }
    // One that comes while its void is being looked for waits.
    let other = back(&sale(1), 5, 200_000);
    world.till("0200", &other);
    world.till("0400", &undoing(&other, 6));
    assert_eq!(world.take(TILL).1[&39], "09");
    settle_reads(&mut world);
    world.sync();
    assert_eq!(world.take(ISSUER).0, "0200");
}

#[test]
fn killed_at_each_record_it_ends_the_same() {
    for joined in [false, true] {
        let full = 3 + if joined { 3 } else { 1 };
        for kept in 3..=full {
            let mut world = world();
            let (void, request) = voiding(&mut world);
            world.pass_us(BUDGET_US);
            settle_reads(&mut world);
            world.take(TILL);
            let due = taken_back(&void, &request);
            if joined {
                world.till("0400", &undoing(&void, 4));
                settle_reads(&mut world);
            }
            world.issuer("0410", &answer_to(&due, "00"));
            world.sync();
            assert_eq!(world.journal.len(), full);
            world.restart(kept);
            world.sync();
            settle_reads(&mut world);
            let sent = world.take_all(ISSUER);
            if kept < full {
                assert_eq!(sent, [("0401".to_owned(), due.clone())], "{joined} {kept}");
                world.issuer("0410", &answer_to(&due, "00"));
                world.sync();
            } else {
                assert_eq!(sent, []);
            }
            assert_eq!(refused(&mut world, "0400", &undoing(&void, 4)), "00", "{joined} {kept}");
            world.sync();
            world.restart(world.journal.len());
            world.sync();
            settle_reads(&mut world);
            assert_eq!(world.take_all(ISSUER), [], "over for good");
            assert_eq!(refused(&mut world, "0201", &void), "21", "{joined} {kept}");
            assert_eq!(world.exchange.status().queue.length, 0);
            world.pass_us(13 * HOUR_US);
            assert_eq!(used(&world), 40_000);
        }
    }
}

#[test]
fn over_its_day_it_is_parked_and_two_people_decide() {
    for (what, end, used_after) in
        [(QueueOrder::Confirmed, ("return-refused", "21"), 40_000), (QueueOrder::Drop, ("returned", "00"), 0)]
    {
        let mut world = world();
        let (void, _) = voiding(&mut world);
        down(&mut world);
        world.take(TILL);
        world.pass_us(13 * HOUR_US);
        up(&mut world);
        assert!(after(&mut world, HOUR_US).is_empty());
        assert_eq!(states(&mut world), [QueueState::DayOver]);
        assert_eq!(used(&world), 40_000, "nobody knows");
        order(&mut world, Lsn(3), QueueOrder::Send);
        world.sync();
        world.serve_reads();
        assert_eq!(world.take(ISSUER).0, "0400");
        order(&mut world, Lsn(3), what);
        world.sync();
        world.pass_us(60_000_000);
        world.sync();
        assert_eq!(ended(&world), [(end.0, end.1.to_owned())], "{what:?}");
        assert_eq!(refused(&mut world, "0201", &void), end.1, "{what:?}");
        assert_eq!(used(&world), used_after, "{what:?}");
        assert!(after(&mut world, HOUR_US).is_empty());
    }
}
