//! Polygons with holes, checked once when they are made.

use super::Point;
use std::cmp::Ordering;
use std::fmt;

/// Points of one polygon at most: a boundary to some ten metres. All pairs of edges may have to be looked at.
pub const POINTS_MAX: usize = 10_000;
/// A triangle, and its first point again.
const RING_POINTS_MIN: usize = 4;

/// An area inside one ring and outside others. Its rings are closed, and no two of its edges meet except neighbours in the
/// point that they share.
#[derive(Clone, PartialEq, Eq)]
pub struct Polygon {
    rings: Box<[Box<[Point]>]>,
}

/// An edge of a polygon, for messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Of which ring: 0 is the outer one.
    pub ring: usize,
    /// The place of its first point in the ring, from 0.
    pub place: usize,
    /// Its first point.
    pub from: Point,
    /// Its last point.
    pub to: Point,
}

impl fmt::Display for Edge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "edge {} of ring {} ({} to {})", self.place, self.ring, self.from, self.to)
    }
}

/// Why rings are no polygon. Rings and points are counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PolygonError {
    /// No ring at all.
    #[error("no ring")]
    NoRing,
    /// A ring is no area.
    #[error("ring {ring} has {points} points; a ring has at least 4, the first one again at the end")]
    TooFewPoints {
        /// Which.
        ring: usize,
        /// Its points.
        points: usize,
    },
    /// More than anybody needs.
    #[error("{points} points; at most {POINTS_MAX}")]
    TooManyPoints {
        /// Points of all rings.
        points: usize,
    },
    /// The last point is not the first.
    #[error("ring {ring} ends at another point than it begins with: repeat the first point at the end")]
    NotClosed {
        /// Which.
        ring: usize,
    },
    /// A point stands twice in a row.
    #[error("point {place} of ring {ring} stands there twice in a row")]
    RepeatedPoint {
        /// Of which ring.
        ring: usize,
        /// The first of the two.
        place: usize,
    },
    /// It crosses or touches itself.
    #[error("{one} crosses or touches {other}")]
    Crossing {
        /// An edge.
        one: Edge,
        /// Another.
        other: Edge,
    },
    /// A hole in nothing.
    #[error("ring {ring} is a hole, but lies outside ring 0 or inside another hole")]
    HoleElsewhere {
        /// Which.
        ring: usize,
    },
}

/// Where a point lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Inside,
    OnEdge,
    Outside,
}

impl Polygon {
    /// The polygon of these rings, the outer one first, each with its first point again at the end.
    ///
    /// # Errors
    /// See [`PolygonError`].
    pub fn new(rings: Vec<Vec<Point>>) -> Result<Self, PolygonError> {
        let points = rings.iter().map(Vec::len).sum();
        if points > POINTS_MAX {
            return Err(PolygonError::TooManyPoints { points });
        }
        rings.iter().enumerate().try_for_each(|(ring, points)| check_ring(ring, points))?;
        let polygon = Self { rings: rings.into_iter().map(Vec::into_boxed_slice).collect() };
        polygon.refuse_crossings()?;
        let (outer, holes) = polygon.rings.split_first().ok_or(PolygonError::NoRing)?;
        for (place, hole) in holes.iter().enumerate() {
            // No edges meet, so one point of the hole speaks for all of them.
            let stray = hole.first().is_some_and(|point| {
                let mut others = holes.iter().enumerate().filter(|(other, _)| *other != place);
                side(outer, *point) != Side::Inside || others.any(|(_, ring)| side(ring, *point) == Side::Inside)
            });
            if stray {
                return Err(PolygonError::HoleElsewhere { ring: place + 1 });
            }
        }
        Ok(polygon)
    }

    /// Whether a point lies inside, or on an edge, also that of a hole.
    pub fn contains(&self, point: Point) -> bool {
        let Some((outer, holes)) = self.rings.split_first() else { return false };
        side(outer, point) != Side::Outside && holes.iter().all(|hole| side(hole, point) != Side::Inside)
    }

    /// All edges.
    pub(super) fn edges(&self) -> impl Iterator<Item = Edge> {
        self.rings.iter().enumerate().flat_map(|(ring, points)| edges_of(points).map(move |edge| Edge { ring, ..edge }))
    }

    /// Edges are taken in the order of their western ends, so that only those are compared that can meet.
    fn refuse_crossings(&self) -> Result<(), PolygonError> {
        let mut edges: Vec<_> = self.edges().collect();
        edges.sort_unstable_by_key(|edge| (edge.from.longitude.min(edge.to.longitude), edge.ring, edge.place));
        for (place, one) in edges.iter().enumerate() {
            let east = one.from.longitude.max(one.to.longitude);
            let near = edges.iter().skip(place + 1);
            let near = near.take_while(|other| other.from.longitude.min(other.to.longitude) <= east);
            for other in near {
                if self.collide(one, other) {
                    let (one, other) =
                        if (other.ring, other.place) < (one.ring, one.place) { (other, one) } else { (one, other) };
                    return Err(PolygonError::Crossing { one: *one, other: *other });
                }
            }
        }
        Ok(())
    }

    /// Whether two edges meet where they must not.
    fn collide(&self, one: &Edge, other: &Edge) -> bool {
        let last = self.rings.get(one.ring).map_or(0, |ring| ring.len() - 2);
        let follows = |first: &Edge, second: &Edge| {
            first.ring == second.ring && (first.place + 1 == second.place || (first.place == last && second.place == 0))
        };
        // Neighbours share a point; they must not run back over each other.
        let runs_back = |first: &Edge, second: &Edge| {
            turn(first.from, first.to, second.to) == Ordering::Equal
                && within(first, second.to) | within(second, first.from)
        };
        if follows(one, other) {
            runs_back(one, other)
        } else if follows(other, one) {
            runs_back(other, one)
        } else {
            meet(one, other)
        }
    }
}

fn check_ring(ring: usize, points: &[Point]) -> Result<(), PolygonError> {
    if points.len() < RING_POINTS_MIN {
        return Err(PolygonError::TooFewPoints { ring, points: points.len() });
    }
    if points.first() != points.last() {
        return Err(PolygonError::NotClosed { ring });
    }
    match edges_of(points).find(|edge| edge.from == edge.to) {
        Some(edge) => Err(PolygonError::RepeatedPoint { ring, place: edge.place }),
        None => Ok(()),
    }
}

fn edges_of(points: &[Point]) -> impl Iterator<Item = Edge> {
    let pairs = points.iter().zip(points.iter().skip(1)).enumerate();
    pairs.map(|(place, (from, to))| Edge { ring: 0, place, from: *from, to: *to })
}

/// Which way one turns at `middle`, coming from `from` and going to `to`: `Greater` is left, `Equal` straight on or back.
fn turn(from: Point, middle: Point, to: Point) -> Ordering {
    let (ahead, aside) = (difference(from, middle), difference(from, to));
    (ahead.0 * aside.1).cmp(&(ahead.1 * aside.0))
}

/// East and north, in 128 bits so that no product overflows.
fn difference(from: Point, to: Point) -> (i128, i128) {
    let between = |from: i32, to: i32| i128::from(to) - i128::from(from);
    (between(from.longitude, to.longitude), between(from.latitude, to.latitude))
}

/// Whether a point that lies on an edge's line lies on the edge.
fn within(edge: &Edge, point: Point) -> bool {
    let between = |one: i32, other: i32, value: i32| one.min(other) <= value && value <= one.max(other);
    between(edge.from.longitude, edge.to.longitude, point.longitude)
        && between(edge.from.latitude, edge.to.latitude, point.latitude)
}

/// Whether two edges have a point in common.
fn meet(one: &Edge, other: &Edge) -> bool {
    let turns = [
        turn(one.from, one.to, other.from),
        turn(one.from, one.to, other.to),
        turn(other.from, other.to, one.from),
        turn(other.from, other.to, one.to),
    ];
    let [first, second, third, fourth] = turns;
    let crosses = first != second && third != fourth && !turns.contains(&Ordering::Equal);
    let ends = [(one, other.from), (one, other.to), (other, one.from), (other, one.to)];
    let touches =
        |(turn, (edge, point)): (&Ordering, &(&Edge, Point))| *turn == Ordering::Equal && within(edge, *point);
    crosses || turns.iter().zip(&ends).any(touches)
}

/// Where a point lies of a ring: it is inside when a ray to the east meets an odd number of edges.
pub(super) fn side(ring: &[Point], point: Point) -> Side {
    let mut inside = false;
    for edge in edges_of(ring) {
        let turned = turn(edge.from, edge.to, point);
        if turned == Ordering::Equal && within(&edge, point) {
            return Side::OnEdge;
        }
        // The southern end counts, the northern does not: a ray through a corner meets one edge of the two.
        let north = edge.to.latitude > edge.from.latitude;
        let spans = (edge.from.latitude <= point.latitude) != (edge.to.latitude <= point.latitude);
        inside ^= spans && (turned == Ordering::Greater) == north;
    }
    if inside { Side::Inside } else { Side::Outside }
}

impl fmt::Debug for Polygon {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Polygon({} rings, {} edges)", self.rings.len(), self.edges().count())
    }
}
