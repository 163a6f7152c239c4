//! Money in minor units (fen), and shares of it. Integers only; every operation that can leave the range says so.

use std::fmt;

/// An amount in minor units of the campaign's currency (fen for CNY), never negative.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct MinorUnits(u64);

impl MinorUnits {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest amount of one transaction: DE4 has twelve digits (ISO 8583).
    pub const WIRE_MAX: Self = Self(999_999_999_999);

    /// An amount of `minor_units`.
    pub const fn new(minor_units: u64) -> Self {
        Self(minor_units)
    }

    /// The number of minor units.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether there is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, unless it leaves the range.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, unless `other` is more.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// `count` times the amount, unless it leaves the range.
    pub const fn checked_mul(self, count: u64) -> Option<Self> {
        match self.0.checked_mul(count) {
            Some(product) => Some(Self(product)),
            None => None,
        }
    }

    /// The sum of all, unless it leaves the range.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// The smaller of the two.
    pub fn min(self, other: Self) -> Self {
        Ord::min(self, other)
    }

    /// `rate` of the amount, brought to whole minor units by `rounding`. The product is taken in 128 bits: it cannot
    /// overflow, and a rate of at most 100 % cannot exceed the amount.
    pub fn share(self, rate: BasisPoints, rounding: Rounding) -> Self {
        let product = u128::from(self.0) * u128::from(rate.get());
        let whole = u128::from(BasisPoints::WHOLE.get());
        let rounded = match rounding {
            Rounding::Floor => product / whole,
            Rounding::HalfUp => (product + whole / 2) / whole,
            Rounding::Ceiling => product.div_ceil(whole),
        };
        Self(u64::try_from(rounded).unwrap_or(self.0))
    }
}

/// As yuan with two decimals, for people: `1999.00`.
impl fmt::Display for MinorUnits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

impl fmt::Debug for MinorUnits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// A rate in hundredths of a percent, at most 100 %.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BasisPoints(u32);

impl BasisPoints {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// 100 %.
    pub const WHOLE: Self = Self(10_000);

    /// A rate of `basis_points`, unless that is over 100 %.
    pub const fn new(basis_points: u32) -> Option<Self> {
        if basis_points <= Self::WHOLE.0 { Some(Self(basis_points)) } else { None }
    }

    /// The number of basis points.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// How a share is brought to whole minor units. Published rules name none; `Floor` never overpays and is the default.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Rounding {
    /// Down to the fen.
    #[default]
    Floor,
    /// To the nearest fen, halves up.
    HalfUp,
    /// Up to the fen.
    Ceiling,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_as_named() {
        let rate = BasisPoints::new(1500).unwrap();
        for (rounding, expected) in [(Rounding::Floor, 149), (Rounding::HalfUp, 150), (Rounding::Ceiling, 150)] {
            assert_eq!(MinorUnits::new(999).share(rate, rounding), MinorUnits::new(expected), "{rounding:?}");
        }
        assert_eq!(MinorUnits::new(u64::MAX).share(BasisPoints::WHOLE, Rounding::Ceiling).get(), u64::MAX);
    }

    #[test]
    fn people_read_yuan() {
        assert_eq!(MinorUnits::new(199_905).to_string(), "1999.05");
    }

    #[test]
    fn sums_say_when_they_leave_the_range() {
        assert_eq!(MinorUnits::checked_sum([MinorUnits::new(u64::MAX), MinorUnits::new(1)]), None);
        assert_eq!(MinorUnits::new(1).checked_sub(MinorUnits::new(2)), None);
    }
}
