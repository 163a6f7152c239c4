//! What rounds come to: medians with their spread, as one line of names and numbers.

use super::disk::Disk;
use super::pair::Pair;
use super::plan::{Part, Point};
use super::side::{Run, per_second};
use std::fmt;

/// Lowest, middle and highest of some rounds; of an even number the lower middle.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Spread {
    /// Lowest.
    pub min: i64,
    /// Median.
    pub median: i64,
    /// Highest.
    pub max: i64,
}

/// A part at a point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// What.
    pub part: Part,
    /// Where.
    pub point: Point,
    /// Rounds.
    pub pairs: usize,
    /// Sales a second of the switch.
    pub tps: Spread,
    /// Sales a second of the relay.
    pub relay_tps: Spread,
    /// The first over the second, round by round, in thousandths.
    pub ratio_permille: Spread,
    /// What the switch adds to the raw relay's median latency, in microseconds.
    pub p50_added_us: Spread,
    /// Over that of the relay of this line.
    pub p50_over_relay_us: Spread,
    /// The switch's 99th percentile over the relay's, in thousandths.
    pub p99_ratio_permille: Spread,
    /// The switch's own latencies, in microseconds.
    pub p50_us: Spread,
    /// The same of the 99th percentile.
    pub p99_us: Spread,
    /// The machine's own syncs, in microseconds: half of them, and all but a hundredth, took no longer.
    pub fdatasync_us: (u64, u64),
    /// Records that the index had not at the end of a sustained run, at most, and the milliseconds that it took for them.
    pub behind: (u64, u64),
}

/// What the load generator itself could do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Generator {
    point: Point,
    raw_tps: u64,
    core_tps: u64,
    switch_tps: u64,
}

impl Spread {
    fn of(pairs: &[Pair], figure: impl Fn(&Pair) -> i64) -> Self {
        let mut figures: Vec<_> = pairs.iter().map(figure).collect();
        figures.sort_unstable();
        let at = |place: usize| figures.get(place).copied().unwrap_or_default();
        let last = figures.len().saturating_sub(1);
        Self { min: at(0), median: at(last / 2), max: at(last) }
    }
}

impl Line {
    pub(super) fn of(part: Part, point: Point, pairs: &[Pair], disk: &Disk) -> Self {
        let spread = |figure: fn(&Pair) -> i64| Spread::of(pairs, figure);
        Self {
            part,
            point,
            pairs: pairs.len(),
            tps: spread(|pair| signed(pair.rate)),
            relay_tps: spread(|pair| signed(pair.relay.rate())),
            ratio_permille: spread(|pair| permille(pair.rate, pair.relay.rate())),
            p50_added_us: spread(|pair| signed(pair.switch.p50_us) - signed(pair.raw.p50_us)),
            p50_over_relay_us: spread(|pair| signed(pair.switch.p50_us) - signed(pair.relay.p50_us)),
            p99_ratio_permille: spread(|pair| permille(pair.switch.p99_us, pair.relay.p99_us)),
            p50_us: spread(|pair| signed(pair.switch.p50_us)),
            p99_us: spread(|pair| signed(pair.switch.p99_us)),
            fdatasync_us: (disk.p50_us(), disk.p99_us()),
            behind: pairs.iter().map(|pair| (pair.behind_records, pair.behind_ms)).max().unwrap_or_default(),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, point, pairs, tps, relay_tps, ratio_permille, fdatasync_us, .. } = self;
        let ratio = |permille| Decimal { permille };
        write!(f, "{} links={} in_flight={}", part.as_str(), point.links, point.in_flight)?;
        write!(f, " tps={} relay_tps={}", tps.median, relay_tps.median)?;
        write!(f, " throughput_ratio={} p50_added_us={}", ratio(ratio_permille.median), self.p50_added_us.median)?;
        write!(f, " p99_ratio={} fdatasync_p50_us={}", ratio(self.p99_ratio_permille.median), fdatasync_us.0)?;
        write!(f, " fdatasync_p99_us={} pairs={pairs}", fdatasync_us.1)?;
        let (min, max) = (ratio_permille.min, ratio_permille.max);
        write!(f, " throughput_ratio_min={} throughput_ratio_max={}", ratio(min), ratio(max))?;
        write!(f, " tps_min={} tps_max={}", tps.min, tps.max)?;
        write!(f, " relay_tps_min={} relay_tps_max={}", relay_tps.min, relay_tps.max)?;
        write!(f, " p50_us={} p99_us={}", self.p50_us.median, self.p99_us.median)?;
        write!(f, " p50_added_us_min={} p50_added_us_max={}", self.p50_added_us.min, self.p50_added_us.max)?;
        write!(f, " p50_over_relay_us={}", self.p50_over_relay_us.median)?;
        if *part == Part::Sustained {
            write!(f, " index_behind_records={} index_behind_ms={}", self.behind.0, self.behind.1)?;
        }
        Ok(())
    }
}

impl Generator {
    pub(super) const fn new(point: Point) -> Self {
        Self { point, raw_tps: 0, core_tps: 0, switch_tps: 0 }
    }

    /// Keeps the best that the generator, and the best that the switch did with items (without any, if there were none).
    pub(super) fn add(&mut self, part: Part, pairs: &[Pair]) {
        let best = |figure: fn(&Pair) -> u64| pairs.iter().map(figure).max().unwrap_or_default();
        let raw = |pair: &Pair| pair.raw.rate();
        let of_core = |Run { answered, generator_ns, .. }: Run| per_second(answered, generator_ns);
        self.raw_tps = self.raw_tps.max(best(raw));
        self.core_tps = self.core_tps.max(pairs.iter().map(|pair| of_core(pair.raw)).max().unwrap_or_default());
        if part != Part::Sustained || self.switch_tps == 0 {
            self.switch_tps = best(|pair| pair.rate);
        }
    }
}

impl fmt::Display for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { point, raw_tps, core_tps, switch_tps } = *self;
        write!(f, "generator links={} in_flight={} tps={raw_tps} core_tps={core_tps}", point.links, point.in_flight)?;
        write!(f, " switch_tps={switch_tps} core_ratio={}", Decimal { permille: permille(core_tps, switch_tps) })
    }
}

/// Thousandths, with a point.
struct Decimal {
    permille: i64,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.permille < 0 { "-" } else { "" };
        let permille = self.permille.unsigned_abs();
        write!(f, "{sign}{}.{:03}", permille / 1_000, permille % 1_000)
    }
}

fn permille(part: u64, whole: u64) -> i64 {
    i64::try_from(u128::from(part) * 1_000 / u128::from(whole.max(1))).unwrap_or(i64::MAX)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(answered: u64, p50_us: u64) -> Run {
        Run { answered, sending_ns: 1_000_000_000, p50_us, p99_us: 2 * p50_us, generator_ns: 250_000_000 }
    }

    #[test]
    fn a_line_has_medians_and_spread() {
        let pair = |switch, rate: u64, relay, p50| Pair {
            switch: run(switch, p50),
            relay: run(relay, 100),
            raw: run(4 * relay, 40),
            rate,
            ..Pair::default()
        };
        let pairs = [pair(500, 500, 1_000, 300), pair(900, 900, 1_000, 150), pair(100, 100, 1_000, 90)];
        let folder = tempfile::tempdir().unwrap();
        let mut disk = Disk::open(folder.path()).unwrap();
        disk.probe().unwrap();
        let point = Point { links: 64, in_flight: 16 };
        let line = Line::of(Part::Subsidised, point, &pairs, &disk).to_string();
        let (begins, rest) = line.split_once(" fdatasync_p50_us=").unwrap();
        assert_eq!(
            begins,
            "subsidised links=64 in_flight=16 tps=500 relay_tps=1000 throughput_ratio=0.500 p50_added_us=110 p99_ratio=1.500"
        );
        for expected in [
            "pairs=3",
            "throughput_ratio_min=0.100",
            "throughput_ratio_max=0.900",
            "tps_min=100",
            "p50_over_relay_us=50",
        ] {
            assert!(rest.split(' ').any(|word| word == expected), "{expected}: {rest}");
        }
        let mut generator = Generator::new(point);
        generator.add(Part::Subsidised, &pairs);
        let expected = "generator links=64 in_flight=16 tps=4000 core_tps=16000 switch_tps=900 core_ratio=17.777";
        assert_eq!(generator.to_string(), expected);
        assert_eq!(Decimal { permille: -1_050 }.to_string(), "-1.050");
    }
}
