//! Which of many is drawn where few are drawn often: Zipf's law.
//!
//! Rejection-inversion of W. Hörmann and G. Derflinger, "Rejection-inversion to generate variates from monotone discrete
//! distributions", ACM TOMACS 6 (1996): no table, whatever the number of ranks, and less than two draws on average.

#![expect(clippy::float_arithmetic, reason = "a law of probability: nothing of it is money")]

use super::arrivals::Dice;

const HALF_WORD: f64 = 4_294_967_296.0;

/// Ranks from 1 to so many, each with a probability in proportion to `rank ^ -exponent`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Zipf {
    ranks: u32,
    exponent: f64,
    first: f64,
    last: f64,
    /// Nearer to its rank than this, a point is taken without looking further.
    near: f64,
}

impl Zipf {
    /// None without ranks, or where the exponent is not from 0 (all alike) to 10.
    pub(super) fn new(ranks: u32, exponent: f64) -> Option<Self> {
        if ranks == 0 || !(0.0..=10.0).contains(&exponent) {
            return None;
        }
        let mut zipf = Self { ranks, exponent, first: 0.0, last: 0.0, near: 0.0 };
        zipf.first = zipf.area(1.5) - 1.0;
        zipf.last = zipf.area(f64::from(ranks) + 0.5);
        zipf.near = 2.0 - zipf.point(zipf.area(2.5) - zipf.height(2.0));
        Some(zipf)
    }

    /// One rank.
    fn draw(&self, dice: &mut Dice) -> u32 {
        loop {
            let area = self.last + share(dice) * (self.first - self.last);
            let point = self.point(area);
            let rank = point.round().clamp(1.0, f64::from(self.ranks));
            if rank - point <= self.near || area >= self.area(rank + 0.5) - self.height(rank) {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, from 1 to ranks")]
                return rank as u32;
            }
        }
    }

    /// The place of one, from 0.
    pub(super) fn place(&self, dice: &mut Dice) -> usize {
        let rank = if self.ranks == 1 { 1 } else { self.draw(dice) };
        usize::try_from(rank - 1).unwrap_or(0)
    }

    fn height(&self, point: f64) -> f64 {
        (-self.exponent * point.ln()).exp()
    }

    /// The integral of the height from 1.
    fn area(&self, point: f64) -> f64 {
        let (log, slope) = (point.ln(), (1.0 - self.exponent) * point.ln());
        // At exponent 1 the limit of the fraction.
        if slope.abs() < 1e-9 { log } else { log * slope.exp_m1() / slope }
    }

    /// Where the integral is this.
    fn point(&self, area: f64) -> f64 {
        let slope = (area * (1.0 - self.exponent)).max(-1.0);
        if slope.abs() < 1e-9 { area.exp() } else { (area * slope.ln_1p() / slope).exp() }
    }
}

/// From 0 to below 1.
fn share(dice: &mut Dice) -> f64 {
    let mut half = || f64::from(u32::try_from(dice.below(1 << 32)).unwrap_or(0));
    (half() + half() / HALF_WORD) / HALF_WORD
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pearson's statistic of many draws against the probabilities computed one by one.
    fn chi_square(ranks: u32, drawn: f64, expected: f64) -> f64 {
        const DRAWS: u32 = 200_000;
        let (zipf, mut dice) = (Zipf::new(ranks, drawn).unwrap(), Dice::new(7));
        let mut counts = vec![0_u32; usize::try_from(ranks).unwrap()];
        for _ in 0..DRAWS {
            counts[usize::try_from(zipf.draw(&mut dice)).unwrap() - 1] += 1;
        }
        let weights: Vec<f64> = (1..=ranks).map(|rank| f64::from(rank).powf(-expected)).collect();
        let sum: f64 = weights.iter().sum();
        let part = |(count, weight): (&u32, &f64)| {
            let meant = f64::from(DRAWS) * weight / sum;
            (f64::from(*count) - meant).powi(2) / meant
        };
        counts.iter().zip(&weights).map(part).sum()
    }

    #[test]
    fn draws_follow_the_law_and_no_other() {
        // 19 degrees of freedom: beyond 43.8 once in a thousand.
        for exponent in [0.0, 0.5, 0.99, 1.0, 1.01, 1.5, 2.0] {
            let statistic = chi_square(20, exponent, exponent);
            assert!(statistic < 43.8, "exponent {exponent}: {statistic}");
        }
        assert!(chi_square(20, 1.05, 1.0) > 43.8);
    }

    #[test]
    fn the_ends_hold() {
        let mut dice = Dice::new(1);
        let one = Zipf::new(1, 1.2).unwrap();
        assert!((0..100).all(|_| one.draw(&mut dice) == 1));
        let many = Zipf::new(u32::MAX, 0.8).unwrap();
        assert!((0..1_000).all(|_| many.draw(&mut dice) >= 1));
        assert!(Zipf::new(0, 1.0).is_none() && Zipf::new(5, -0.1).is_none() && Zipf::new(5, f64::NAN).is_none());
    }
}
