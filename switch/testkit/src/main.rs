//! Plays as many histories as wanted: `cargo run -p lijian-testkit -- --seeds 10000 --seed 1`.

use lijian_testkit::simulation::play;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

const USAGE: &str = "usage: lijian-testkit [--seeds N] [--seed S]
plays the histories of N seeds (500) from seed S (1) on; the first that breaks a rule is told, and replays with --seed";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((first, seeds)) = read(&arguments) else {
        drop(writeln!(io::stderr(), "{USAGE}"));
        return ExitCode::from(64);
    };
    let mut steps = 0;
    let mut counts = BTreeMap::new();
    for seed in first..first.saturating_add(seeds) {
        match play(seed, None) {
            Ok(passed) => {
                steps += passed.steps;
                for (name, count) in passed.kinds.into_iter().chain(passed.troubles) {
                    *counts.entry(name).or_insert(0) += count;
                }
            }
            Err(failed) => {
                drop(writeln!(io::stdout(), "{failed}"));
                return ExitCode::from(1);
            }
        }
    }
    for (name, count) in counts {
        drop(writeln!(io::stdout(), "{count:>9} {name}"));
    }
    drop(writeln!(io::stdout(), "{seeds} histories from seed {first} on, {steps} steps: no rule was broken"));
    ExitCode::SUCCESS
}

/// The first seed, and how many.
fn read(arguments: &[String]) -> Option<(u64, u64)> {
    let (mut first, mut seeds) = (1, 500);
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--seed" => {
                first = value.parse().ok()?;
                if !arguments.iter().any(|name| name == "--seeds") {
                    seeds = 1;
                }
            }
            [name, value] if name == "--seeds" => seeds = value.parse().ok()?,
            _ => return None,
        }
    }
    Some((first, seeds))
}
