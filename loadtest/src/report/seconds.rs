//! What was asked for, sent and answered second by second, how late, and where something failed.

use super::chart::{Axis, Line, chart, logarithm};
use super::grouped;
use crate::load::{Interval, Measured};

/// Points of a line at most; of a longer run several seconds share one, and the worst of them is drawn.
const POINTS_MAX: usize = 600;

pub(super) fn rates(measured: &Measured) -> String {
    let seconds = thinned(&measured.intervals);
    let most = seconds.iter().map(|it| it.sent.max(it.answered).max(it.meant)).max().unwrap_or(0);
    let y = Axis::counting(number(most), "a second", shown);
    let line = |style, name, of: fn(&Interval) -> u64| Line {
        style,
        name,
        points: seconds.iter().map(|second| (number(second.second), number(of(second)))).collect(),
    };
    // They lie on each other where all is well: the widest is drawn first.
    let lines = [
        line("third broad", "asked for", |second| second.meant),
        line("second broader", "sent", |second| second.sent),
        line("first", "answered", |second| second.answered),
    ];
    chart("Requests and answers, second by second", 240.0, (&across(&seconds), &y), &lines, &failures(&seconds))
}

pub(super) fn latencies(measured: &Measured) -> String {
    let seconds = thinned(&measured.intervals);
    let y = Axis::logarithmic(seconds.iter().flat_map(|second| [second.p50_us, second.max_us]), "latency");
    let line = |style, name, of: fn(&Interval) -> u64| Line {
        style,
        name,
        // A second without answers has no latency.
        points: seconds
            .iter()
            .filter(|second| second.answered > 0)
            .map(|it| (number(it.second), logarithm(of(it))))
            .collect(),
    };
    let lines = [
        line("third", "longest", |second| second.max_us),
        line("second", "99 %", |second| second.p99_us),
        line("first", "50 %", |second| second.p50_us),
    ];
    chart("Latencies, second by second", 300.0, (&across(&seconds), &y), &lines, &failures(&seconds))
}

/// Seconds in which something failed.
fn failures(seconds: &[Interval]) -> Vec<(f64, String)> {
    let failed = seconds.iter().filter(|second| second.failed > 0);
    failed.map(|it| (number(it.second), format!("second {}: {} failed", it.second, grouped(it.failed)))).collect()
}

fn across(seconds: &[Interval]) -> Axis {
    let last = seconds.last().map_or(1, |second| second.second);
    Axis::counting(number(last), "seconds", shown)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "marks of an axis are whole and not below zero"
)]
fn shown(mark: f64) -> String {
    grouped(mark as u64)
}

#[expect(clippy::cast_precision_loss, reason = "a place in a drawing")]
const fn number(of: u64) -> f64 {
    of as f64
}

/// At most so many points: of seconds that share one the counts are averages, failures are all counted, and the latencies are those
/// of the worst.
fn thinned(seconds: &[Interval]) -> Vec<Interval> {
    let share = seconds.len().div_ceil(POINTS_MAX).max(1);
    let joined = seconds.chunks(share).map(|chunk| {
        let length = u64::try_from(chunk.len()).unwrap_or(1).max(1);
        let mean = |of: fn(&Interval) -> u64| chunk.iter().map(of).sum::<u64>() / length;
        let worst = |of: fn(&Interval) -> u64| chunk.iter().map(of).max().unwrap_or(0);
        Interval {
            second: worst(|second| second.second),
            meant: mean(|second| second.meant),
            sent: mean(|second| second.sent),
            answered: mean(|second| second.answered),
            failed: chunk.iter().map(|second| second.failed).sum(),
            p50_us: worst(|second| second.p50_us),
            p99_us: worst(|second| second.p99_us),
            max_us: worst(|second| second.max_us),
        }
    });
    joined.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_keeps_its_worst_second() {
        let second = |second| Interval {
            second,
            sent: 100,
            answered: 100,
            p50_us: 5,
            p99_us: 9,
            max_us: 11,
            ..Interval::default()
        };
        let mut hour: Vec<_> = (1..=3_600).map(second).collect();
        hour[1_777].max_us = 1_000_000;
        hour[1_778].failed = 3;
        let thin = thinned(&hour);
        assert_eq!((thin.len(), thin[0].second, thin.last().unwrap().second), (600, 6, 3_600));
        assert!(thin.iter().all(|second| second.sent == 100));
        assert_eq!(thin.iter().filter(|second| second.max_us == 1_000_000).count(), 1);
        let failures = failures(&thin);
        assert_eq!(failures, [(1_782.0, "second 1782: 3 failed".to_owned())], "none is averaged away");
        assert_eq!(thinned(&hour[..600]), &hour[..600]);
        assert_eq!(thinned(&[]), []);
    }
}
