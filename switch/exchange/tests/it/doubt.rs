//! What nobody knows: time-outs, lost links, late answers, a restart, a journal that cannot be written.

use crate::messages::*;
use crate::world::*;
use lijian_domain::ids::Lsn;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{DoubtCause, Record};
use lijian_exchange::settings::RefusalPolicy;
use lijian_exchange::{Effects, Event, LinkId};
use lijian_store::quota::Quota;

const BUDGET_US: u64 = 15_000_000;

#[test]
fn a_time_out_keeps_the_hold_and_tells_98() {
    let mut world = world();
    world.sale_asked(&sale(1));
    world.pass_us(BUDGET_US - 1);
    assert_eq!(world.kinds(), ["intent"]);
    world.pass_us(1);
    assert!(world.sent.is_empty(), "98 waits for its record");
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("98", "N199"));
    assert_eq!(world.kinds(), ["intent", "in-doubt"]);
    assert_eq!(world.campaign().held, MinorUnits::new(40_000));
    // While that try is in doubt the person is told to try again, not that the allowance is used up.
    world.till("0200", &sale(2));
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("91", "N190"));
}

#[test]
fn a_late_approval_never_makes_a_grant_and_a_late_decline_releases() {
    for (code, held, kinds) in
        [("00", 40_000, vec!["intent", "in-doubt"]), ("51", 0, vec!["intent", "in-doubt", "released"])]
    {
        let mut world = world();
        let asked = world.sale_asked(&sale(1));
        world.pass_us(BUDGET_US);
        world.sync();
        world.take(TILL);
        world.issuer("0210", &answer_to(&asked, code));
        world.sync();
        assert!(world.take_all(TILL).is_empty());
        assert_eq!(world.kinds(), kinds);
        assert_eq!((world.campaign().held, world.campaign().used), (MinorUnits::new(held), MinorUnits::ZERO));
    }
}

#[test]
fn a_second_answer_changes_nothing() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    world.issuer("0210", &approval(&asked));
    world.issuer("0210", &answer_to(&asked, "51"));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!(world.campaign().used, MinorUnits::new(40_000));
    assert_eq!(world.effects.tally.unmatched_answers, 1);
}

#[test]
fn part_of_the_amount_or_another_amount_is_no_grant() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    let mut other = approval(&asked);
    other.insert(4, "000000150000".to_owned());
    world.issuer("0210", &other);
    assert!(world.sent.is_empty(), "the answer waits for its record, and so does the reversal");
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("05", "N199"));
    assert_eq!(world.kinds(), ["intent", "in-doubt"]);
    let Record::InDoubt(doubt) = &world.journal[1].record else { panic!("{:?}", world.journal[1]) };
    assert_eq!(doubt.cause, DoubtCause::OtherAmount);
    world.till("0201", &sale(1));
    world.serve_reads();
    assert_eq!(world.take(TILL).1, answer, "a repeat is told the same");
}

#[test]
fn an_approval_that_is_not_00_and_an_answer_that_knows_nothing_are_no_declines() {
    for code in ["08", "09", "10", "11", "16", "68", "98", "A2", "A4", "A5", "A6"] {
        let mut world = world();
        let asked = world.sale_asked(&sale(1));
        world.issuer("0210", &answer_to(&asked, code));
        world.sync();
        assert_eq!(world.take(TILL).1[&39], if code == "10" { "05" } else { "98" }, "{code}");
        assert_eq!(world.kinds(), ["intent", "in-doubt"], "{code}");
        assert_eq!(world.campaign().held, MinorUnits::new(40_000), "{code}");
    }
}

#[test]
fn a_late_answer_that_knows_nothing_releases_nothing() {
    for code in ["09", "11", "68", "98"] {
        let mut world = world();
        let asked = world.sale_asked(&sale(1));
        world.pass_us(BUDGET_US);
        world.sync();
        world.issuer("0210", &answer_to(&asked, code));
        assert_eq!(world.kinds(), ["intent", "in-doubt"], "{code}");
    }
}

#[test]
fn a_late_answer_never_meets_another_sale_with_the_same_trace_number() {
    for (code, held) in [("00", 40_000), ("51", 0)] {
        let mut world = world();
        let asked = world.sale_asked(&sale(1));
        world.pass_us(BUDGET_US);
        world.sync();
        world.take(TILL);
        let mut other = sale_of(1, "6217000000000000019", &sale(1)[&48], 200_000);
        other.insert(7, "1001050000".to_owned());
        world.take_all(ISSUER);
        world.till("0200", &other);
        world.sync();
        assert!(world.take_all(ISSUER).is_empty(), "its answer could not be told from the late one");
        world.sync();
        assert_eq!(world.take(TILL).1[&39], "91");
        world.issuer("0210", &answer_to(&asked, code));
        world.sync();
        assert!(world.take_all(TILL).is_empty());
        assert_eq!((world.campaign().held, world.campaign().used), (MinorUnits::new(held), MinorUnits::ZERO));
    }
}

#[test]
fn a_doubt_is_remembered_as_long_as_it_stands() {
    let mut world = world();
    world.sale_asked(&sale(1));
    world.pass_us(BUDGET_US);
    world.sync();
    world.take(TILL);
    world.serve_reads();
    assert_eq!(world.take(ISSUER).0, "0400");
    for day in 2..=6 {
        world.pass_us(24 * 3_600_000_000);
        world.sale_approved(&sale_of(10 + day, &format!("621700000000000000{day}"), &sale(1)[&48], 200_000));
    }
    assert_eq!(world.exchange.status().remembered, 3, "two days, and the doubt");
    world.till("0400", &reversal_of(&sale(1), 2, 200_000));
    world.serve_reads();
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00", "ours: it joins the one that waits");
    assert_eq!(world.campaign().held, MinorUnits::new(40_000), "which two people decide about, its day being over");
}

#[test]
fn a_lost_issuer_leaves_its_sales_in_doubt() {
    let mut world = world();
    world.sale_asked(&sale(1));
    world.happen(Event::Disconnected { connection: ISSUER });
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "98");
    assert_eq!(world.kinds(), ["intent", "in-doubt"]);
    world.till("0200", &sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000));
    assert_eq!(world.take(TILL).1[&39], "91", "nobody can be asked");
}

#[test]
fn an_intent_that_was_never_sent_is_given_back() {
    let mut world = world();
    world.till("0200", &sale(1));
    world.happen(Event::Disconnected { connection: ISSUER });
    world.sync();
    assert!(world.take_all(ISSUER).is_empty());
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("91", "N190"));
    assert_eq!(world.kinds(), ["intent", "declined"]);
    assert_eq!(world.campaign(), Default::default());
    // Told to try again, the terminal does: the same request is decided anew, before a restart and after it.
    let (restarted, _) = world.recovered();
    assert_eq!(restarted.status().remembered, 0);
    world.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
    assert_eq!(world.sale_approved(&sale(1))[&39], "00");
}

#[test]
fn an_intent_durable_too_late_is_not_sent() {
    let mut world = world();
    world.till("0200", &sale(1));
    world.pass_us(BUDGET_US);
    world.sync();
    assert!(world.take_all(ISSUER).is_empty());
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "91");
    assert_eq!(world.campaign(), Default::default());
}

#[test]
fn a_reversal_ends_a_doubt() {
    let mut world = world();
    world.sale_asked(&sale(1));
    world.pass_us(BUDGET_US);
    world.sync();
    world.take(TILL);
    world.serve_reads();
    world.till("0400", &reversal_of(&sale(1), 2, 200_000));
    world.serve_reads();
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00", "the switch sees to it");
    let (mti, asked) = world.take(ISSUER);
    assert_eq!((mti.as_str(), asked[&4].as_str()), ("0400", "000000160000"), "one reversal: the switch's own");
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    assert_eq!(world.campaign(), Default::default());
    assert!(world.kinds().contains(&"released") && !world.kinds().contains(&"reversed"));
    assert_eq!(world.exchange.status().in_doubt, 0);
}

#[test]
fn a_restart_between_intent_and_outcome_leaves_a_doubt() {
    let mut world = world();
    world.sale_asked(&sale(1));
    world.sale_approved(&sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000));
    let (mut exchange, quota) = world.recovered();
    assert_eq!((quota_of(&quota).held, quota_of(&quota).used), (MinorUnits::new(40_000), MinorUnits::new(40_000)));
    let mut effects = Effects::new(Lsn(world.journal.len() as u64 + 1));
    let now = lijian_exchange::Now { wall: world.journal[0].at, monotonic_us: 0 };
    exchange.handle(Event::Started, now, &mut effects);
    assert_eq!(effects.journal.count(), 1);
    assert_eq!(exchange.status().in_doubt, 1);
    // What was answered before the restart is known after it.
    exchange.handle(Event::Connected { connection: TILL, link: LinkId::Acquirer(0) }, now, &mut effects);
    assert_eq!(exchange.status().remembered, 2);
}

#[test]
fn a_journal_that_cannot_be_written_grants_nothing_and_relays_on() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    world.till("0200", &sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000));
    world.happen(Event::Poisoned);
    assert_eq!(world.take(TILL).1[&39], "91", "its intent was never durable");
    world.issuer("0210", &approval(&asked));
    assert_eq!(world.take(TILL).1[&39], "98", "an approval that cannot be recorded is no grant");
    world.till("0200", &sale(3));
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("91", "N190"));
    let mut plain = sale(4);
    plain.remove(&48);
    world.till("0200", &plain);
    assert_eq!(world.take(ISSUER).1[&4], "000000200000");
    assert_eq!(world.kinds(), ["intent", "intent"]);
}

#[test]
fn nobody_is_left_without_an_answer_when_the_journal_fails() {
    // At full price, asked when it failed: the issuer's answer passes as it is.
    let mut world = Setup { refusal: RefusalPolicy::FullPrice, ..Setup::default() }.build();
    world.till("0200", &sale_of(1, CARD, "010136901234567908030062000000", 200_000));
    world.sync();
    let (_, asked) = world.take(ISSUER);
    world.happen(Event::Poisoned);
    world.issuer("0210", &approval(&asked));
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!((world.exchange.in_flight(), world.kinds()), (0, vec!["refused"]));
    // A reversal whose original was being read when it failed.
    let mut world = crate::world::world();
    world.sale_approved(&sale(1));
    world.till("0400", &reversal_of(&sale(1), 2, 200_000));
    world.happen(Event::Poisoned);
    world.serve_reads();
    assert_eq!(world.take(TILL).1[&39], "96");
    assert_eq!((world.exchange.in_flight(), world.kinds()), (0, vec!["intent", "granted"]));
}

#[test]
fn a_grant_that_was_written_but_not_synced_is_told_to_nobody() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    world.issuer("0210", &approval(&asked));
    world.happen(Event::Poisoned);
    assert_eq!(world.take(TILL).1[&39], "98");
    // The record can be read, but a power cut can still take it.
    world.till("0201", &sale(1));
    world.serve_reads();
    let (_, again) = world.take(TILL);
    assert_eq!((again[&39].as_str(), tag(&again, 48, "82").unwrap().as_str()), ("98", "N199"));
}

fn quota_of(quota: &Quota) -> lijian_domain::cap::CapBalance {
    quota.balance(&lijian_domain::cap::CapKey::Campaign(lijian_domain::ids::CampaignId::new("trial").unwrap()))
}

#[test]
fn a_disk_that_will_be_full_soon_grants_no_more_but_records_what_is_in_flight() {
    let mut world = world();
    let asked = world.sale_asked(&sale(1));
    world.happen(Event::SpaceLow);
    world.till("0200", &sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000));
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("91", "N190"));
    world.issuer("0210", &approval(&asked));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
    world.till("0400", &reversal_of(&sale(1), 3, 200_000));
    world.serve_reads();
    world.sync();
    assert_eq!(world.take(ISSUER).0, "0400", "what gives money back is still recorded");
}

#[test]
fn a_repeat_of_a_granted_sale_never_goes_on_at_full_price() {
    let refusal = RefusalPolicy::FullPrice;
    let mut world = Setup { refusal, ..Setup::default() }.build();
    let first = world.sale_approved(&sale(1));
    world.happen(Event::Poisoned);
    world.till("0200", &sale(1));
    world.serve_reads();
    assert_eq!(world.take(TILL).1, first);
    assert!(world.take_all(ISSUER).is_empty());
    world.till("0200", &sale_of(2, "6217000000000000019", &sale(1)[&48], 200_000));
    assert_eq!(world.take(ISSUER).1[&4], "000000200000");
}
