//! The simulation: acquirers, the switch and issuers in one process, under virtual time, from a seed.
//!
//! It runs the daemon's own exchange, journal, format, quota and recovery; only the edges (sockets, disk, clock) are of its
//! own, and they do whatever real ones do. Everything that the switch appends, sends and hears is shown to the auditor as
//! it happens.
//!
//! Invariants: one seed is one history, whatever the machine does; a broken rule ends it. May call every room of the
//! product that has no input and output, and the auditor.

mod caps_seen;
mod claiming;
mod daemon;
mod dice;
mod disk;
mod history;
mod issuer;
mod messages;
mod mutation;
mod operators;
mod peers;
mod people;
mod programme;
mod scenario;
mod snapshot;
mod switch;
mod till;
mod trouble;
mod wire;
mod world;

pub use lijian_exchange::Misdeed;
pub use mutation::Mutation;

use crate::auditor::{Rule, Violation};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use world::World;

/// A history that went well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    /// Of everything that happened.
    pub digest: u64,
    /// Things that happened.
    pub steps: u64,
    /// Records in the journal at the end, by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// What befell the switch, by name.
    pub troubles: BTreeMap<&'static str, u64>,
}

/// A history in which a rule was broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failed {
    /// Replays it.
    pub seed: u64,
    /// Which rule, and how.
    pub violation: Violation,
    /// Of everything that happened until then.
    pub digest: u64,
    /// The last things that happened.
    pub tail: Vec<String>,
}

impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.tail {
            writeln!(formatter, "{line}")?;
        }
        write!(formatter, "seed {}: {}", self.seed, self.violation)
    }
}

/// Plays the history of a seed, with a mistake where one is wanted.
///
/// # Errors
/// A rule was broken.
pub fn play(seed: u64, mutation: Option<Mutation>) -> Result<Passed, Box<Failed>> {
    let mut world = match World::new(seed, mutation) {
        Ok(world) => world,
        Err(violation) => return Err(Box::new(Failed { seed, violation, digest: 0, tail: Vec::new() })),
    };
    let played = catch_unwind(AssertUnwindSafe(|| world.play()));
    let violation = match played {
        Ok(Ok(())) => return Ok(world.passed()),
        Ok(Err(violation)) => violation,
        Err(panic) => Rule::SwitchPanicked.broken(words(&*panic)),
    };
    let (digest, tail) = (world.history.digest(), world.history.tail());
    Err(Box::new(Failed { seed, violation, digest, tail }))
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}
