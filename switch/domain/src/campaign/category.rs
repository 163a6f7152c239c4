//! What a campaign gives for a category, and the rates by grade.

use crate::cap::CapLimit;
use crate::ids::{CategoryId, SubtypeId};
use crate::money::{BasisPoints, MinorUnits};
use jiff::civil;

/// Efficiency grades run from 1 (best) to this (GB 12021 and its kin label at most five).
pub const GRADE_MAX: u8 = 5;

/// What a campaign gives for a category.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Category {
    /// The category.
    pub id: CategoryId,
    /// Which kinds of it.
    pub subtypes: Subtypes,
    /// The share of the price.
    pub rates: Rates,
    /// At most so much for one item.
    pub cap_per_item: MinorUnits,
    /// At most so much for one person, in items and in money.
    pub per_person: CapLimit,
    /// The lowest final unit price that is subsidised.
    pub price_min: Option<MinorUnits>,
    /// The highest final unit price that is subsidised.
    pub price_max: Option<MinorUnits>,
    /// What is set aside for it.
    pub budget: Option<MinorUnits>,
    /// From this local time on it is no longer subsidised, while others go on.
    pub stopped_from: Option<civil::DateTime>,
}

impl Category {
    /// Whether it has been stopped at this local time.
    pub fn is_stopped(&self, local: civil::DateTime) -> bool {
        self.stopped_from.is_some_and(|stop| local >= stop)
    }
}

/// Which kinds of goods of a category are subsidised.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Subtypes {
    /// All, and those whose kind the library does not say.
    #[default]
    All,
    /// These alone.
    Only(Box<[SubtypeId]>),
    /// All but these.
    Without(Box<[SubtypeId]>),
}

impl Subtypes {
    /// Whether goods of this kind are.
    pub fn include(&self, subtype: Option<&SubtypeId>) -> bool {
        match self {
            Self::All => true,
            Self::Only(named) => subtype.is_some_and(|subtype| named.contains(subtype)),
            Self::Without(named) => subtype.is_none_or(|subtype| !named.contains(subtype)),
        }
    }

    /// Whether there can be goods that both include.
    pub(super) fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Only(named), other) | (other, Self::Only(named)) => {
                named.iter().any(|subtype| other.include(Some(subtype)))
            }
            // Goods whose kind nobody says.
            _ => true,
        }
    }
}

/// The share of the price that a campaign gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rates {
    /// Whatever the grade, and without one.
    Flat(BasisPoints),
    /// By efficiency grade; a grade that is not named gets nothing.
    ByGrade {
        /// Grade 1 first.
        grades: [Option<BasisPoints>; GRADE_MAX as usize],
        /// For goods that have no grade.
        without_grade: Option<BasisPoints>,
    },
}

impl Rates {
    /// The rate for goods of this grade; none: not subsidised.
    pub fn rate(&self, grade: Option<u8>) -> Option<BasisPoints> {
        match (self, grade) {
            (Self::Flat(rate), _) => Some(*rate),
            (Self::ByGrade { without_grade, .. }, None) => *without_grade,
            (Self::ByGrade { grades, .. }, Some(grade)) => {
                grades.get(usize::from(grade).checked_sub(1)?).copied().flatten()
            }
        }
    }
}
