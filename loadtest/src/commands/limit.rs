//! `lijian-load run --find-limit`.

use super::run::{create, not_put_on, not_written};
use super::{FAILED, Failure, print};
use lijian_load::load::{Arrivals, Bounds, Limit, Load, LoadError, Measured, Step, find_limit, run as put_on};
use serde_json::{Value, json};
use std::io::{self, Write as _};
use std::path::Path;

/// Where the search begins if nothing else is said.
const FIRST_RATE: u64 = 1_000;
/// Terminals of a link that one step may use: STANs of a hundred million requests.
const TERMINALS: u32 = 100;

/// Searches, tells of each rate, and of the highest that held.
pub(super) fn search(load: Load, first_rate: Option<u64>, bounds: Bounds, json: Option<&Path>) -> Result<(), Failure> {
    let first_card = load.traffic.first_card;
    let mut cards = 0;
    let mut step = |number: usize, rate: u64| -> Result<Measured, LoadError> {
        let mut load = load.clone();
        load.arrivals = Arrivals::Constant(rate);
        load.traffic.first_card = first_card.wrapping_add(cards);
        load.traffic.first_terminal = u32::try_from(number).unwrap_or(0) * TERMINALS;
        let measured = put_on(&load, &mut |_, _| {}, &mut |_| {})?;
        cards += measured.counts.sent();
        Ok(measured)
    };
    let first_rate = first_rate.unwrap_or(FIRST_RATE);
    let found = find_limit(first_rate, bounds, &mut step, &mut print::step).map_err(|error| not_put_on(&error))?;
    if let Some(path) = json {
        let mut file = create(path)?;
        let written = serde_json::to_writer_pretty(&mut file, &figures(&bounds, &found)).map_err(io::Error::from);
        written.and_then(|()| file.flush()).map_err(|error| not_written("--json", &error))?;
    }
    let highest = found.highest.and_then(|place| found.steps.get(place));
    let Some(highest) = highest else {
        let text = format!("no rate held: expected a 99th percentile of {} us at most", bounds.p99_us);
        return Err(Failure { code: FAILED, text });
    };
    print::limit(highest, &bounds);
    Ok(())
}

fn figures(bounds: &Bounds, found: &Limit) -> Value {
    let step = |step: &Step| {
        json!({
            "rate": step.rate,
            "reached": step.reached,
            "p50_us": step.p50_us,
            "p99_us": step.p99_us,
            "sent": step.counts.sent(),
            "answered": step.counts.answered(),
            "approved": step.counts.approved(),
            "unanswered": step.counts.unanswered(),
            "never_sent": step.counts.never_sent,
            "broken": step.broken.map(|broken| broken.as_str()),
        })
    };
    json!({
        "p99_max_us": bounds.p99_us,
        "declined_per_10_000_max": bounds.declined_per_10_000,
        "limit": found.highest.and_then(|place| found.steps.get(place)).map(|step| step.rate),
        "steps": found.steps.iter().map(step).collect::<Vec<_>>(),
    })
}
