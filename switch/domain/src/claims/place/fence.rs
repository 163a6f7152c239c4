//! A fence: one polygon or several.

use super::circle;
use super::{PlaceTerms, Point, Polygon};

/// Polygons of a fence at most: the islands of a city.
const POLYGONS_MAX: usize = 1_000;

/// An area of one or several polygons. What lies in any of them lies inside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fence {
    polygons: Box<[Polygon]>,
}

impl Fence {
    /// The area of these polygons; none without any, or with more than 1,000.
    pub fn new(polygons: Vec<Polygon>) -> Option<Self> {
        let right = !polygons.is_empty() && polygons.len() <= POLYGONS_MAX;
        right.then(|| Self { polygons: polygons.into_boxed_slice() })
    }

    /// Whether a point lies inside; edges do.
    pub fn contains(&self, point: Point) -> bool {
        self.polygons.iter().any(|polygon| polygon.contains(point))
    }

    /// Whether a whole circle lies inside one of the polygons: one that lies in two neighbours does not, they are to be one
    /// polygon. A circle of 0 metres is its middle. Larger ones are taken for a little larger than they are (under 3 %), so
    /// that the answer is never yes by mistake; those over [`PlaceTerms::ACCURACY_METRES_MAX`] are in no fence.
    pub fn contains_circle(&self, middle: Point, radius_metres: u32) -> bool {
        if radius_metres > PlaceTerms::ACCURACY_METRES_MAX {
            return false;
        }
        self.polygons.iter().any(|polygon| {
            polygon.contains(middle)
                && (radius_metres == 0 || polygon.edges().all(|edge| circle::clear(middle, radius_metres, &edge)))
        })
    }
}
