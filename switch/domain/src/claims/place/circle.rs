//! Circles on the ground against edges, in whole decimetres.
//!
//! Near its middle a circle is looked at on a plane: a degree of latitude is 110,574 metres or more everywhere (WGS 84), one of
//! longitude at least 111,320 metres times the cosine of the latitude. Both are counted as 110,000, the cosine by that of the
//! next whole degree towards the pole: distances come out a little too short, never too long.

use super::Point;
use super::polygon::Edge;

/// Millimetres of a ten-millionth of a degree of latitude, rounded down.
const MILLIMETRES: i64 = 11;
const MILLIMETRES_PER_DECIMETRE: i64 = 100;
/// What rounding to decimetres can take from a distance.
const ROUNDED_DECIMETRES: i128 = 2;
const MILLION: i64 = 1_000_000;

/// Millionths of the cosine of 0 to 90 degrees, rounded down.
const COSINES: [i64; 91] = [
    1_000_000, 999_847, 999_390, 998_629, 997_564, 996_194, 994_521, 992_546, 990_268, 987_688, 984_807, 981_627,
    978_147, 974_370, 970_295, 965_925, 961_261, 956_304, 951_056, 945_518, 939_692, 933_580, 927_183, 920_504,
    913_545, 906_307, 898_794, 891_006, 882_947, 874_619, 866_025, 857_167, 848_048, 838_670, 829_037, 819_152,
    809_016, 798_635, 788_010, 777_145, 766_044, 754_709, 743_144, 731_353, 719_339, 707_106, 694_658, 681_998,
    669_130, 656_059, 642_787, 629_320, 615_661, 601_815, 587_785, 573_576, 559_192, 544_639, 529_919, 515_038,
    500_000, 484_809, 469_471, 453_990, 438_371, 422_618, 406_736, 390_731, 374_606, 358_367, 342_020, 325_568,
    309_016, 292_371, 275_637, 258_819, 241_921, 224_951, 207_911, 190_808, 173_648, 156_434, 139_173, 121_869,
    104_528, 87_155, 69_756, 52_335, 34_899, 17_452, 0,
];

/// Whether an edge stays outside a circle, of at most some kilometres.
pub(super) fn clear(middle: Point, radius_metres: u32, edge: &Edge) -> bool {
    let radius = i128::from(radius_metres) * 10 + ROUNDED_DECIMETRES;
    let (from, to) = (decimetres(middle, edge.from), decimetres(middle, edge.to));
    let along = (to.0 - from.0, to.1 - from.1);
    let length_squared = dot(along, along);
    // How far along the edge its point nearest to the middle lies, times the edge's length.
    let nearest = -dot(from, along);
    if nearest <= 0 {
        return dot(from, from) >= radius * radius;
    }
    if nearest >= length_squared {
        return dot(to, to) >= radius * radius;
    }
    let area = from.0 * to.1 - from.1 * to.0;
    area * area >= radius * radius * length_squared
}

/// East and north of `middle`. At most 4 x 10^8 each, so that the fourth powers of [`clear`] fit 128 bits.
fn decimetres(middle: Point, point: Point) -> (i128, i128) {
    let east = i64::from(point.longitude) - i64::from(middle.longitude);
    let north = i64::from(point.latitude) - i64::from(middle.latitude);
    let degrees = middle.latitude.unsigned_abs().div_ceil(Point::DEGREE.unsigned_abs());
    let cosine = usize::try_from(degrees).ok().and_then(|degrees| COSINES.get(degrees)).copied().unwrap_or_default();
    let on_ground = |millimetres: i64| i128::from(millimetres / MILLIMETRES_PER_DECIMETRE);
    (on_ground(east * MILLIMETRES * cosine / MILLION), on_ground(north * MILLIMETRES))
}

fn dot(one: (i128, i128), other: (i128, i128)) -> i128 {
    one.0 * other.0 + one.1 * other.1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// cos^2 a + cos^2 (90 - a) = 1, to the rounding of both.
    #[test]
    fn cosines_are_those_of_a_circle() {
        for (degrees, cosine) in COSINES.iter().enumerate() {
            let sine = COSINES[90 - degrees];
            let sum = cosine * cosine + sine * sine;
            assert!(sum <= MILLION * MILLION && sum > MILLION * MILLION - 3 * MILLION, "{degrees}");
        }
        assert!(COSINES.is_sorted_by(|one, other| one > other));
    }

    /// Distances worked out by the haversine formula (radius 6,371,008.8 m) outside this program.
    #[test]
    fn distances_are_a_little_short_and_never_long() {
        let check = |from: (i64, i64), to: (i64, i64), metres: i128| {
            let (from, to) = (Point::new(from.0, from.1).unwrap(), Point::new(to.0, to.1).unwrap());
            let apart = decimetres(from, to);
            let squared = dot(apart, apart);
            assert!(squared <= (metres * 10) * (metres * 10), "{from} to {to}: too long");
            assert!(squared * 1_000 >= (metres * 10) * (metres * 10) * 941, "{from} to {to}: short by over 3 %");
        };
        check((1_140_000_000, 225_000_000), (1_140_100_000, 225_000_000), 1_027);
        check((1_140_000_000, 225_000_000), (1_140_000_000, 225_100_000), 1_112);
        check((1_140_000_000, 225_000_000), (1_140_200_000, 225_300_000), 3_918);
        check((1_264_000_000, 457_500_000), (1_264_200_000, 457_600_000), 1_909);
        check((-700_000_000, -529_000_000), (-700_200_000, -529_100_000), 1_742);
    }

    #[test]
    fn circles_and_edges() {
        let middle = Point::new(1_140_000_000, 225_000_000).unwrap();
        // An edge due north of the middle at 0.01 degrees: 1,105.7 m away at the least, taken for 1,100.
        let edge = |west: i64, east: i64| Edge {
            ring: 0,
            place: 0,
            from: Point::new(west, 225_100_000).unwrap(),
            to: Point::new(east, 225_100_000).unwrap(),
        };
        let across = edge(1_139_000_000, 1_141_000_000);
        assert!(clear(middle, 1_099, &across) && !clear(middle, 1_101, &across));
        // Beside the middle only the edge's end counts: 0.01 degrees north and 0.01 east, 1,511 m, taken for 1,493.
        let aside = edge(1_140_100_000, 1_141_000_000);
        assert!(clear(middle, 1_480, &aside) && !clear(middle, 1_520, &aside));
        let aside = edge(1_139_000_000, 1_139_900_000);
        assert!(clear(middle, 1_480, &aside) && !clear(middle, 1_520, &aside));
    }

    #[test]
    fn the_largest_numbers_fit() {
        let (south_west, north_east) =
            (Point::new(-1_800_000_000, -900_000_000).unwrap(), Point::new(1_800_000_000, 900_000_000).unwrap());
        let edge = Edge { ring: 0, place: 0, from: north_east, to: south_west };
        assert!(!clear(south_west, 5_000, &edge) && !clear(Point::new(0, 0).unwrap(), 5_000, &edge));
    }
}
