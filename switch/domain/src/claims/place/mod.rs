//! Where a person is: a fix of a phone against the polygon of a city.
//!
//! A fix counts only when it is there at all, not from the future, not too old, of stated and good enough accuracy, and when
//! the whole circle of that accuracy lies inside the fence. Everything else is refused: a geofence fails closed. All is
//! whole numbers: ten-millionths of a degree (about a centimetre) and metres.
//!
//! Fence and fix must be of one coordinate system: maps of the mainland are shifted (GCJ-02) by some hundred metres against
//! what a satellite receiver says (WGS 84).

mod circle;
mod fence;
mod polygon;

pub use fence::Fence;
pub use polygon::{Edge, POINTS_MAX, Polygon, PolygonError};

use crate::time::UnixMicros;
use std::fmt;

/// A position, in ten-millionths of a degree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point {
    longitude: i32,
    latitude: i32,
}

impl Point {
    /// So many make a degree.
    pub const DEGREE: i32 = 10_000_000;

    /// The point of this longitude and latitude; none beyond 180 and 90 degrees.
    pub fn new(longitude: i64, latitude: i64) -> Option<Self> {
        let inside = |value: i64, degrees: i32| {
            i32::try_from(value).ok().filter(|value| value.abs() <= degrees.saturating_mul(Self::DEGREE))
        };
        Some(Self { longitude: inside(longitude, 180)?, latitude: inside(latitude, 90)? })
    }
}

/// In degrees.
impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let degrees = |formatter: &mut fmt::Formatter<'_>, value: i32| {
            let (sign, value, degree) =
                (if value < 0 { "-" } else { "" }, value.unsigned_abs(), Self::DEGREE.unsigned_abs());
            let fraction = format!("{:07}", value % degree);
            let fraction = fraction.trim_end_matches('0');
            write!(formatter, "{sign}{}{}{fraction}", value / degree, if fraction.is_empty() { "" } else { "." })
        };
        degrees(formatter, self.longitude)?;
        formatter.write_str(" ")?;
        degrees(formatter, self.latitude)
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Where a phone says that it is. Whereabouts are personal data: `Debug` shows no point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fix {
    /// The middle of the circle that it is in.
    pub point: Point,
    /// The radius of that circle, in metres; 0 is what phones say that know none.
    pub accuracy_metres: u32,
    /// When it was taken.
    pub at: UnixMicros,
}

impl fmt::Debug for Fix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fix").field("accuracy_metres", &self.accuracy_metres).finish_non_exhaustive()
    }
}

/// What a fix must be like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceTerms {
    /// Inside what.
    pub fence: Fence,
    /// How large its circle may be, in metres; at most [`Self::ACCURACY_METRES_MAX`].
    pub accuracy_metres_max: u32,
    /// How old it may be, in seconds.
    pub age_seconds_max: u32,
}

/// Why a place does not count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum PlaceError {
    /// No fix was given.
    Missing,
    /// It says how near it is by no number, or by 0.
    NoAccuracy,
    /// Its time is still to come.
    FromTheFuture,
    /// It was taken too long ago.
    TooOld,
    /// Its circle is too large.
    TooCoarse,
    /// A part of its circle lies outside the fence, or all of it.
    Outside,
}

impl PlaceTerms {
    /// The largest circle that [`Fence::contains_circle`] is exact enough for.
    pub const ACCURACY_METRES_MAX: u32 = 5_000;

    /// Whether the fix counts at this moment.
    ///
    /// # Errors
    /// The first reason why it does not, in the order of [`PlaceError`].
    pub fn check(&self, fix: Option<&Fix>, now: UnixMicros) -> Result<(), PlaceError> {
        let fix = fix.ok_or(PlaceError::Missing)?;
        let age_us = now.0.saturating_sub(fix.at.0);
        if fix.accuracy_metres == 0 {
            Err(PlaceError::NoAccuracy)
        } else if age_us < 0 {
            Err(PlaceError::FromTheFuture)
        } else if age_us > i64::from(self.age_seconds_max).saturating_mul(1_000_000) {
            Err(PlaceError::TooOld)
        } else if fix.accuracy_metres > self.accuracy_metres_max {
            Err(PlaceError::TooCoarse)
        } else if self.fence.contains_circle(fix.point, fix.accuracy_metres) {
            Ok(())
        } else {
            Err(PlaceError::Outside)
        }
    }
}

#[cfg(test)]
mod tests;
