//! What is measured, where, and for how long.

use crate::rig::Programs;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

const PAIRS: usize = 5;
/// A sustained pair is long.
const SUSTAINED_PAIRS: usize = 2;

/// Everything that decides what is measured.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The programs.
    pub programs: Programs,
    /// A directory on the disk that is measured; everything made in it goes at the end.
    pub folder: PathBuf,
    /// In this order.
    pub parts: Vec<Part>,
    /// In this order; `sustained` at the last one alone.
    pub points: Vec<Point>,
    /// Other than the usual number of pairs a point.
    pub pairs: Option<usize>,
    /// Other than the usual time of each side.
    pub seconds: Option<u64>,
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Sales without items against a raw relay.
    Plain,
    /// Sales with items against a relay that does two group commits a message, in bursts.
    Subsidised,
    /// The same for long.
    Sustained,
}

/// How many connections, and how many requests wait on each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Point {
    /// Connections.
    pub links: u16,
    /// Requests on each.
    pub in_flight: u16,
}

impl Part {
    /// All of them, in the order of their lines.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Subsidised, Self::Sustained];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Subsidised => "subsidised",
            Self::Sustained => "sustained",
        }
    }

    const fn seconds(self) -> u64 {
        match self {
            Self::Plain => 2,
            Self::Subsidised => 3,
            Self::Sustained => 60,
        }
    }
}

impl Plan {
    pub(super) fn pairs_of(&self, part: Part) -> usize {
        self.pairs.unwrap_or(if part == Part::Sustained { SUSTAINED_PAIRS } else { PAIRS })
    }

    pub(super) fn duration_of(&self, part: Part) -> Duration {
        Duration::from_secs(self.seconds.unwrap_or(part.seconds()))
    }
}

/// A text that names no part or point.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParsePointError {
    /// No part.
    #[error("expected plain, subsidised or sustained")]
    Part,
    /// No point.
    #[error("expected LINKSxIN_FLIGHT, for example 64x16: 1 to 512 links, 1 to 1000 requests on each")]
    Point,
}

impl FromStr for Part {
    type Err = ParsePointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|part| part.as_str() == text).ok_or(ParsePointError::Part)
    }
}

impl FromStr for Point {
    type Err = ParsePointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = |text: &str, most| text.parse().ok().filter(|number| (1..=most).contains(number));
        let (links, in_flight) = text.split_once('x').ok_or(ParsePointError::Point)?;
        let both = read(links, 512).zip(read(in_flight, 1_000));
        both.map(|(links, in_flight)| Self { links, in_flight }).ok_or(ParsePointError::Point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_points_are_read_or_refused() {
        assert_eq!("64x16".parse(), Ok(Point { links: 64, in_flight: 16 }));
        assert_eq!("sustained".parse(), Ok(Part::Sustained));
        for text in ["", "64", "0x1", "1x0", "513x1", "1x1001", "-1x1", "1x1x1", "1 x 1"] {
            assert_eq!(text.parse::<Point>(), Err(ParsePointError::Point), "{text}");
        }
        assert_eq!("Plain".parse::<Part>(), Err(ParsePointError::Part));
    }
}
