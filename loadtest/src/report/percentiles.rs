//! Latencies by percentile: each nine takes as much room as the one before it.

use super::chart::{Axis, Line, chart, logarithm};
use crate::load::Measured;
use hdrhistogram::Histogram;

/// Points of a line.
const POINTS: u32 = 200;
/// Nines that are drawn at most.
const NINES_MAX: f64 = 6.0;

pub(super) fn percentiles(measured: &Measured) -> String {
    let Measured { latency_us, service_us, .. } = measured;
    let nines = nines(latency_us.len());
    let line = |style, name, histogram: &Histogram<u64>| Line { style, name, points: points(histogram, nines) };
    let lines =
        [line("first", "from the moment meant", latency_us), line("second", "from the moment sent", service_us)];
    let ends = [latency_us, service_us].into_iter().flat_map(|histogram| [histogram.min(), histogram.max()]);
    let y = Axis::logarithmic(ends.collect::<Vec<_>>().into_iter(), "latency");
    let mut marks = vec![(0.0, "0 %".to_owned()), (2_f64.log10(), "50 %".to_owned()), (1.0, "90 %".to_owned())];
    marks.extend(
        [(2.0, "99 %"), (3.0, "99.9 %"), (4.0, "99.99 %"), (5.0, "99.999 %"), (6.0, "99.9999 %")]
            .map(|(at, name)| (at, name.to_owned())),
    );
    marks.retain(|(at, _)| *at <= nines);
    let x = Axis { from: 0.0, to: nines, marks, name: "answers that took no longer" };
    chart("Latency by percentile", 380.0, (&x, &y), &lines, &[])
}

/// So many that the last answer is at their end, at least two.
#[expect(clippy::cast_precision_loss, reason = "a place in a drawing")]
fn nines(answers: u64) -> f64 {
    (answers.max(1) as f64).log10().clamp(2.0, NINES_MAX)
}

fn points(histogram: &Histogram<u64>, nines: f64) -> Vec<(f64, f64)> {
    if histogram.is_empty() {
        return Vec::new();
    }
    let at = (0..=POINTS).map(|step| nines * f64::from(step) / f64::from(POINTS));
    let kept = at.map(|at| (at, logarithm(histogram.value_at_quantile(1.0 - 10_f64.powf(-at)))));
    // The line ends with the longest of all.
    kept.take(usize::try_from(POINTS).unwrap_or(0)).chain([(nines, logarithm(histogram.max()))]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_point_is_the_latency_that_so_many_answers_kept() {
        let mut histogram = Histogram::new_with_bounds(1, 3_600_000_000, 3).unwrap();
        for us in 1..=100_000 {
            histogram.record(us).unwrap();
        }
        assert!((nines(histogram.len()) - 5.0).abs() < 1e-9);
        let points = points(&histogram, 5.0);
        assert_eq!(points.len(), 201);
        assert!((points[200].1 - 5.0).abs() < 0.001, "the longest of all");
        // Of the numbers from 1 to 100,000 the value at a quantile is that share of 100,000, to within the histogram's digits.
        for (at, logarithm) in points {
            let (expected, got) = (100_000.0 * (1.0 - 10_f64.powf(-at)), 10_f64.powf(logarithm));
            assert!((got - expected).abs() <= (expected * 0.001).max(1.5), "{at}: {got}, expected {expected}");
        }
        for (answers, expected) in [(0, 2.0), (7, 2.0), (u64::MAX, 6.0)] {
            assert!((nines(answers) - expected).abs() < 1e-9);
        }
    }
}
