//! How a quote ends without a sale.

use super::*;
use lijian_domain::record::{Record, ReleaseCause, Released};
use lijian_exchange::{ConnectionId, Event, LinkId};

const OTHER: ConnectionId = ConnectionId(9);

#[test]
fn a_quote_expires_to_the_microsecond_and_once() {
    let mut world = world();
    let id = world.quote_id(&quote(1));
    assert_eq!(world.exchange.next_deadline_us(), Some(world.now_us + LIFETIME_US));
    world.pass_us(LIFETIME_US - 1);
    assert_eq!((world.kinds(), of(world.campaign())), (vec!["quoted"], holds(40_000, 0)));
    world.pass_us(1);
    assert_eq!((world.kinds(), of(world.campaign())), (vec!["quoted", "released"], holds(0, 0)));
    let Record::Released(released) = world.journal[1].record else { panic!("{:?}", world.journal[1]) };
    assert_eq!(released, Released { intent: world.journal[0].lsn, cause: ReleaseCause::QuoteExpired });
    world.pass_us(LIFETIME_US);
    assert_eq!(world.kinds().len(), 2);
    assert_eq!(world.exchange.next_deadline_us(), None);
    assert_eq!(world.sale_refused(&sale_on(2, &id)), pair("57", "N115"));
    // What was said is said again; nothing is held for it.
    world.till("0101", &quote(1));
    world.serve_reads();
    assert_eq!(tag(&world.take(TILL).1, 48, "84"), Some(id));
    world.till("0400", &reversal_of_quote(&quote(1), 3));
    assert_eq!(world.take(TILL).1[&39], "00");
    assert_eq!((of(world.campaign()), world.effects.tally.quotes_expired), (holds(0, 0), 1));
}

#[test]
fn expiry_and_a_sale_in_flight_never_both_have_the_quote() {
    // The last moment, the first one after it, and one after the timer was due and not yet served.
    for (passed_us, ticked, taken) in
        [(LIFETIME_US - 1, true, true), (LIFETIME_US, false, false), (LIFETIME_US, true, false)]
    {
        let mut world = world();
        let id = world.quote_id(&quote(1));
        world.now_us += passed_us;
        if ticked {
            world.happen(Event::Tick);
        }
        world.till("0200", &sale_on(2, &id));
        // The intent is not durable yet when the quote's time is over.
        world.pass_us(1);
        world.sync();
        if taken {
            let (_, asked) = world.take(ISSUER);
            world.issuer("0210", &approval(&asked));
            world.sync();
            assert_eq!(world.kinds(), ["quoted", "intent", "granted"]);
        } else {
            assert_eq!(tag(&world.take(TILL).1, 48, "82").unwrap(), "N115");
            assert_eq!(world.kinds().iter().filter(|kind| **kind == "released").count(), 1);
        }
        let expected = if taken { holds(0, 40_000) } else { holds(0, 0) };
        assert_eq!(of(world.campaign()), expected, "{passed_us} {ticked}");
    }
}

#[test]
fn a_sale_that_was_never_sent_uses_the_quote_up() {
    let mut world = world();
    let id = world.quote_id(&quote(1));
    world.till("0200", &sale_on(2, &id));
    world.happen(Event::Disconnected { connection: ISSUER });
    world.sync();
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "91");
    assert_eq!((world.kinds(), of(world.campaign())), (vec!["quoted", "intent", "declined"], holds(0, 0)));
    world.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
    assert_eq!(world.sale_refused(&sale_on(2, &id)), pair("57", "N115"));
    assert_eq!(world.quoted(&quote(3))[&39], "00");
}

#[test]
fn a_reversal_takes_the_quote_back_without_the_issuer() {
    let mut world = world();
    world.happen(Event::Connected { connection: OTHER, link: LinkId::Acquirer(0) });
    let id = world.quote_id(&quote(1));
    let reversal = reversal_of_quote(&quote(1), 2);
    let mut wrong = reversal.clone();
    wrong.insert(4, "000000199999".to_owned());
    world.till("0400", &wrong);
    assert_eq!(world.take(TILL).1[&39], "64");
    world.till("0400", &reversal);
    assert!(world.sent.is_empty(), "not before it is durable");
    assert_eq!((world.kinds(), of(world.campaign())), (vec!["quoted", "released"], holds(0, 0)));
    let Record::Released(released) = world.journal[1].record else { panic!("{:?}", world.journal[1]) };
    assert_eq!(released.cause, ReleaseCause::QuoteWithdrawn);
    // The same one waits for the same answer; another one is told when it is on record.
    world.till_over(OTHER, "0401", &reversal);
    world.till("0400", &reversal_of_quote(&quote(1), 3));
    assert_eq!(world.take(TILL).1[&39], "09");
    world.sync();
    let first = world.take(TILL);
    assert_eq!((first.0.as_str(), first.1[&39].as_str(), world.take(OTHER)), ("0410", "00", first.clone()));
    for (mti, again) in [("0401", reversal.clone()), ("0400", reversal_of_quote(&quote(1), 3))] {
        world.till(mti, &again);
        assert_eq!(world.take(TILL).1[&39], "00");
    }
    world.till("0401", &reversal);
    assert_eq!(world.take(TILL), first, "the same bytes");
    // Neither does the quote stand, nor does its request get it again.
    assert_eq!(world.sale_refused(&sale_on(4, &id)), pair("57", "N115"));
    world.till("0101", &quote(1));
    assert_eq!(tag(&world.take(TILL).1, 48, "82").unwrap(), "N116");
    world.pass_us(2 * LIFETIME_US);
    assert!(world.take_all(ISSUER).is_empty());
    assert_eq!((of(world.campaign()), world.effects.tally.quotes_withdrawn), (holds(0, 0), 1));
    assert_eq!(world.quoted(&quote(5))[&39], "00", "the person's allowance came back");
}

#[test]
fn a_reversal_of_a_quote_that_became_a_sale_reverses_nothing() {
    let mut world = world();
    let id = world.quote_id(&quote(1));
    world.sale_approved(&sale_on(2, &id));
    world.till("0400", &reversal_of_quote(&quote(1), 3));
    assert_eq!(world.take(TILL).1[&39], "22");
    assert!(world.take_all(ISSUER).is_empty());
    assert_eq!(of(world.campaign()), holds(0, 40_000));
}

#[test]
fn a_reversal_that_comes_before_its_quote_ends_it() {
    let mut world = world();
    world.till("0400", &reversal_of_quote(&quote(1), 2));
    world.sync();
    assert_eq!(world.take(ISSUER).0, "0400", "an unknown original: it passes on");
    world.till("0100", &quote(1));
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("22", "N116"));
    assert_eq!((world.kinds(), of(world.campaign())), (vec!["tombstone", "refused"], holds(0, 0)));
}

#[test]
fn a_terminal_that_names_no_type_says_by_its_processing_code_what_it_takes_back() {
    let mut world = Setup { till: "unionpay-pos", ..Setup::default() }.build();
    let pos = |mut fields: Fields| {
        let tags = fields.remove(&48);
        fields.remove(&7);
        fields.remove(&90);
        fields.insert(60, "22000001000".to_owned());
        tags.into_iter().for_each(|tags| drop(fields.insert(59, tags)));
        fields
    };
    world.till("0100", &pos(quote(1)));
    world.sync();
    let (_, answer) = world.take(TILL);
    assert!(answer[&39] == "00" && answer[&59].ends_with("87003180"), "{answer:?}");
    // A reversal keeps the trace number of its original.
    world.till("0400", &pos(reversal_of_quote(&quote(1), 1)));
    world.sync();
    assert!(world.take_all(ISSUER).is_empty());
    assert_eq!((world.take(TILL).1[&39].as_str(), of(world.campaign())), ("00", holds(0, 0)));
}

#[test]
fn a_journal_that_fails_tells_of_no_quote_and_ends_none() {
    let mut world = world();
    let id = world.quote_id(&quote(1));
    world.till("0100", &quote_of(2, OTHER_CARD));
    world.till("0400", &reversal_of_quote(&quote(1), 3));
    world.happen(Event::Poisoned);
    let answers: Vec<_> = world.take_all(TILL).into_iter().map(|(mti, answer)| (mti, answer[&39].clone())).collect();
    assert_eq!(answers, [pair("0110", "91"), pair("0410", "91")], "neither is on disk");
    world.till("0101", &quote_of(2, OTHER_CARD));
    assert_eq!(world.take(TILL).1[&39], "91", "a power cut can still take it");
    world.till("0401", &reversal_of_quote(&quote(1), 3));
    assert_eq!(world.take(TILL).1[&39], "09");
    world.till("0200", &sale_on(4, &id));
    assert_eq!(world.take(TILL).1[&39], "91");
    let records = world.kinds().len();
    world.pass_us(2 * LIFETIME_US);
    assert_eq!(
        (world.kinds().len(), world.exchange.next_deadline_us(), world.exchange.in_flight()),
        (records, None, 0)
    );
}

#[test]
fn that_a_quote_is_over_is_said_once_it_is_on_record() {
    let mut world = world();
    world.quote_id(&quote(1));
    world.now_us += LIFETIME_US;
    world.happen(Event::Tick);
    assert_eq!(world.kinds(), ["quoted", "released"]);
    world.till("0400", &reversal_of_quote(&quote(1), 3));
    assert!(world.take_all(TILL).is_empty(), "the record of its end is not durable");
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
}
