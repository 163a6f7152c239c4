//! Many threads on few units. The oracle counts by itself, with atomics of its own.

use lijian_domain::cap::{CapKey, CapLimit, CapTake};
use lijian_domain::ids::{CampaignId, CategoryId, MerchantId, PersonKey, SerialNumber};
use lijian_domain::money::MinorUnits;
use lijian_store::quota::{Bound, Quota};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const THREADS: u64 = 6;

fn campaign(name: &str) -> CampaignId {
    CampaignId::new(name).unwrap()
}

fn take(key: CapKey, amount: u64, count: u32, amount_max: Option<u64>, count_max: Option<u32>) -> CapTake {
    let limit = CapLimit { amount: amount_max.map(MinorUnits::new), count: count_max };
    CapTake { key, amount: MinorUnits::new(amount), count, limit }
}

/// Numbers that look random and are the same in every run (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// What the test itself knows to be held or used, by cap.
struct Counted {
    key: CapKey,
    limit: u64,
    units: AtomicU64,
}

#[test]
fn few_units_are_never_oversold_and_all_sold() {
    for seed in 1..=20 {
        sell_out(seed);
    }
}

/// Sales of 100 each take a person's allowance, a merchant, one of three categories and the campaign, which is the
/// tightest. A third is declined and gives its hold back. Each thread sells until it is refused for good.
fn sell_out(seed: u64) {
    const UNITS: u64 = 40;
    let quota = Quota::new();
    let base = campaign("c");
    let counted = |key, limit| Counted { key, limit, units: AtomicU64::new(0) };
    let category = |name| CapKey::Category(base, CategoryId::new(name).unwrap());
    let categories = ["a", "b", "d"].map(|name| counted(category(name), UNITS));
    let whole = counted(CapKey::Campaign(base), UNITS);
    let merchant = counted(CapKey::Merchant(base, MerchantId::new("M1").unwrap()), UNITS);
    let granted = AtomicU64::new(0);
    let work = |thread: u64| {
        let mut dice = Dice(seed * 1_000 + thread + 1);
        loop {
            let category = &categories[usize::try_from(dice.roll(3)).unwrap()];
            let person = PersonKey([u8::try_from(dice.roll(200)).unwrap(); 16]);
            let person = CapKey::PersonCategory(base, person, CategoryId::new("a").unwrap());
            let of =
                |cap: &Counted| take(cap.key, 100, 1, Some(cap.limit * 100), Some(u32::try_from(cap.limit).unwrap()));
            let takes = [take(person, 100, 1, None, None), of(&merchant), of(category), of(&whole)];
            match quota.hold(&takes) {
                Err(Bound { held: true, .. }) => std::thread::yield_now(),
                Err(Bound { held: false, key }) => {
                    assert!(!matches!(key, CapKey::PersonCategory(..)), "nobody limits persons here");
                    return;
                }
                Ok(()) => {
                    let caps = [&merchant, category, &whole];
                    for cap in caps {
                        assert!(cap.units.fetch_add(1, Ordering::SeqCst) < cap.limit, "{} is oversold", cap.key);
                    }
                    std::thread::yield_now();
                    if dice.roll(3) == 0 {
                        for cap in caps {
                            cap.units.fetch_sub(1, Ordering::SeqCst);
                        }
                        quota.release(&takes);
                    } else {
                        quota.grant(&takes);
                        granted.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let work = &work;
            scope.spawn(move || work(thread));
        }
    });
    assert_eq!(granted.into_inner(), UNITS, "seed {seed}: the last unit is sold");
    let balance = quota.balance(&whole.key);
    assert_eq!((balance.used.get(), balance.used_count, balance.held_count), (UNITS * 100, 40, 0), "seed {seed}");
    let sold: u32 = categories.iter().map(|cap| quota.balance(&cap.key).used_count).sum();
    assert_eq!(sold, 40);
}

/// Sales that are bound to fail at their last cap lay hands on the last unit over and over. The one who can have it gets it
/// at the first try, every time.
#[test]
fn the_last_unit_is_not_refused_for_somebody_who_fails_elsewhere() {
    let quota = Quota::new();
    let (open, shut) = (campaign("open"), campaign("shut"));
    let contended = [
        take(CapKey::SerialNumber(SerialNumber::new("SN").unwrap()), 0, 1, None, Some(1)),
        take(CapKey::Merchant(open, MerchantId::new("M1").unwrap()), 500, 1, Some(500), None),
        take(CapKey::Category(open, CategoryId::new("a").unwrap()), 500, 1, None, Some(1)),
    ];
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let (quota, done) = (&quota, &done);
            scope.spawn(move || {
                // Each begins at another of the contended caps.
                let mut takes = contended[thread..].to_vec();
                takes.push(take(CapKey::Campaign(shut), 500, 1, Some(499), None));
                while !done.load(Ordering::SeqCst) {
                    let refused = quota.hold(&takes).unwrap_err();
                    let shut_cap = refused.key == CapKey::Campaign(shut) && !refused.held;
                    // While the other has the unit, that is what binds.
                    assert!(shut_cap || refused.held, "{refused:?}");
                }
            });
        }
        scope.spawn(|| {
            for round in 0..2_000 {
                let outcome = quota.hold(&contended);
                if outcome.is_err() {
                    done.store(true, Ordering::SeqCst);
                }
                assert_eq!(outcome, Ok(()), "round {round}");
                quota.release(&contended);
            }
            done.store(true, Ordering::SeqCst);
        });
    });
    assert_eq!(quota.budgets(), []);
}

/// Takes of several caps in any order, some twice: all or none of them, and nobody waits for ever.
#[test]
fn threads_that_take_in_any_order_all_come_through() {
    let quota = Quota::new();
    let base = campaign("c");
    let keys: Vec<CapKey> = (0..6).map(|number| CapKey::Tranche(base, number)).collect();
    let taken: Vec<AtomicU64> = keys.iter().map(|_| AtomicU64::new(0)).collect();
    let work = |thread: u64| {
        let mut dice = Dice(thread + 77);
        for _ in 0..4_000 {
            let picks: Vec<usize> = (0..=dice.roll(4)).map(|_| usize::try_from(dice.roll(6)).unwrap()).collect();
            let takes: Vec<CapTake> = picks.iter().map(|pick| take(keys[*pick], 7, 1, Some(21), None)).collect();
            if quota.hold(&takes).is_ok() {
                for pick in &picks {
                    assert!(taken[*pick].fetch_add(7, Ordering::SeqCst) + 7 <= 21);
                }
                for pick in &picks {
                    taken[*pick].fetch_sub(7, Ordering::SeqCst);
                }
                quota.release(&takes);
            }
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let work = &work;
            scope.spawn(move || work(thread));
        }
    });
    assert_eq!(quota.budgets(), [], "what failed left nothing behind");
}
