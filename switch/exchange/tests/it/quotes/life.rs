//! A quote is given, or not, and a sale uses it once.

use super::*;
use lijian_domain::record::Record;
use lijian_exchange::settings::{Presentation, QuoteRules, RefusalPolicy};
use lijian_exchange::{Event, LinkId};

#[test]
fn a_quote_is_answered_by_the_switch_alone_once_it_is_on_record() {
    let mut world = world();
    world.till("0100", &quote(1));
    assert_eq!(world.kinds(), ["quoted"]);
    assert!(world.sent.is_empty(), "not before it is durable");
    assert_eq!(of(world.campaign()), holds(40_000, 0));
    world.sync();
    assert!(world.take_all(ISSUER).is_empty());
    let (mti, answer) = world.take(TILL);
    assert_eq!((mti.as_str(), answer[&39].as_str(), answer[&4].as_str()), ("0110", "00", "000000160000"));
    let tags = ["81", "82", "83", "84", "85", "86", "87"].map(|number| tag(&answer, 48, number).unwrap());
    let text = "SUBSIDY CNY 400.00 TO PAY CNY 1600.00";
    assert_eq!(tags, ["40000", "G000", "trial", "0001000000000001", text, "40000", "180"]);
    assert_eq!((world.exchange.in_flight(), world.exchange.status().quotes_open), (0, 1));
    assert_eq!(world.effects.tally.quotes, 1);
}

#[test]
fn the_sale_takes_over_what_the_quote_holds() {
    let mut world = world();
    let id = world.quote_id(&quote(1));
    world.till("0200", &sale_on(2, &id));
    assert!(world.sent.is_empty());
    assert_eq!(of(world.campaign()), holds(40_000, 0), "held once");
    world.sync();
    let (_, asked) = world.take(ISSUER);
    assert_eq!((asked[&4].as_str(), asked[&54].as_str()), ("000000160000", "0057156D000000200000"));
    world.issuer("0210", &approval(&asked));
    assert!(world.sent.is_empty());
    world.sync();
    let (_, answer) = world.take(TILL);
    assert_eq!((answer[&39].as_str(), answer[&4].as_str()), ("00", "000000160000"));
    let tags = ["81", "82", "83", "84", "86"].map(|number| tag(&answer, 48, number).unwrap());
    assert_eq!(tags, ["40000", "G000", "trial", "0001000000000002", "40000"], "a grant of its own");
    assert_eq!(tag(&answer, 48, "87"), None);
    assert_eq!(world.kinds(), ["quoted", "intent", "granted"]);
    assert_eq!(of(world.campaign()), holds(0, 40_000));
    let (Record::Quoted(quoted), Record::Intent(intent)) = (&world.journal[0].record, &world.journal[1].record) else {
        panic!("{:?}", world.kinds())
    };
    assert_eq!((intent.quote, &intent.award), (Some(world.journal[0].lsn), &quoted.sale.award));
    assert_eq!((intent.person, intent.origin.stan.0), (quoted.sale.person, 2));
    // Reversed like any sale.
    let asked = world.reversal_asked(&reversal_of(&sale_on(2, &id), 3, 160_000));
    world.issuer("0410", &answer_to(&asked, "00"));
    world.sync();
    assert_eq!(of(world.campaign()), holds(0, 0));
    assert_eq!((world.exchange.status().quotes_open, world.effects.tally.quotes_used), (0, 1));
}

#[test]
fn a_quote_is_used_once_however_its_sale_ends() {
    for code in ["00", "51", "98"] {
        let mut world = world();
        let id = world.quote_id(&quote(1));
        let asked = world.sale_asked(&sale_on(2, &id));
        assert_eq!(world.sale_refused(&sale_on(3, &id)), pair("57", "N115"), "in flight");
        world.issuer("0210", &answer_to(&asked, code));
        world.sync();
        assert_eq!(world.take(TILL).1[&39], code);
        assert_eq!(world.sale_refused(&sale_on(4, &id)), pair("57", "N115"), "{code}");
        let expected = match code {
            "00" => holds(0, 40_000),
            "51" => holds(0, 0),
            _ => holds(40_000, 0),
        };
        assert_eq!(of(world.campaign()), expected, "{code}");
        world.pass_us(2 * LIFETIME_US);
        assert_eq!(of(world.campaign()), expected, "the quote's time no longer counts");
    }
}

#[test]
fn a_chip_sale_passes_on_a_quote_and_not_without() {
    let chip = |mut fields: Fields, amount: &str| {
        fields.insert(55, format!("9F260811223344556677889F0206{amount}"));
        fields
    };
    let mut world = world();
    assert_eq!(world.sale_refused(&chip(sale(1), "000000200000")), pair("57", "N114"));
    let id = world.quote_id(&chip(quote(2), "000000000000"));
    assert_eq!(world.sale_refused(&chip(sale_on(3, &id), "000000200000")), pair("57", "N115"));
    assert_eq!(world.sale_refused(&chip(sale_on(4, &id), "0000")), pair("57", "N115"), "cut short");
    let asked = world.sale_asked(&chip(sale_on(5, &id), "000000160000"));
    assert_eq!(asked[&55], chip(sale_on(5, &id), "000000160000")[&55], "what the chip signed, untouched");
    world.issuer("0210", &approval(&asked));
    world.sync();
    assert_eq!(world.take(TILL).1[&39], "00");
}

#[test]
fn a_network_that_splits_by_tag_is_asked_for_the_gross_amount_of_one_grant() {
    let mut world = Setup { presentation: Presentation::Gross, ..Setup::default() }.build();
    let id = world.quote_id(&quote(1));
    let asked = world.sale_asked(&sale_on(2, &id));
    assert_eq!(asked[&4], "000000200000");
    let (run, coupons) = asked[&48].split_once("89093").unwrap();
    assert_eq!(run, "8100540000830 05trial840160001000000000002".replace(' ', ""));
    assert!(coupons.starts_with("[{\"type\":\"CP01\","), "{coupons}");
    world.issuer("0210", &approval(&asked));
    world.sync();
    assert_eq!(world.take(TILL).1[&4], "000000160000");
}

#[test]
fn refusals_are_on_record_and_nobody_goes_on_at_full_price() {
    for refusal in [RefusalPolicy::Decline, RefusalPolicy::FullPrice] {
        let mut world = Setup { refusal, budget_fen: 50_000, ..Setup::default() }.build();
        let id = world.quote_id(&quote(1));
        let check = |world: &mut World, quote: &Fields, code: &str, decision: &str| {
            let records = world.journal.len();
            world.till("0100", quote);
            assert!(world.sent.is_empty());
            world.sync();
            let (_, answer) = world.take(TILL);
            assert_eq!((&answer[&39], tag(&answer, 48, "82")), (&code.to_owned(), Some(decision.to_owned())));
            assert_eq!((tag(&answer, 48, "84"), tag(&answer, 48, "87")), (None, None));
            assert_eq!(world.kinds()[records..], ["refused"]);
            assert!(world.take_all(ISSUER).is_empty(), "{refusal:?}");
        };
        check(&mut world, &quote_of(2, OTHER_CARD), "61", "N106");
        let mut unknown = quote(3);
        unknown.insert(48, "010136901234567908030062000000".replacen("030062000000", "03006200000", 1));
        check(&mut world, &unknown, "57", "N102");
        let mut unequal = quote(4);
        unequal.insert(4, "000000190000".to_owned());
        check(&mut world, &unequal, "30", "N107");
        let mut on_quote = quote(5);
        on_quote.insert(48, format!("84016{id}"));
        check(&mut world, &on_quote, "30", "N107");
        let mut nobody = quote(6);
        nobody.remove(&2);
        check(&mut world, &nobody, "57", "N108");
        // A refused sale on a quote sent the net amount: it is no full price to go on with.
        assert_eq!(world.sale_refused(&sale_of(7, CARD, &format!("84016{id}"), 200_000)), pair("57", "N115"));
        world.happen(Event::SpaceLow);
        world.till("0200", &sale_on(8, &id));
        assert!(world.take_all(ISSUER).is_empty());
        assert_eq!(world.take(TILL).1[&39], "91");
    }
}

#[test]
fn while_a_quote_is_open_its_person_is_told_to_try_again() {
    let mut world = world();
    world.quote_id(&quote(1));
    for (mti, fields) in [("0100", quote(2)), ("0200", sale(3))] {
        world.till(mti, &fields);
        let (_, answer) = world.take(TILL);
        assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("91", "N190"));
    }
    assert_eq!(world.kinds(), ["quoted"], "nothing of it is on record");
    world.pass_us(LIFETIME_US);
    assert_eq!(world.quoted(&quote(2))[&39], "00");
}

#[test]
fn a_terminal_and_a_link_have_so_many_quotes_open_and_no_more() {
    let card = |number: u32| format!("62170000000001{number:05}");
    for (open_max, of_terminal_max, elsewhere) in [(100, 2, "00"), (2, 8, "91")] {
        let quotes = QuoteRules { open_max, of_terminal_max, ..Setup::default().quotes };
        let mut world = Setup { quotes, ..Setup::default() }.build();
        let first = world.quote_id(&quote_of(1, &card(1)));
        world.quote_id(&quote_of(2, &card(2)));
        world.till("0100", &quote_of(3, &card(3)));
        let (_, answer) = world.take(TILL);
        assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("91", "N190"));
        assert_eq!(world.effects.tally.quotes_over_limit, 1);
        let mut other = quote_of(4, &card(4));
        other.insert(41, "T0000002".to_owned());
        world.till("0100", &other);
        world.sync();
        assert_eq!(world.take(TILL).1[&39], elsewhere);
        // One that is used makes room.
        world.sale_asked(&sale_of(5, &card(1), &format!("84016{first}"), 160_000));
        assert_eq!(world.quoted(&quote_of(6, &card(3)))[&39], "00");
    }
}

#[test]
fn repeats_get_the_same_bytes() {
    let mut world = world();
    world.till("0100", &quote(1));
    world.till("0101", &quote(1));
    assert_eq!(world.effects.tally.repeats_in_flight, 1);
    world.sync();
    let first = world.take(TILL);
    let id = tag(&first.1, 48, "84").unwrap();
    let repeated = |world: &mut World, mti: &str| {
        world.till(mti, &quote(1));
        world.serve_reads();
        assert_eq!(world.take(TILL), first);
    };
    world.pass_us(60_000_000);
    repeated(&mut world, "0100");
    let mut other = quote(1);
    other.insert(4, "000000210000".to_owned());
    world.till("0100", &other);
    assert_eq!(world.take(TILL).1[&39], "94");
    let answer = world.sale_approved(&sale_on(2, &id));
    repeated(&mut world, "0101");
    world.till("0201", &sale_on(2, &id));
    world.serve_reads();
    assert_eq!(world.take(TILL).1, answer);
    assert_eq!((world.kinds(), of(world.campaign())), (vec!["quoted", "intent", "granted"], holds(0, 40_000)));
    world.till("0201", &sale_of(2, CARD, "840160000000000000000", 160_000));
    assert_eq!(world.take(TILL).1[&39], "94");
}

#[test]
fn a_link_without_quotes_passes_them_on() {
    let mut world = Setup { quotes: QuoteRules::default(), ..Setup::default() }.build();
    world.till("0100", &quote(1));
    assert_eq!(world.take(ISSUER).0, "0100");
    assert!(world.kinds().is_empty());
}

#[test]
fn nothing_is_promised_that_cannot_be_kept() {
    let refused = |world: &mut World| {
        world.till("0100", &quote(1));
        let (_, answer) = world.take(TILL);
        assert_eq!((answer[&39].as_str(), tag(&answer, 48, "82").unwrap().as_str()), ("91", "N190"));
        assert!(world.kinds().is_empty() && world.campaign() == CapBalance::default());
    };
    for event in [Event::SpaceLow, Event::Drain, Event::Poisoned] {
        let mut world = world();
        world.happen(event);
        refused(&mut world);
    }
    // The issuer is not needed for a price; for the sale it is, and the quote waits for it.
    let mut world = world();
    world.happen(Event::Disconnected { connection: ISSUER });
    let id = world.quote_id(&quote(1));
    world.till("0200", &sale_on(2, &id));
    assert_eq!(world.take(TILL).1[&39], "91");
    world.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
    assert_eq!(world.sale_approved(&sale_on(2, &id))[&39], "00");
}
