//! When requests are meant to be sent.

use std::str::FromStr;

const SECOND_NS: u64 = 1_000_000_000;

/// How requests follow each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Arrivals {
    /// As soon as there is room on a link: how fast the other side is at most.
    Closed,
    /// So many a second, evenly.
    Constant(u64),
    /// So many a second on average, as independent customers come.
    Poisson(u64),
    /// One rate after the other, each for an equal part of the time.
    Steps(Vec<u64>),
    /// From one rate to another, evenly.
    Ramp(u64, u64),
}

/// What cannot be read as arrivals.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "expected closed, RATE, poisson:RATE, steps:RATE,RATE,... or ramp:FROM-TO, rates from 1 to 10,000,000 a second"
)]
pub struct ParseArrivalsError;

impl FromStr for Arrivals {
    type Err = ParseArrivalsError;

    fn from_str(text: &str) -> Result<Self, ParseArrivalsError> {
        let rate = |text: &str| {
            let rate: u64 = text.parse().map_err(|_| ParseArrivalsError)?;
            if (1..=10_000_000).contains(&rate) { Ok(rate) } else { Err(ParseArrivalsError) }
        };
        match text.split_once(':') {
            None if text == "closed" => Ok(Self::Closed),
            None => rate(text).map(Self::Constant),
            Some(("poisson", of)) => rate(of).map(Self::Poisson),
            Some(("steps", of)) => of.split(',').map(rate).collect::<Result<_, _>>().map(Self::Steps),
            Some(("ramp", of)) => {
                let (from, to) = of.split_once('-').ok_or(ParseArrivalsError)?;
                Ok(Self::Ramp(rate(from)?, rate(to)?))
            }
            Some(_) => Err(ParseArrivalsError),
        }
    }
}

/// The moments of one run, in nanoseconds from its beginning; none any more at its end.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    arrivals: Arrivals,
    duration_ns: u64,
    /// Requests so far.
    count: u64,
    next_ns: u64,
    dice: Dice,
}

impl Schedule {
    pub(super) fn new(arrivals: Arrivals, duration_ns: u64, seed: u64) -> Self {
        let mut schedule = Self { arrivals, duration_ns, count: 0, next_ns: 0, dice: Dice::new(seed) };
        schedule.next_ns = schedule.moment();
        schedule
    }

    /// When the next request is meant to be sent; none in a closed loop, and after the end.
    pub(super) fn next_ns(&self) -> Option<u64> {
        (self.arrivals != Arrivals::Closed && self.next_ns < self.duration_ns).then_some(self.next_ns)
    }

    /// The next request is on its way.
    pub(super) fn advance(&mut self) {
        self.count += 1;
        self.next_ns = self.moment();
    }

    fn moment(&mut self) -> u64 {
        match &self.arrivals {
            Arrivals::Closed => 0,
            Arrivals::Constant(rate) => place(self.count, *rate),
            Arrivals::Poisson(rate) => {
                let rate = *rate;
                self.next_ns.saturating_add(self.dice.pause_ns(rate))
            }
            Arrivals::Steps(rates) => {
                let steps = u64::try_from(rates.len()).unwrap_or(1).max(1);
                let step_ns = self.duration_ns / steps;
                let (mut begin, mut left) = (0, self.count);
                for rate in rates {
                    let fits = of_time(step_ns, *rate);
                    if left < fits {
                        return begin + place(left, *rate);
                    }
                    (begin, left) = (begin + step_ns, left - fits);
                }
                u64::MAX
            }
            Arrivals::Ramp(from, to) => {
                // The pause is that of the rate of the moment.
                let (from, to, at) = (u128::from(*from), u128::from(*to), u128::from(self.next_ns));
                let whole = u128::from(self.duration_ns.max(1));
                let rate = if to >= from {
                    from + (to - from) * at / whole
                } else {
                    from - (from - to) * at.min(whole) / whole
                };
                if self.count == 0 { 0 } else { self.next_ns + SECOND_NS / u64::try_from(rate).unwrap_or(1).max(1) }
            }
        }
    }
}

/// The moment of a request among so many a second.
fn place(count: u64, rate: u64) -> u64 {
    let at = u128::from(count) * u128::from(SECOND_NS) / u128::from(rate.max(1));
    u64::try_from(at).unwrap_or(u64::MAX)
}

fn of_time(time_ns: u64, rate: u64) -> u64 {
    u64::try_from(u128::from(time_ns) * u128::from(rate) / u128::from(SECOND_NS)).unwrap_or(u64::MAX)
}

/// splitmix64: the same seed, the same run.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        u64::try_from((u128::from(self.draw()) * u128::from(limit)) >> 64).unwrap_or(0)
    }

    /// The pause of a Poisson process: exponential.
    #[expect(
        clippy::float_arithmetic,
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a logarithm; nothing of it is money, and 53 bits of a pause are enough"
    )]
    fn pause_ns(&mut self, rate: u64) -> u64 {
        let unit = ((self.draw() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        (-unit.ln() * SECOND_NS as f64 / rate as f64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(arrivals: &str, duration_ns: u64) -> Vec<u64> {
        let mut schedule = Schedule::new(arrivals.parse().unwrap(), duration_ns, 1);
        let next = || {
            let at = schedule.next_ns()?;
            schedule.advance();
            Some(at)
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn requests_come_when_they_are_meant_to() {
        assert_eq!(moments("4", SECOND_NS), [0, 250_000_000, 500_000_000, 750_000_000]);
        let steps = moments("steps:2,4", 2 * SECOND_NS);
        assert_eq!(steps, [0, 500_000_000, 1_000_000_000, 1_250_000_000, 1_500_000_000, 1_750_000_000]);
        assert_eq!(moments("closed", SECOND_NS), Vec::<u64>::new());
        let ramp = moments("ramp:100-300", SECOND_NS);
        assert!((195..=205).contains(&ramp.len()), "{}", ramp.len());
        let half = ramp.iter().filter(|at| **at < SECOND_NS / 2).count();
        assert!((70..=80).contains(&half), "{half}");
        assert!(moments("ramp:300-100", SECOND_NS).len().abs_diff(ramp.len()) < 10);
    }

    #[test]
    fn customers_come_by_themselves() {
        let moments = moments("poisson:10000", 10 * SECOND_NS);
        assert!((99_000..=101_000).contains(&moments.len()), "{}", moments.len());
        let pauses: Vec<u64> = moments.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // Of an exponential distribution 1/e is over the mean, and e^-3 over three of it.
        let over = |times: u64| pauses.iter().filter(|pause| **pause > times * 100_000).count() * 1_000 / pauses.len();
        assert!((358..=378).contains(&over(1)) && (46..=54).contains(&over(3)), "{} {}", over(1), over(3));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for wrong in [
            "",
            "0",
            "-1",
            "1.5",
            "10000001",
            "poisson",
            "poisson:",
            "steps:",
            "steps:1,,2",
            "ramp:1",
            "ramp:1-0",
            "open:1",
        ] {
            assert_eq!(wrong.parse::<Arrivals>(), Err(ParseArrivalsError), "{wrong}");
        }
    }
}
