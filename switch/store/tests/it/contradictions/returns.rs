//! What cannot become of a return, nor of what it gives back.

use super::{Answered, Tail, elsewhere, gave, return_refused, returned, stops, take, ten, undoing};
use crate::history::histories;
use lijian_domain::cap::CapTake;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, ReturnWay};
use lijian_store::recovery::Contradiction;
use proptest::prelude::{ProptestConfig, proptest};

const UNDOING: &str = "reversal of a void";

fn not_returned(prefix: &[Entry]) {
    for (step, end) in [("returned", returned as Answered), ("return refused", return_refused)] {
        let check = |name: &dyn Fn(&mut Tail, Lsn) -> (Lsn, Lsn)| {
            stops(prefix, |history| {
                let sale = history.granted_sale();
                let (asked, intent) = name(history, sale);
                Contradiction::NotReturned { at: history.append(end(asked, intent)), step, asked, intent }
            });
        };
        check(&|_, sale| (Lsn::NONE, sale));
        check(&|history, sale| (history.next(), sale));
        check(&|_, sale| (sale, sale));
        // A reversal is no return.
        check(&|history, sale| (history.append(super::reversal(sale)), sale));
        for way in [ReturnWay::Void, ReturnWay::Refund] {
            for first in [returned as Answered, return_refused] {
                check(&|history, sale| {
                    let asked = history.ask(sale, way);
                    history.append(first(asked, sale));
                    (asked, sale)
                });
            }
            check(&|history, sale| {
                let asked = history.ask(sale, way);
                (asked, history.granted_sale())
            });
        }
        // Undone, whether its own answer had come or not.
        check(&|history, sale| {
            let void = history.void(sale);
            let undo = history.undo(void, sale);
            history.append(returned(undo, sale));
            (void, sale)
        });
        check(&|history, sale| {
            let void = history.ask(sale, ReturnWay::Void);
            let undo = history.undo(void, sale);
            history.append(returned(undo, sale));
            (void, sale)
        });
        check(&|history, sale| {
            let void = history.void(sale);
            let undo = history.undo(void, sale);
            history.append(returned(undo, sale));
            (undo, sale)
        });
    }
}

/// Whether a void that does not stand is named by the asking, or ceases to stand before the answer.
fn not_undone(prefix: &[Entry]) {
    let check = |name: &dyn Fn(&mut Tail, Lsn) -> Lsn| {
        stops(prefix, |history| {
            let intent = history.granted_sale();
            let asked = name(history, intent);
            Contradiction::NotReturned { at: history.append(undoing(asked, intent)), step: UNDOING, asked, intent }
        });
    };
    check(&|_, _| Lsn::NONE);
    check(&|history, _| history.next());
    check(&|_, sale| sale);
    check(&|history, sale| history.ask(sale, ReturnWay::Refund));
    check(&|history, _| {
        let other = history.granted_sale();
        history.void(other)
    });
    let ends: [Answered; 2] = [|void, sale| gave(void, sale, ten()), |void, sale| gave(void, sale, take(1, 0))];
    for end in ends {
        check(&|history, sale| {
            let void = history.void(sale);
            history.append(end(void, sale));
            void
        });
        stops(prefix, |history| {
            let intent = history.granted_sale();
            let asked = history.void(intent);
            let undo = history.undo(asked, intent);
            history.append(end(asked, intent));
            Contradiction::NotReturned { at: history.append(returned(undo, intent)), step: UNDOING, asked, intent }
        });
    }
    check(&|history, sale| {
        let void = history.ask(sale, ReturnWay::Void);
        history.append(return_refused(void, sale));
        void
    });
    check(&|history, sale| {
        let void = history.void(sale);
        let undo = history.undo(void, sale);
        history.append(returned(undo, sale));
        void
    });
    // Undone by another reversal, or refused by the issuer, before the answer.
    stops(prefix, |history| {
        let intent = history.granted_sale();
        let asked = history.void(intent);
        let [undo, again] = [history.undo(asked, intent), history.undo(asked, intent)];
        history.append(returned(undo, intent));
        Contradiction::NotReturned { at: history.append(returned(again, intent)), step: UNDOING, asked, intent }
    });
    stops(prefix, |history| {
        let intent = history.granted_sale();
        let asked = history.ask(intent, ReturnWay::Void);
        let undo = history.undo(asked, intent);
        history.append(return_refused(asked, intent));
        Contradiction::NotReturned { at: history.append(returned(undo, intent)), step: UNDOING, asked, intent }
    });
}

fn given_back(prefix: &[Entry]) {
    let check = |amount: CapTake, name: &dyn Fn(&mut Tail, Lsn) -> (Lsn, Lsn)| {
        stops(prefix, |history| {
            let sale = history.granted_sale();
            let (asked, intent) = name(history, sale);
            Contradiction::GivenBack { at: history.append(gave(asked, intent, amount)), asked }
        });
    };
    let least = take(1, 0);
    check(least, &|_, sale| (Lsn::NONE, sale));
    check(least, &|history, sale| (history.next(), sale));
    check(least, &|_, sale| (sale, sale));
    check(least, &|history, sale| (history.void(sale), history.granted_sale()));
    for way in [ReturnWay::Void, ReturnWay::Refund] {
        let confirmed = |history: &mut Tail, sale: Lsn| {
            let asked = history.ask(sale, way);
            history.append(returned(asked, sale));
            asked
        };
        check(least, &|history, sale| (history.ask(sale, way), sale));
        check(least, &|history, sale| {
            let asked = history.ask(sale, way);
            history.append(return_refused(asked, sale));
            (asked, sale)
        });
        for too_much in [take(11, 0), take(10, 2), take(0, 2), take(u64::MAX, u32::MAX), elsewhere()] {
            check(too_much, &|history, sale| (confirmed(history, sale), sale));
        }
        // In all, by steps.
        for (first, then) in [(take(6, 0), take(5, 0)), (take(0, 1), take(1, 1)), (take(9, 1), take(2, 0))] {
            check(then, &|history, sale| {
                let asked = confirmed(history, sale);
                history.append(gave(asked, sale, first));
                (asked, sale)
            });
        }
        // Nothing is left.
        for steps in [&[ten()][..], &[take(10, 0), take(0, 1)], &[take(4, 0), take(6, 1)]] {
            check(least, &|history, sale| {
                let asked = confirmed(history, sale);
                for step in steps {
                    history.append(gave(asked, sale, *step));
                }
                (asked, sale)
            });
        }
    }
    check(least, &|history, sale| {
        let void = history.void(sale);
        let undo = history.undo(void, sale);
        history.append(returned(undo, sale));
        (void, sale)
    });
    // The reversal of a void gives nothing.
    check(least, &|history, sale| {
        let void = history.void(sale);
        let undo = history.undo(void, sale);
        history.append(returned(undo, sale));
        (undo, sale)
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..Default::default() })]

    #[test]
    fn an_outcome_of_a_return_that_is_not_under_way(prefix in histories()) {
        not_returned(&prefix);
    }

    #[test]
    fn the_reversal_of_a_void_that_does_not_stand(prefix in histories()) {
        not_undone(&prefix);
    }

    #[test]
    fn more_given_back_than_a_return_gives(prefix in histories()) {
        given_back(&prefix);
    }
}
