//! The switch beside bare relays of the same frames over the same links, alternately, in one run.
//!
//! `plain` holds relayed sales against a relay that passes bytes on; `subsidised` bursts of sales with items against one that does two
//! group commits a message; `sustained` the same for long, until the index has caught up too. Issuer, relays and switch are processes of
//! their own, the switch anew for each pair, with a data directory that goes with it. Figures are medians over pairs, with their spread,
//! since one pair alone says little. Every answer is held against what it must be; a wrong one ends the run.
//!
//! `plan` says what is measured, `side` puts the load on and checks answers, `pair` is one round, `line` what rounds come to, `disk` the
//! machine's own syncs. May call `load` and `rig` and nothing else of this crate; integers alone.

mod disk;
mod line;
mod pair;
mod plan;
mod side;

pub use line::{Generator, Line, Spread};
pub use plan::{ParsePointError, Part, Plan, Point};

use crate::rig::RigError;
use disk::Disk;
use pair::{Bench, Pair};
use side::Side;

/// What is told on the way.
#[derive(Debug)]
pub enum News<'a> {
    /// A pair begins.
    Pair {
        /// Of what.
        part: Part,
        /// Where.
        point: Point,
        /// Which, from 1.
        pair: usize,
        /// Of how many.
        pairs: usize,
    },
    /// A point is measured.
    Line(&'a Line),
    /// The generator's own limit, told before the lines of the last point.
    Generator(&'a Generator),
}

/// Measures everything that the plan says and tells it, the last point's lines last.
///
/// # Errors
/// A process does not start or answers wrongly, or the index does not keep up.
pub fn run(plan: &Plan, tell: &mut dyn FnMut(News<'_>)) -> Result<(), RigError> {
    let bench = Bench::set_up(plan)?;
    let Some(last) = plan.points.last().copied() else { return Ok(()) };
    let (mut held, mut left_behind) = (Vec::new(), None);
    let mut generator = Generator::new(last);
    for point in plan.points.iter().copied() {
        for part in plan.parts.iter().copied() {
            if part == Part::Sustained && point != last {
                continue;
            }
            let pairs = measure(plan, &bench, part, point, tell)?;
            left_behind = left_behind.or(pairs.0.iter().find_map(|pair| pair.left_behind));
            let line = Line::of(part, point, &pairs.0, &pairs.1);
            if point == last {
                generator.add(part, &pairs.0);
                held.push(line);
            } else {
                tell(News::Line(&line));
            }
        }
    }
    tell(News::Generator(&generator));
    held.iter().for_each(|line| tell(News::Line(line)));
    let behind = |(applied, durable)| Err(RigError::Behind { applied, durable });
    left_behind.map_or(Ok(()), behind)
}

fn measure(
    plan: &Plan,
    bench: &Bench,
    part: Part,
    point: Point,
    tell: &mut dyn FnMut(News<'_>),
) -> Result<(Vec<Pair>, Disk), RigError> {
    let mut disk = Disk::open(&plan.folder)?;
    let mut pairs = Vec::new();
    let wanted = plan.pairs_of(part);
    for pair in 1..=wanted {
        tell(News::Pair { part, point, pair, pairs: wanted });
        disk.probe()?;
        // Who comes first changes from pair to pair.
        let first = if pair % 2 == 1 { Side::Relay } else { Side::Switch };
        pairs.push(bench.pair(part, point, plan.duration_of(part), first)?);
    }
    Ok((pairs, disk))
}
