//! What cannot become of a sale, its quote and its reversal.

use super::{
    Answered, Tail, asked, elsewhere, in_doubt, released, reversal, reversal_refused, reversed, sale, stops, take, ten,
};
use crate::history::{histories, outcome};
use lijian_domain::cap::CapTake;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, Record, ReturnWay};
use lijian_store::recovery::Contradiction;
use proptest::prelude::{ProptestConfig, proptest};

/// Makes the record that ends the sale of an LSN.
type EndOfSale = fn(Lsn) -> Record;

/// Ends of a sale, and what an error calls them.
const ENDS: [(&str, EndOfSale); 4] = [
    ("granted", |intent| Record::Granted(outcome(intent))),
    ("declined", |intent| Record::Declined(outcome(intent))),
    ("released", released),
    ("in doubt", in_doubt),
];

fn not_open(prefix: &[Entry]) {
    for (step, end) in ENDS {
        let check = |name: &dyn Fn(&mut Tail) -> Lsn| {
            stops(prefix, |history| {
                let intent = name(history);
                Contradiction::NotOpen { at: history.append(end(intent)), step, intent }
            });
        };
        check(&|_| Lsn::NONE);
        check(&|history| history.next());
        check(&|_| Lsn(u64::MAX));
        check(&|history| history.append(Record::Tombstone(super::twice::tombstone())));
        // After each of the ends that there are.
        for (_, first) in &ENDS[..3] {
            check(&|history| {
                let sale = history.sale();
                history.append(first(sale));
                sale
            });
        }
        check(&|history| {
            let sale = history.sale();
            history.doubt(sale);
            history.append(released(sale));
            sale
        });
        // What the quote held is the sale's.
        check(&|history| {
            let quote = history.quote();
            history.append(sale(history.next(), Some(quote), &[ten()]));
            quote
        });
        check(&|history| {
            let quote = history.quote();
            history.append(released(quote));
            quote
        });
        // A quote ends by a release or by a sale.
        if step != "released" {
            check(&Tail::quote);
        }
    }
}

fn doubtful(prefix: &[Entry]) {
    for (step, end) in ENDS.into_iter().filter(|(step, _)| *step != "released") {
        stops(prefix, |history| {
            let intent = history.sale();
            history.doubt(intent);
            Contradiction::InDoubt { at: history.append(end(intent)), step, intent }
        });
    }
}

fn no_quote(prefix: &[Entry]) {
    let check = |takes: &[CapTake], name: &dyn Fn(&mut Tail) -> Lsn| {
        stops(prefix, |history| {
            let quote = name(history);
            Contradiction::NoQuote { at: history.append(sale(history.next(), Some(quote), takes)), quote }
        });
    };
    check(&[ten()], &|_| Lsn::NONE);
    check(&[ten()], &|history| history.next());
    check(&[ten()], &Tail::sale);
    check(&[ten()], &Tail::granted_sale);
    check(&[ten()], &|history| {
        let quote = history.quote();
        history.append(sale(history.next(), Some(quote), &[ten()]));
        quote
    });
    check(&[ten()], &|history| {
        let quote = history.quote();
        history.append(released(quote));
        quote
    });
    for other in [&[][..], &[take(9, 1)], &[take(11, 1)], &[take(10, 2)], &[elsewhere()], &[ten(), elsewhere()]] {
        check(other, &Tail::quote);
    }
}

fn not_asked(prefix: &[Entry]) {
    for (step, end) in [("reversed", reversed as Answered), ("reversal refused", reversal_refused)] {
        let check = |name: &dyn Fn(&mut Tail, Lsn) -> (Lsn, Lsn)| {
            stops(prefix, |history| {
                let sale = history.granted_sale();
                let (asked, intent) = name(history, sale);
                Contradiction::NotAsked { at: history.append(end(asked, intent)), step, asked, intent }
            });
        };
        check(&|_, sale| (Lsn::NONE, sale));
        check(&|history, sale| (history.next(), sale));
        check(&|_, sale| (sale, sale));
        // A return is no reversal.
        check(&|history, sale| (history.ask(sale, ReturnWay::Void), sale));
        for first in [reversed as Answered, reversal_refused] {
            check(&|history, sale| {
                let asked = history.append(reversal(sale));
                history.append(first(asked, sale));
                (asked, sale)
            });
        }
        check(&|history, sale| {
            let asked = history.append(reversal(sale));
            (asked, history.granted_sale())
        });
    }
}

fn not_granted(prefix: &[Entry]) {
    let check = |name: &dyn Fn(&mut Tail) -> Lsn| {
        stops(prefix, |history| {
            let intent = name(history);
            let asking = history.append(reversal(intent));
            Contradiction::NotGranted { at: history.append(reversed(asking, intent)), intent }
        });
        for way in [ReturnWay::Void, ReturnWay::Refund] {
            stops(prefix, |history| {
                let intent = name(history);
                Contradiction::NotGranted { at: history.append(asked(intent, None, way)), intent }
            });
        }
    };
    check(&|_| Lsn::NONE);
    check(&Tail::sale);
    check(&Tail::quote);
    check(&|history| history.append(Record::Tombstone(super::twice::tombstone())));
    for (_, end) in &ENDS[1..] {
        check(&|history| {
            let sale = history.sale();
            history.append(end(sale));
            sale
        });
    }
    let reversed_sale = |history: &mut Tail| {
        let sale = history.granted_sale();
        let first = history.append(reversal(sale));
        history.append(reversed(first, sale));
        sale
    };
    check(&reversed_sale);
    // The outcome of the grant was the quote's sale's, not the quote's.
    check(&|history| {
        let quote = history.quote();
        let sale = history.append(sale(history.next(), Some(quote), &[ten()]));
        history.append(Record::Granted(outcome(sale)));
        quote
    });
    // What was returned is not reversed any more, though the grant stands.
    for way in [ReturnWay::Void, ReturnWay::Refund] {
        stops(prefix, |history| {
            let intent = history.granted_sale();
            let asking = history.append(reversal(intent));
            let first = history.ask(intent, way);
            history.append(super::returned(first, intent));
            Contradiction::NotGranted { at: history.append(reversed(asking, intent)), intent }
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..Default::default() })]

    #[test]
    fn an_outcome_of_what_is_not_open(prefix in histories()) {
        not_open(&prefix);
    }

    #[test]
    fn an_outcome_of_what_is_in_doubt(prefix in histories()) {
        doubtful(&prefix);
    }

    #[test]
    fn a_sale_on_a_quote_that_is_not_there(prefix in histories()) {
        no_quote(&prefix);
    }

    #[test]
    fn an_outcome_of_a_reversal_that_nobody_asked_for(prefix in histories()) {
        not_asked(&prefix);
    }

    #[test]
    fn a_way_back_from_what_is_not_granted(prefix in histories()) {
        not_granted(&prefix);
    }
}
