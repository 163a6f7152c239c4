//! Every interleaving of small models: `RUSTFLAGS="--cfg loom" cargo test -p lijian-store --release loom`.

use super::gauge::{Attempt, Gauge};
use super::{Bound, Quota};
use lijian_domain::cap::{CapKey, CapLimit, CapTake};
use lijian_domain::ids::CampaignId;
use lijian_domain::money::MinorUnits;
use loom::sync::Arc;
use loom::thread;

fn take(number: u16, amount: u64, limit: u64) -> CapTake {
    let limit = CapLimit::of_amount(MinorUnits::new(limit));
    CapTake { key: CapKey::Tranche(CampaignId::default(), number), amount: MinorUnits::new(amount), count: 0, limit }
}

/// A quota whose counters exist: only their steps are of interest.
fn quota(numbers: std::ops::Range<u16>) -> Arc<Quota> {
    let quota = Quota::new();
    for number in numbers {
        quota.place(&take(number, 0, 0).key);
    }
    Arc::new(quota)
}

#[test]
fn of_two_takers_of_the_last_unit_one_gets_it() {
    loom::model(|| {
        let gauge = Arc::new(Gauge::new());
        let taker = || {
            let gauge = Arc::clone(&gauge);
            thread::spawn(move || {
                loop {
                    match gauge.try_take(1, 1) {
                        Attempt::Taken => break gauge.confirm(1).is_ok(),
                        Attempt::Bound => break false,
                        Attempt::Wait => thread::yield_now(),
                    }
                }
            })
        };
        let takers = [taker(), taker()];
        let taken = takers.map(|taker| taker.join().unwrap());
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
        assert_eq!(gauge.held_and_used(), (1, 0));
    });
}

#[test]
fn the_last_unit_is_sold_though_another_fails_elsewhere() {
    loom::model(|| {
        let quota = quota(1..3);
        let other = Arc::clone(&quota);
        let fails = thread::spawn(move || other.hold(&[take(1, 1, 1), take(2, 1, 0)]));
        let sold = quota.hold(&[take(1, 1, 1)]);
        let refused = fails.join().unwrap().unwrap_err();
        assert_eq!(sold, Ok(()));
        assert!(matches!(refused.key, CapKey::Tranche(_, 1 | 2)));
        assert_eq!(quota.balance(&take(1, 0, 0).key).held, MinorUnits::new(1));
        assert_eq!(quota.balance(&take(2, 0, 0).key).held, MinorUnits::ZERO);
    });
}

#[test]
fn two_holds_that_cross_both_end() {
    loom::model(|| {
        let quota = quota(1..3);
        let other = Arc::clone(&quota);
        let (ascending, descending) = ([take(1, 1, 1), take(2, 1, 1)], [take(2, 1, 1), take(1, 1, 1)]);
        let second = thread::spawn(move || other.hold(&descending));
        let outcomes = [quota.hold(&ascending), second.join().unwrap()];
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        for number in 1..3 {
            assert_eq!(quota.balance(&take(number, 0, 0).key).held, MinorUnits::new(1));
        }
    });
}

#[test]
fn what_is_released_can_be_taken() {
    loom::model(|| {
        let quota = quota(1..2);
        let one = [take(1, 1, 1)];
        quota.hold(&one).unwrap();
        let (taker, releaser) = (Arc::clone(&quota), Arc::clone(&quota));
        let takes = thread::spawn(move || taker.hold(&[take(1, 1, 1)]));
        let releases = thread::spawn(move || releaser.release(&[take(1, 1, 1)]));
        let outcome = takes.join().unwrap();
        releases.join().unwrap();
        // Before the release begins the unit is held, so the refusal says that it may pass.
        assert!(matches!(outcome, Ok(()) | Err(Bound { held: true, .. })), "{outcome:?}");
        if outcome.is_err() {
            assert_eq!(quota.hold(&one), Ok(()));
        }
    });
}

#[test]
fn what_is_granted_while_others_ask_stays_counted() {
    loom::model(|| {
        let quota = quota(1..2);
        let one = [take(1, 1, 2)];
        quota.hold(&one).unwrap();
        let other = Arc::clone(&quota);
        let grants = thread::spawn(move || other.grant(&[take(1, 1, 2)]));
        let outcome = quota.hold(&[take(1, 2, 2)]);
        grants.join().unwrap();
        assert!(outcome.is_err());
        assert_eq!(quota.hold(&one), Ok(()));
        let balance = quota.balance(&one[0].key);
        assert_eq!((balance.held.get(), balance.used.get()), (1, 1));
    });
}
