//! Caps: N of them held and released by 1, 2, 4 and 8 threads at once beside as many bare `fetch_add`s on as many contended counters, and
//! a person's allowance looked up among a thousand to ten million.
//!
//! `cargo bench -p lijian-benches --bench caps -- [--persons-max N]`. A hold and its release are two changes of each cap, so two
//! `fetch_add`s stand beside them. Nothing is asserted about time.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock"
)]

use lijian_domain::cap::{CapKey, CapLimit, CapTake};
use lijian_domain::ids::{CampaignId, CategoryId, DistrictCode, MerchantId, PersonKey};
use lijian_domain::money::MinorUnits;
use lijian_store::quota::Quota;
use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const ROUNDS: u32 = 1_000_000;
const LOOK_UPS: u64 = 1_000_000;

/// As far apart as caps are.
#[repr(align(128))]
#[derive(Default)]
struct Counter(AtomicU64);

fn main() {
    for caps in [1, 3] {
        for threads in [1, 2, 4, 8] {
            contended(caps, threads);
        }
    }
    let arguments: Vec<String> = std::env::args().collect();
    let most = arguments.iter().position(|argument| argument == "--persons-max");
    let most = most.map_or(10_000_000, |at| arguments[at + 1].parse().unwrap());
    let quota = Quota::new();
    let mut persons = 0;
    for size in [1_000, 10_000, 100_000, 1_000_000, 10_000_000_u64].into_iter().filter(|size| *size <= most) {
        (persons..size).for_each(|person| {
            let take = [take(of_person(person))];
            quota.hold(&take).unwrap();
            quota.grant(&take);
        });
        persons = size;
        look_up(&quota, size);
    }
}

fn campaign() -> CampaignId {
    CampaignId::new("shenzhen-2024").unwrap()
}

fn of_person(person: u64) -> CapKey {
    let mut key = [0; 16];
    // As keyed digests are spread.
    let spread = u128::from(person).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    key.copy_from_slice(&spread.to_le_bytes());
    CapKey::PersonCategory(campaign(), PersonKey(key), CategoryId::new("refrigerator").unwrap())
}

fn take(key: CapKey) -> CapTake {
    let limit = CapLimit { amount: Some(MinorUnits::new(u64::MAX / 4)), count: None };
    CapTake { key, limit, amount: MinorUnits::new(200), count: 1 }
}

fn contended(caps: usize, threads: usize) {
    let keys = [
        CapKey::Merchant(campaign(), MerchantId::new("999584057220001").unwrap()),
        CapKey::District(campaign(), DistrictCode::parse("440305").unwrap()),
        CapKey::Category(campaign(), CategoryId::new("refrigerator").unwrap()),
    ];
    let takes: Vec<CapTake> = keys.into_iter().take(caps).map(take).collect();
    let quota = Quota::new();
    let held_ns = timed(threads, || {
        for _ in 0..ROUNDS {
            quota.hold(black_box(&takes)).unwrap();
            quota.release(black_box(&takes));
        }
    });
    let counters: Vec<Counter> = (0..caps).map(|_| Counter::default()).collect();
    let bare_ns = timed(threads, || {
        for _ in 0..ROUNDS {
            for amount in [200, 0_u64.wrapping_sub(200)] {
                for counter in &counters {
                    black_box(counter.0.fetch_add(amount, Ordering::AcqRel));
                }
            }
        }
    });
    let ratio = bare_ns * 1_000 / held_ns.max(1);
    println!(
        "caps caps={caps} threads={threads} hold_and_release_ns={held_ns} fetch_adds_ns={bare_ns} ratio={}.{:03}",
        ratio / 1_000,
        ratio % 1_000
    );
}

/// Nanoseconds of one round, by the clock, with all threads at it.
fn timed(threads: usize, work: impl Fn() + Sync) -> u128 {
    let barrier = Barrier::new(threads + 1);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    work();
                })
            })
            .collect();
        barrier.wait();
        let started = Instant::now();
        running.into_iter().for_each(|thread| thread.join().unwrap());
        started.elapsed().as_nanos() / (u128::from(ROUNDS) * threads as u128)
    })
}

fn look_up(quota: &Quota, persons: u64) {
    let mut state = 42_u64;
    let keys: Vec<CapKey> = (0..LOOK_UPS)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            of_person((state >> 20) % persons)
        })
        .collect();
    let started = Instant::now();
    for key in &keys {
        black_box(quota.balance(black_box(key)));
    }
    let each_ns = started.elapsed().as_nanos() / u128::from(LOOK_UPS);
    println!("caps persons={persons} look_up_ns={each_ns}");
}
