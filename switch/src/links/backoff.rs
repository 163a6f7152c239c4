//! Pauses between tries to connect: doubling, with jitter, so that many switches do not hammer a host in step.

use std::time::Duration;

/// SplitMix64: good enough to spread pauses, and replays from its seed.
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The pauses of one dialer.
pub(super) struct Backoff {
    least_us: u64,
    most_us: u64,
    next_us: u64,
    jitter: Jitter,
}

impl Backoff {
    pub(super) fn new(least: Duration, most: Duration, jitter: Jitter) -> Self {
        let [least_us, most_us] =
            [least, most].map(|pause| u64::try_from(pause.as_micros()).unwrap_or(u64::MAX).max(1));
        Self { least_us, most_us, next_us: least_us, jitter }
    }

    /// The host was well for a while: begin with the shortest pause again.
    pub(super) const fn reset(&mut self) {
        self.next_us = self.least_us;
    }

    /// The pause before the next try: between half of the present length and all of it; the length doubles up to the
    /// longest.
    pub(super) fn pause(&mut self) -> Duration {
        let length = self.next_us;
        self.next_us = length.saturating_mul(2).min(self.most_us).max(self.least_us);
        let half = length / 2;
        Duration::from_micros(half + self.jitter.draw() % (length - half + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_within_bounds_and_replay() {
        let pauses = |seed| {
            let (least, most) = (Duration::from_millis(100), Duration::from_millis(1_000));
            let mut backoff = Backoff::new(least, most, Jitter::new(seed));
            let mut pauses: Vec<_> = (0..8).map(|_| backoff.pause().as_micros()).collect();
            backoff.reset();
            pauses.push(backoff.pause().as_micros());
            pauses
        };
        let first = pauses(1);
        for (pause, length) in first.iter().zip([100_000, 200_000, 400_000, 800_000, 1_000_000, 1_000_000]) {
            assert!((length / 2..=length).contains(pause), "{pause} of {length}");
        }
        assert!(first[8] <= 100_000);
        assert_eq!(first, pauses(1));
        assert_ne!(first, pauses(2));
    }
}
