//! No history of these seeds breaks a rule; and one seed is one history.

use lijian_testkit::simulation::{Mutation, Passed, play};
use std::collections::BTreeMap;

const SEEDS: u64 = 500;
/// As many as there are processors on the smallest machine.
const THREADS: u64 = 2;

#[test]
fn no_rule_is_broken() {
    let passed: Vec<Passed> = std::thread::scope(|scope| {
        let part = |thread: u64| {
            (1 + thread..=SEEDS).step_by(usize::try_from(THREADS).unwrap()).map(|seed| match play(seed, None) {
                Ok(passed) => passed,
                Err(failed) => panic!("{failed}\nreplay it: cargo run -p lijian-testkit -- --seed {seed}"),
            })
        };
        let threads: Vec<_> =
            (0..THREADS).map(|thread| scope.spawn(move || part(thread).collect::<Vec<_>>())).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut seen = BTreeMap::new();
    for (name, count) in passed.iter().flat_map(|passed| passed.kinds.iter().chain(&passed.troubles)) {
        *seen.entry(*name).or_insert(0) += count;
    }
    // A history in which nothing happens breaks nothing.
    let kinds = [
        "opened",
        "intent",
        "granted",
        "declined",
        "refused",
        "full price",
        "in doubt",
        "released",
        "reversal asked",
        "reversed",
        "reversal refused",
        "tombstone",
        "quoted",
        "return asked",
        "returned",
        "return refused",
        "gave back",
        "queue ordered",
        "rules changed",
        "claimed",
        "claim changed",
        "drawn",
        "redeeming a claim",
    ];
    // What is said to people who claim.
    let refusals = [
        "all-made",
        "all-taken-today",
        "id-taken",
        "in-use",
        "no-pack",
        "nobody-entered",
        "not-drawn-yet",
        "not-over",
        "other-seed",
        "over",
        "redeemed",
        "try-again",
        "unknown",
    ];
    let troubles = [
        "kill",
        "power cut",
        "connection broken",
        "write failed",
        "short write",
        "sync failed",
        "clock set back",
        "clock set forward",
        "disk nearly full",
        "issuer away for an hour",
        "order of two people",
    ];
    for name in kinds.iter().chain(&troubles).chain(&refusals) {
        assert!(seen.get(name).is_some_and(|count| *count >= 20), "{name} comes too rarely: {seen:?}");
    }
}

#[test]
fn a_seed_is_one_history() {
    for seed in [3, 4] {
        assert_eq!(play(seed, None), play(seed, None));
    }
}

#[test]
fn a_failing_seed_fails_again_in_the_same_way() {
    let mutation = Some(Mutation::DurableBeforeSync);
    let failed = (1..50).find_map(|seed| play(seed, mutation).err()).expect("a mistake that is noticed");
    assert_eq!(play(failed.seed, mutation), Err(failed.clone()));
    assert!(failed.to_string().ends_with(&format!("seed {}: {}", failed.seed, failed.violation)));
}
