//! Voids and refunds: found, bounded, given back once, by records; restarts between any two steps.

use crate::messages::*;
use crate::world::*;
use lijian_domain::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use lijian_domain::cap::CapKey;
use lijian_domain::ids::SerialNumber;
use lijian_domain::record::Record;
use lijian_domain::returns::Base;

const HOUR_US: u64 = 3_600_000_000;

/// A void (0200, DE3 20) or refund (0220) of that sale, by DE90.
pub(crate) fn back(sale: &Fields, stan: u32, amount: u64) -> Fields {
    let mut back = reversal_of(sale, stan, amount);
    back.insert(3, "200000".to_owned());
    back
}

/// As far as the issuer's desk: what it is asked.
pub(crate) fn asked(world: &mut World, mti: &str, fields: &Fields) -> Fields {
    world.till(mti, fields);
    settle_reads(world);
    world.sync();
    let (asked_mti, asked) = world.take(ISSUER);
    assert_eq!(asked_mti, mti);
    asked
}

pub(crate) fn settle_reads(world: &mut World) {
    while !(world.reads.is_empty() && world.finds.is_empty()) {
        world.serve_reads();
    }
}

/// Confirmed by the issuer: what the till is answered.
pub(crate) fn confirmed(world: &mut World, mti: &str, fields: &Fields) -> Fields {
    let request = asked(world, mti, fields);
    let answer = match mti {
        "0220" => "0230",
        "0400" => "0410",
        _ => "0210",
    };
    world.issuer(answer, &answer_to(&request, "00"));
    world.sync();
    world.take(TILL).1
}

/// Answered without the issuer: DE39.
pub(crate) fn refused(world: &mut World, mti: &str, fields: &Fields) -> String {
    world.till(mti, fields);
    settle_reads(world);
    assert_eq!(world.take_all(ISSUER), [], "the issuer is not asked");
    world.take(TILL).1[&39].clone()
}

pub(crate) fn used(world: &World) -> u64 {
    world.campaign().used.get()
}

fn person(world: &World) -> (u64, u32) {
    let intent = world.journal.iter().find_map(|entry| match &entry.record {
        Record::Intent(intent) => Some(intent.clone()),
        _ => None,
    });
    let key =
        intent.unwrap().award.caps.iter().find(|take| matches!(take.key, CapKey::PersonCategory(..))).unwrap().key;
    let balance = world.quota.balance(&key);
    (balance.used.get(), balance.used_count)
}

/// 400.00 of 2000.00 are subsidy. A refund of 800.00, half of what the card paid, gives 200.00 of the subsidy back; the rest
/// goes back with the second half.
#[test]
fn parts_of_a_refund_come_to_the_grant() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let request = asked(&mut world, "0220", &back(&sale(1), 2, 80_000));
    assert_eq!(request[&4], "000000080000");
    assert_eq!(used(&world), 40_000, "nothing goes back before the issuer's word");
    world.issuer("0230", &answer_to(&request, "00"));
    assert!(world.sent.is_empty(), "the till waits for the record");
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!((used(&world), person(&world).1), (20_000, 1));
    assert_eq!(world.kinds(), ["intent", "granted", "return-asked", "returned", "gave-back"]);
    assert_eq!(refused(&mut world, "0220", &back(&sale(1), 3, 80_001)), "64");
    assert_eq!(confirmed(&mut world, "0220", &back(&sale(1), 4, 80_000))[&39], "00");
    assert_eq!(used(&world), 0);
    assert_eq!(refused(&mut world, "0220", &back(&sale(1), 5, 1)), "64");
    world.restart(world.journal.len());
    assert_eq!(used(&world), 0);
    assert_eq!(refused(&mut world, "0220", &back(&sale(1), 6, 1)), "64");
}

/// One part at a time: which one is the last must not change any more.
#[test]
fn a_refund_waits_for_the_one_before_it() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let first = asked(&mut world, "0220", &back(&sale(1), 2, 100_000));
    assert_eq!(refused(&mut world, "0220", &back(&sale(1), 3, 60_001)), "09");
    // What the issuer refuses counts no more.
    world.issuer("0230", &answer_to(&first, "05"));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "05");
    assert_eq!(used(&world), 40_000);
    assert_eq!(confirmed(&mut world, "0220", &back(&sale(1), 4, 160_000))[&39], "00");
    assert_eq!(used(&world), 0);
}

#[test]
fn a_refund_is_found_by_grant_and_by_number() {
    let mut world = world();
    let answer = world.sale_approved(&sale(1));
    let mut by_grant = back(&sale(1), 2, 10_000);
    by_grant.remove(&90);
    let mut by_number = by_grant.clone();
    by_grant.insert(48, format!("84016{}", tag(&answer, 48, "84").unwrap()));
    by_number.insert(37, answer[&37].clone());
    by_number.insert(11, "000003".to_owned());
    assert_eq!(confirmed(&mut world, "0220", &by_grant)[&39], "00");
    assert_eq!(confirmed(&mut world, "0220", &by_number)[&39], "00");
    assert_eq!(used(&world), 35_000);
    // Another card's or shop's number is not taken.
    by_number.insert(2, "6217000000000000027".to_owned());
    by_number.insert(11, "000004".to_owned());
    assert_eq!(refused(&mut world, "0220", &by_number), "25");
    // What is not ours passes, and moves nothing.
    by_number.insert(37, "999999999999".to_owned());
    by_number.insert(11, "000005".to_owned());
    world.till("0220", &by_number);
    settle_reads(&mut world);
    assert_eq!(world.take(ISSUER).1[&4], "000000010000");
    assert_eq!(used(&world), 35_000);
}

/// A void gives back when it can no longer be reversed itself: when its day is over.
#[test]
fn a_void_gives_back_when_its_day_is_over() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let request = asked(&mut world, "0200", &back(&sale(1), 2, 200_000));
    assert_eq!(request[&4], "000000160000", "the issuer sees the net amount");
    world.issuer("0210", &answer_to(&request, "00"));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!((used(&world), person(&world).1), (40_000, 1), "pending return");
    assert_eq!(refused(&mut world, "0220", &back(&sale(1), 3, 1)), "22");
    world.till("0400", &reversal_of(&sale(1), 4, 200_000));
    settle_reads(&mut world);
    assert_eq!(world.take(TILL).1[&39], "22", "a void is undone by its own reversal alone");
    world.restart(world.journal.len());
    assert_eq!(used(&world), 40_000);
    world.pass_us(11 * HOUR_US);
    assert_eq!(used(&world), 40_000);
    world.pass_us(HOUR_US);
    assert_eq!((used(&world), person(&world)), (0, (0, 0)));
    assert_eq!(world.kinds().last(), Some(&"gave-back"));
    let given = world.kinds().len();
    world.pass_us(HOUR_US);
    assert_eq!(world.kinds().len(), given, "once");
    world.restart(world.journal.len());
    assert_eq!(used(&world), 0);
}

/// A part for the sponsors alone is none of the issuer's business: where its end was lost, the start ends it.
#[test]
fn a_part_of_the_sponsors_is_not_asked_for_after_a_restart() {
    let mut world = world();
    let policy = RefundPolicy { allowance: AllowanceReturn::SameDay, split: RefundSplit::SubsidyFirst };
    world.settings.acquirers[0].refund_amount = Base::Gross;
    world.restart(world.journal.len());
    world.change_rules(rules_with(100_000_000, policy));
    world.sale_approved(&sale(1));
    let refund = back(&sale(1), 2, 10_000);
    world.till("0220", &refund);
    settle_reads(&mut world);
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    let asked = world.kinds().iter().position(|kind| *kind == "return-asked").unwrap();
    world.restart(asked + 1);
    assert_eq!(refused(&mut world, "0221", &refund), "98", "its end is not durable");
    world.sync();
    assert_eq!(refused(&mut world, "0221", &refund), "00");
    assert_eq!((used(&world), world.kinds().last()), (30_000, Some(&"gave-back")));
}

/// The day of a void is the one on which it was asked for, whenever the issuer answers: before a restart as after it.
#[test]
fn a_void_over_midnight_is_of_the_day_before() {
    let check = |restarts: bool| {
        let mut world = world();
        world.sale_approved(&sale(1));
        world.pass_us(12 * HOUR_US - 5_000_000);
        let request = asked(&mut world, "0200", &back(&sale(1), 2, 200_000));
        world.pass_us(10_000_000);
        world.issuer("0210", &answer_to(&request, "00"));
        world.sync();
        assert_eq!(world.take(TILL).1[&39], "00");
        if restarts {
            world.restart(world.journal.len());
        }
        world.pass_us(60_000_000);
        assert_eq!(used(&world), 0, "restarted: {restarts}");
    };
    check(true);
    check(false);
}

#[test]
fn a_void_that_is_reversed_never_was() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let void = back(&sale(1), 2, 200_000);
    confirmed(&mut world, "0200", &void);
    let mut reversal = reversal_of(&void, 3, 160_000);
    reversal.insert(3, "200000".to_owned());
    let request = asked(&mut world, "0400", &reversal);
    assert_eq!(request[&4], "000000160000");
    world.pass_us(0);
    world.issuer("0410", &answer_to(&request, "00"));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    // Sent again it gets the same; the void sent again is told that it was reversed; the sale stands, over the day's end.
    world.till("0401", &reversal);
    settle_reads(&mut world);
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!(refused(&mut world, "0200", &void), "22");
    world.restart(world.journal.len());
    assert_eq!(refused(&mut world, "0200", &void), "22");
    world.pass_us(13 * HOUR_US);
    assert_eq!((used(&world), person(&world).1), (40_000, 1));
    assert_eq!(confirmed(&mut world, "0220", &back(&sale(1), 5, 160_000))[&39], "00");
    assert_eq!(used(&world), 0);
}

#[test]
fn that_a_void_is_undone_is_said_once_it_is_on_record() {
    let mut world = world();
    world.sale_approved(&sale(1));
    let void = back(&sale(1), 2, 200_000);
    confirmed(&mut world, "0200", &void);
    let request = asked(&mut world, "0400", &reversal_of(&void, 3, 160_000));
    world.issuer("0410", &answer_to(&request, "00"));
    world.till("0400", &reversal_of(&void, 4, 160_000));
    settle_reads(&mut world);
    assert_eq!(world.take_all(TILL), [], "the issuer's word is not durable");
    world.sync();
    let answers: Vec<_> = world.take_all(TILL).into_iter().map(|(_, answer)| answer[&39].clone()).collect();
    assert_eq!(answers, ["00", "00"]);
}

#[test]
fn a_void_is_whole_and_of_its_day_and_terminal() {
    let mut world = world();
    world.sale_approved(&sale(1));
    assert_eq!(refused(&mut world, "0200", &back(&sale(1), 2, 100_000)), "64");
    let mut elsewhere = back(&sale(1), 3, 200_000);
    elsewhere.insert(41, "T0000002".to_owned());
    elsewhere.insert(90, elsewhere[&90].clone());
    world.till("0200", &elsewhere);
    settle_reads(&mut world);
    // Its key names another terminal: it is not found, and passes.
    assert_eq!(world.take(ISSUER).0, "0200");
    world.pass_us(16_000_000);
    world.take_all(TILL);
    world.pass_us(13 * HOUR_US);
    assert_eq!(refused(&mut world, "0200", &back(&sale(1), 4, 200_000)), "12");
    assert_eq!(used(&world), 40_000);
}

#[test]
fn a_reversal_under_way_and_a_return_do_not_mix() {
    let mut world = world();
    let answer = world.sale_approved(&sale(1));
    world.reversal_asked(&reversal_of(&sale(1), 2, 200_000));
    assert_eq!(refused(&mut world, "0220", &back(&sale(1), 3, 160_000)), "09");
    let mut by_grant = back(&sale(1), 4, 160_000);
    by_grant.insert(48, format!("84016{}", tag(&answer, 48, "84").unwrap()));
    assert_eq!(refused(&mut world, "0220", &by_grant), "09");
    assert_eq!(used(&world), 40_000);
}

/// The allowance: with the last part at once, on the next day, or never. The serial number is free after a void alone.
#[test]
fn the_allowance_comes_back_by_the_policy() {
    let check = |allowance, at_once: u32, next_day: u32| {
        let mut world = world();
        let policy = RefundPolicy { allowance, split: RefundSplit::ProRata };
        world.change_rules(rules_with(100_000_000, policy));
        let tags = format!("01013{FRIDGE}0300620000004004SN-1");
        let sale = sale_of(1, CARD, &tags, 200_000);
        world.sale_approved(&sale);
        confirmed(&mut world, "0220", &back(&sale, 2, 80_000));
        assert_eq!(person(&world).1, 1);
        confirmed(&mut world, "0220", &back(&sale, 3, 80_000));
        assert_eq!((used(&world), person(&world).1), (0, at_once), "{allowance:?}");
        world.pass_us(13 * HOUR_US);
        assert_eq!(person(&world).1, next_day, "{allowance:?}");
        let serial = CapKey::SerialNumber(SerialNumber::new("SN-1").unwrap());
        assert_eq!(world.quota.balance(&serial).used_count, 1);
        let before = world.quota.budgets();
        world.restart(world.journal.len());
        assert_eq!(world.quota.budgets(), before);
    };
    check(AllowanceReturn::Never, 1, 1);
    check(AllowanceReturn::SameDay, 0, 0);
    check(AllowanceReturn::OnFullReturnOnly, 0, 0);
    check(AllowanceReturn::NextDay, 1, 0);
}

/// A restart between the issuer's word and what the caps get back: they get it at the start.
#[test]
fn what_was_due_at_once_is_given_back_at_the_start() {
    let mut world = world();
    world.sale_approved(&sale(1));
    confirmed(&mut world, "0220", &back(&sale(1), 2, 160_000));
    assert_eq!(world.kinds().last(), Some(&"gave-back"));
    world.restart(world.journal.len() - 1);
    assert_eq!((used(&world), world.kinds().last()), (0, Some(&"gave-back")));
}

#[test]
fn a_return_over_another_issuers_link_is_none() {
    let mut world = world();
    let answer = world.sale_approved(&sale(1));
    let mut refund = back(&sale(1), 2, 10_000);
    refund.insert(48, format!("84016{}", tag(&answer, 48, "84").unwrap()));
    world.settings.acquirers[0].name = lijian_domain::ids::LinkName::new("another").unwrap();
    world.restart(world.journal.len());
    assert_eq!(refused(&mut world, "0220", &refund), "25");
}

/// A terminal names its sale in field 61; the issuer's dialect has field 90 for that, also where it is asked again.
#[test]
fn a_terminals_refund_names_its_sale_to_the_issuer() {
    let mut world = Setup { till: "unionpay-pos", ..Setup::default() }.build();
    let mut sold = sale(1);
    (0..=128).filter(|field| [7, 32, 48].contains(field)).for_each(|field| drop(sold.remove(&field)));
    sold.insert(59, sale(1)[&48].clone());
    sold.insert(60, "22000001".to_owned());
    world.till("0200", &sold);
    world.sync();
    let (_, at_issuer) = world.take(ISSUER);
    world.issuer("0210", &approval(&at_issuer));
    world.sync();
    world.take(TILL);
    let mut refund = sold.clone();
    refund.remove(&59);
    for (field, value) in
        [(3, "200000"), (4, "000000010000"), (11, "000002"), (60, "25000001"), (61, "0000010000011001")]
    {
        refund.insert(field, value.to_owned());
    }
    let named = format!("0200000001{}{:0>22}", at_issuer[&7], 0);
    let request = asked(&mut world, "0220", &refund);
    assert_eq!(request[&90], named);
    world.pass_us(16_000_000);
    assert_eq!(world.take(TILL).1[&39], "98");
    // It stands in the journal, which is all that the next sending is made of.
    world.restart(world.journal.len());
    settle_reads(&mut world);
    let (mti, again) = world.take(ISSUER);
    let mut due = request.clone();
    // The terminal's own field says to the issuer's dialect what field 90 says.
    due.remove(&61);
    assert_eq!((mti.as_str(), &again), ("0221", &due), "the same message");
    assert_eq!((again[&4].as_str(), used(&world)), ("000000010000", 40_000));
}
