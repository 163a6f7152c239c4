//! Fences and fixes.

use super::*;
use proptest::prelude::*;

const NOW: UnixMicros = UnixMicros(1_727_748_000_000_000);

fn point(longitude: i64, latitude: i64) -> Point {
    Point::new(longitude, latitude).unwrap()
}

/// A ring through these points, closed.
fn ring(points: &[(i64, i64)]) -> Vec<Point> {
    points.iter().chain(points.first()).map(|(longitude, latitude)| point(*longitude, *latitude)).collect()
}

fn polygon(rings: &[&[(i64, i64)]]) -> Result<Polygon, PolygonError> {
    Polygon::new(rings.iter().map(|points| ring(points)).collect())
}

const SQUARE: &[(i64, i64)] = &[(0, 0), (1_000_000, 0), (1_000_000, 1_000_000), (0, 1_000_000)];
const HOLE: &[(i64, i64)] = &[(400_000, 400_000), (600_000, 400_000), (600_000, 600_000), (400_000, 600_000)];

#[test]
fn inside_outside_and_on_the_edge() {
    let polygon = polygon(&[SQUARE, HOLE]).unwrap();
    let check = |longitude, latitude, expected: bool| {
        assert_eq!(polygon.contains(point(longitude, latitude)), expected, "{longitude} {latitude}");
    };
    check(100_000, 100_000, true);
    check(500_000, 500_000, false);
    check(400_000, 500_000, true);
    check(0, 0, true);
    check(1_000_000, 1_000_000, true);
    check(0, 500_000, true);
    check(-1, 500_000, false);
    check(1_000_001, 500_000, false);
    check(500_000, 1_000_001, false);
    // Rays to the east that run through corners and along edges.
    check(-5, 0, false);
    check(-5, 1_000_000, false);
    check(-5, 400_000, false);
    check(100_000, 400_000, true);
    check(700_000, 600_000, true);
}

#[test]
fn what_is_no_polygon_says_why() {
    let check = |rings: &[&[(i64, i64)]], expected: &str| {
        assert_eq!(polygon(rings).unwrap_err().to_string(), expected);
    };
    check(&[], "no ring");
    check(&[&[(0, 0), (1, 1)]], "ring 0 has 3 points; a ring has at least 4, the first one again at the end");
    check(&[&[(0, 0), (9, 0), (9, 0), (9, 9)]], "point 1 of ring 0 stands there twice in a row");
    let bow_tie = [(0, 0), (10_000_000, 10_000_000), (10_000_000, 0), (0, 10_000_000)];
    check(&[&bow_tie], "edge 0 of ring 0 (0 0 to 1 1) crosses or touches edge 2 of ring 0 (1 0 to 0 1)");
    check(
        &[&[(0, 0), (20, 0), (10, 0), (10, 10)]],
        "edge 0 of ring 0 (0 0 to 0.000002 0) crosses or touches edge 1 of ring 0 (0.000002 0 to 0.000001 0)",
    );
    check(
        &[SQUARE, &[(1_000_000, 500_000), (900_000, 400_000), (900_000, 600_000)]],
        "edge 1 of ring 0 (0.1 0 to 0.1 0.1) crosses or touches edge 0 of ring 1 (0.1 0.05 to 0.09 0.04)",
    );
    let away: &[(i64, i64)] = &[(2_000_000, 0), (3_000_000, 0), (3_000_000, 1)];
    check(&[SQUARE, away], "ring 1 is a hole, but lies outside ring 0 or inside another hole");
    let inner: &[(i64, i64)] = &[(450_000, 450_000), (550_000, 450_000), (550_000, 550_000)];
    check(&[SQUARE, HOLE, inner], "ring 2 is a hole, but lies outside ring 0 or inside another hole");
    let open = vec![point(0, 0), point(9, 0), point(9, 9), point(0, 9)];
    assert_eq!(Polygon::new(vec![open]), Err(PolygonError::NotClosed { ring: 0 }));
    let many = vec![point(0, 0); POINTS_MAX + 1];
    assert_eq!(Polygon::new(vec![many]), Err(PolygonError::TooManyPoints { points: POINTS_MAX + 1 }));
}

#[test]
fn points_stay_on_the_globe() {
    assert_eq!(Point::new(1_800_000_001, 0), None);
    assert_eq!(Point::new(0, -900_000_001), None);
    assert_eq!(Point::new(i64::MIN, i64::MAX), None);
    assert_eq!(point(-1_140_579_000, 5).to_string(), "-114.0579 0.0000005");
}

fn terms() -> PlaceTerms {
    let fence = Fence::new(vec![polygon(&[SQUARE]).unwrap()]).unwrap();
    PlaceTerms { fence, accuracy_metres_max: 200, age_seconds_max: 60 }
}

/// The square is 0.1 degrees wide, about 11 kilometres; a ten-millionth of a degree is 1.1 centimetres.
#[test]
fn fixes_fail_closed() {
    let good = Fix { point: point(500_000, 500_000), accuracy_metres: 30, at: NOW };
    let check = |fix: Option<Fix>, expected: Result<(), PlaceError>| {
        assert_eq!(terms().check(fix.as_ref(), NOW), expected, "{fix:?}");
    };
    check(Some(good), Ok(()));
    check(None, Err(PlaceError::Missing));
    check(Some(Fix { accuracy_metres: 0, ..good }), Err(PlaceError::NoAccuracy));
    check(Some(Fix { at: UnixMicros(NOW.0 + 1), ..good }), Err(PlaceError::FromTheFuture));
    check(Some(Fix { at: UnixMicros(NOW.0 - 60_000_000), ..good }), Ok(()));
    check(Some(Fix { at: UnixMicros(NOW.0 - 60_000_001), ..good }), Err(PlaceError::TooOld));
    check(Some(Fix { at: UnixMicros(i64::MIN), ..good }), Err(PlaceError::TooOld));
    check(Some(Fix { accuracy_metres: 200, ..good }), Ok(()));
    check(Some(Fix { accuracy_metres: 201, ..good }), Err(PlaceError::TooCoarse));
    check(Some(Fix { point: point(-500_000, 500_000), ..good }), Err(PlaceError::Outside));
    // 28 metres from the western edge.
    check(Some(Fix { point: point(2_545, 500_000), ..good }), Err(PlaceError::Outside));
    check(Some(Fix { point: point(2_545, 500_000), accuracy_metres: 27, ..good }), Ok(()));
    assert_eq!(format!("{good:?}"), "Fix { accuracy_metres: 30, .. }", "no whereabouts");
}

/// Another way to the same answer: the angles under which the edges are seen add up to whole turns (winding number), in
/// floating point, which is exact enough away from edges.
#[expect(clippy::float_arithmetic, reason = "an oracle that shares nothing with the code")]
fn winds(corners: &[(i64, i64)], at: (f64, f64)) -> bool {
    let angle = |corner: &(i64, i64)| {
        let (east, north) = (i32::try_from(corner.0).unwrap(), i32::try_from(corner.1).unwrap());
        (f64::from(north) - at.1).atan2(f64::from(east) - at.0)
    };
    let next = corners.iter().cycle().skip(1);
    let turned: f64 = corners
        .iter()
        .zip(next)
        .map(|(one, other)| {
            let step = angle(other) - angle(one);
            step - (step / std::f64::consts::TAU).round() * std::f64::consts::TAU
        })
        .sum();
    turned.abs() > std::f64::consts::PI
}

proptest! {
    #[test]
    fn stars_contain_what_their_winding_number_says(
        radii in prop::collection::vec(10i64..1_000, 3..40),
        at in (-1_000i64..1_000, -1_000i64..1_000),
    ) {
        // Corners around the origin in the order of their angles: such a ring never crosses itself.
        let corners: Vec<(i64, i64)> = star(&radii);
        let Ok(polygon) = polygon(&[&corners]) else { return Ok(()) };
        let here = point(at.0, at.1);
        let edge = polygon.edges().any(|edge| side_is_edge(&edge, here));
        let (east, north) = (i32::try_from(at.0).unwrap(), i32::try_from(at.1).unwrap());
        prop_assert!(edge || polygon.contains(here) == winds(&corners, (f64::from(east), f64::from(north))));
    }

    /// Two quarrels of a random ring are told as one: every pair of edges, looked at by another formula (parameters of the
    /// crossing point as fractions).
    #[test]
    fn crossings_are_those_that_fractions_find(corners in prop::collection::vec((0i64..30, 0i64..30), 3..9)) {
        let told = polygon(&[&corners]);
        let edges: Vec<_> = corners.iter().copied().zip(corners.iter().copied().cycle().skip(1)).collect();
        let mut crossed = false;
        for (one, (a, b)) in edges.iter().enumerate() {
            for (other, (c, d)) in edges.iter().enumerate().skip(one + 2) {
                let neighbours = one == 0 && other == edges.len() - 1;
                crossed |= !neighbours && properly_cross(*a, *b, *c, *d);
            }
        }
        prop_assert!(!crossed || told.is_err());
        if let Err(PolygonError::Crossing { one, other }) = told {
            prop_assert!((one.ring, one.place) < (other.ring, other.place));
        }
    }
}

fn star(radii: &[i64]) -> Vec<(i64, i64)> {
    // Thirty-two directions of the compass as whole numbers.
    let quarter = [(100, 0), (98, 20), (92, 38), (83, 56), (71, 71), (56, 83), (38, 92), (20, 98)];
    let all = (0..4).flat_map(|turns| {
        quarter.map(|(east, north)| match turns {
            0 => (east, north),
            1 => (-north, east),
            2 => (-east, -north),
            _ => (north, -east),
        })
    });
    all.zip(radii.iter().cycle()).map(|((east, north), radius)| (east * radius / 100, north * radius / 100)).collect()
}

fn side_is_edge(edge: &Edge, point: Point) -> bool {
    let (east, north) =
        (i64::from(edge.to.longitude - edge.from.longitude), i64::from(edge.to.latitude - edge.from.latitude));
    let (right, up) =
        (i64::from(point.longitude - edge.from.longitude), i64::from(point.latitude - edge.from.latitude));
    let along = east * right + north * up;
    east * up == north * right && (0..=east * east + north * north).contains(&along)
}

/// Whether the open segments a-b and c-d meet in one point: both parameters strictly between 0 and 1.
fn properly_cross(a: (i64, i64), b: (i64, i64), c: (i64, i64), d: (i64, i64)) -> bool {
    let (r, s, q) = ((b.0 - a.0, b.1 - a.1), (d.0 - c.0, d.1 - c.1), (c.0 - a.0, c.1 - a.1));
    let bottom = r.0 * s.1 - r.1 * s.0;
    let (top, other_top) = (q.0 * s.1 - q.1 * s.0, q.0 * r.1 - q.1 * r.0);
    let open = |top: i64| 0 < top * bottom.signum() && top * bottom.signum() < bottom.abs();
    bottom != 0 && open(top) && open(other_top)
}
