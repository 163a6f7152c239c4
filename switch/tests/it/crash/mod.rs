//! The daemon killed with SIGKILL at any moment, started again on the same data, and held to everything that it said.
//!
//! One issuer and one set of tills live through all of it. Every cycle starts the daemon (now and then killing it while it
//! starts), compares what the tills were told with the journal, the issuer's books and the budgets' page, sells on, and kills
//! it after so many answers. Nothing here asks the switch's code what is right: discounts, sums and limits are worked out
//! anew, and the journal is read from what `lijian ledger export` prints.
//!
//! `LIJIAN_CRASH_CYCLES` sets the number of cycles (10), `LIJIAN_CRASH_SEED` the seed of all that is drawn. A failing
//! run tells its seed; the kill comes after the same answer then, though the machine's own timing differs.
#![expect(clippy::panic, reason = "a daemon that does not come up, or to rest, has failed the test")]

mod books;
mod comparison;
mod cycle;
mod dice;
mod goods;
mod history;
mod issuer_books;
mod load;
mod restart;

use cycle::Trial;

const CYCLES: u64 = 10;

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}: expected a whole number")))
}

#[test]
fn what_was_acknowledged_stands_however_often_the_daemon_is_killed() {
    let cycles = setting("LIJIAN_CRASH_CYCLES").unwrap_or(CYCLES);
    let seed = setting("LIJIAN_CRASH_SEED").unwrap_or_else(dice::fresh_seed);
    // Shown where the test fails.
    println!("LIJIAN_CRASH_CYCLES={cycles} LIJIAN_CRASH_SEED={seed}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let counts = tokio::task::LocalSet::new().block_on(&runtime, async {
        let mut trial = Trial::new(seed);
        for _ in 0..cycles {
            trial.cycle().await;
        }
        trial.finish().await
    });
    println!("{counts:?}");
    // A run in which nothing was at stake proves nothing.
    assert!(counts.grants > 10 * cycles && counts.declines > 0 && counts.refusals_by_budget > 0, "{counts:?}");
    assert!(counts.records > counts.grants && counts.repeats > 10 * cycles && counts.reversals > cycles, "{counts:?}");
}
