//! Fences from GeoJSON (RFC 7946): a `Polygon` or `MultiPolygon`, alone, as a `Feature`, or several in a
//! `FeatureCollection`, which then count as one area.
//!
//! Coordinates are longitude and latitude in degrees; an altitude is left out, so are properties. They are rounded to
//! ten-millionths of a degree. A file is checked whole: what is wrong with it is said with the path to it, and where a polygon
//! crosses itself, with both edges.

use crate::error::{ConfigError, ConfigErrors};
use lijian_domain::claims::place::{Fence, POINTS_MAX, Point, Polygon};
use serde_json::Value;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// A longer file was named by mistake: ten thousand points take less than one mebibyte.
const FILE_BYTES_MAX: u64 = 8 << 20;

/// Loads a fence.
///
/// # Errors
/// The file cannot be read, or everything that is wrong with it.
pub fn load(path: &Path) -> Result<Fence, ConfigErrors> {
    let unreadable = |error: std::io::Error| ConfigError::of_file(path, error, "a readable file");
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(ConfigError::of_file(path, "a longer file", format!("at most {FILE_BYTES_MAX} bytes")).into());
    }
    read(path, &bytes)
}

/// Takes bytes as the content of a file of this name.
fn read(path: &Path, bytes: &[u8]) -> Result<Fence, ConfigErrors> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let root: Value = serde_json::from_slice(bytes).map_err(|error| {
        // What stands there is not shown, only where.
        let line = u64::try_from(error.line()).unwrap_or_default();
        ConfigError::of_file(path, "another text", "GeoJSON: a Polygon or MultiPolygon").at_line(line)
    })?;
    let mut reading = Reading { path, errors: ConfigErrors::default(), polygons: Vec::new() };
    reading.object(&root, "");
    let Reading { mut errors, polygons, .. } = reading;
    let fence = Fence::new(polygons);
    if fence.is_none() && errors.is_empty() {
        errors.push(ConfigError::of_file(path, "another number of polygons", "1 to 1000 polygons"));
    }
    errors.or(fence)
}

/// A file being read.
struct Reading<'a> {
    path: &'a Path,
    errors: ConfigErrors,
    polygons: Vec<Polygon>,
}

impl Reading<'_> {
    fn object(&mut self, value: &Value, at: &str) {
        let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
        match (kind, value.get("features"), value.get("geometry"), value.get("coordinates")) {
            ("FeatureCollection", Some(Value::Array(features)), _, _) => {
                for (place, feature) in features.iter().enumerate() {
                    self.object(feature, &format!("{at}features[{place}]."));
                }
            }
            // A feature holds a geometry, never another feature: nothing nests for ever.
            ("Feature", _, Some(geometry), _) if geometry.get("geometry").is_none() => {
                self.object(geometry, &format!("{at}geometry."));
            }
            ("Polygon", _, _, Some(rings)) => self.polygon(rings, &format!("{at}coordinates")),
            ("MultiPolygon", _, _, Some(Value::Array(polygons))) => {
                for (place, rings) in polygons.iter().enumerate() {
                    self.polygon(rings, &format!("{at}coordinates[{place}]"));
                }
            }
            _ => {
                let expected =
                    "a Polygon or MultiPolygon with its coordinates, a Feature of one, or a FeatureCollection";
                let found = format!("something of type \"{}\"", kind.chars().take(40).collect::<String>());
                self.wrong(at.trim_end_matches('.'), &found, expected);
            }
        }
    }

    fn polygon(&mut self, rings: &Value, at: &str) {
        let Some(rings) = rings.as_array() else {
            return self.wrong(at, "no list", "a list of rings, the outer one first, then holes");
        };
        let points: usize = rings.iter().filter_map(Value::as_array).map(Vec::len).sum();
        if points > POINTS_MAX {
            return self.wrong(at, &format!("{points} points"), &format!("at most {POINTS_MAX} in one polygon"));
        }
        let mut read = Vec::new();
        for (ring, points) in rings.iter().enumerate() {
            let Some(points) = points.as_array() else {
                return self.wrong(&format!("{at}[{ring}]"), "no list", "a ring: a list of [longitude, latitude]");
            };
            let mut ring_points = Vec::with_capacity(points.len());
            for (place, position) in points.iter().enumerate() {
                let Some(point) = point(position) else {
                    let expected = "[longitude, latitude] in degrees, -180 to 180 and -90 to 90";
                    return self.wrong(&format!("{at}[{ring}][{place}]"), "no such position", expected);
                };
                ring_points.push(point);
            }
            read.push(ring_points);
        }
        match Polygon::new(read) {
            Ok(polygon) => self.polygons.push(polygon),
            Err(error) => self.wrong(at, &error.to_string(), "closed rings that neither cross nor touch, holes inside"),
        }
    }

    fn wrong(&mut self, key: &str, found: &str, expected: &str) {
        self.errors.push(ConfigError::of_file(self.path, found, expected).at_key(key));
    }
}

/// A position: longitude, latitude, and perhaps an altitude.
fn point(position: &Value) -> Option<Point> {
    match position.as_array()?.as_slice() {
        [longitude, latitude] | [longitude, latitude, Value::Number(_)] => {
            Point::new(ten_millionths(longitude)?, ten_millionths(latitude)?)
        }
        _ => None,
    }
}

/// Degrees as ten-millionths: the decimal text is taken, so that nothing is calculated in binary fractions.
fn ten_millionths(degrees: &Value) -> Option<i64> {
    let degrees = degrees.as_f64().filter(|degrees| (-180.0..=180.0).contains(degrees))?;
    format!("{degrees:.7}").replace('.', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        read(Path::new("fence.geojson"), text.as_bytes()).unwrap_err().to_string()
    }

    fn polygon(coordinates: &str) -> String {
        format!(r#"{{"type":"Polygon","coordinates":{coordinates}}}"#)
    }

    #[test]
    fn fences_of_every_shape() {
        let square = "[[[114.0,22.5],[114.1,22.5],[114.1,22.6,12.5],[114,22.6],[114,22.5]]]";
        let plain = polygon(square);
        let feature = format!(r#"{{"type":"Feature","properties":{{"name":"city"}},"geometry":{plain}}}"#);
        let all = [
            plain.clone(),
            format!(r#"{{"type":"MultiPolygon","coordinates":[{square}]}}"#),
            format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#),
            format!("\u{feff}{feature}"),
        ];
        for text in all {
            let fence = read(Path::new("fence.geojson"), text.as_bytes()).unwrap();
            let inside = |longitude, latitude| fence.contains(Point::new(longitude, latitude).unwrap());
            assert!(inside(1_140_500_000, 225_500_000) && inside(1_141_000_000, 226_000_000));
            assert!(!inside(1_141_000_001, 225_500_000));
        }
    }

    #[test]
    fn decimals_are_taken_as_they_stand() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(ten_millionths(&serde_json::from_str(text).unwrap()), expected, "{text}");
        };
        check("114.0579", Some(1_140_579_000));
        check("-0.00000014", Some(-1));
        check("22.54321006", Some(225_432_101));
        check("180", Some(1_800_000_000));
        check("1e-9", Some(0));
        check("180.00001", None);
        check("1e300", None);
        check("\"22.5\"", None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |text: &str, expected: &str| assert_eq!(wrong(text), format!("fence.geojson{expected}"));
        check(
            &polygon("[[[114,22],[115,23],[115,22],[114,23],[114,22]]]"),
            ": coordinates: found edge 0 of ring 0 (114 22 to 115 23) crosses or touches edge 2 of ring 0 (115 22 to 114 23), \
             expected closed rings that neither cross nor touch, holes inside",
        );
        check(
            &polygon("[[[114,22],[115,91],[115,22],[114,22]]]"),
            ": coordinates[0][1]: found no such position, expected [longitude, latitude] in degrees, -180 to 180 and -90 to 90",
        );
        check(
            &polygon("[[[114,22],[115,23],[115,22],[114,23]]]"),
            ": coordinates: found ring 0 ends at another point than it begins with: repeat the first point at the end, \
             expected closed rings that neither cross nor touch, holes inside",
        );
        check("{\n\"type\": ", ":2: found another text, expected GeoJSON: a Polygon or MultiPolygon");
        let expected =
            "expected a Polygon or MultiPolygon with its coordinates, a Feature of one, or a FeatureCollection";
        check(r#"{"type":"Point","coordinates":[1,2]}"#, &format!(": found something of type \"Point\", {expected}"));
        check(
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}"#,
            &format!(": features[0].geometry: found something of type \"\", {expected}"),
        );
        check(
            r#"{"type":"MultiPolygon","coordinates":[]}"#,
            ": found another number of polygons, expected 1 to 1000 polygons",
        );
        let many = vec!["[114,22]"; POINTS_MAX + 1].join(",");
        check(
            &polygon(&format!("[[{many}]]")),
            ": coordinates: found 10001 points, expected at most 10000 in one polygon",
        );
        assert!(wrong(&"[".repeat(100_000)).contains("GeoJSON"));
    }

    /// Well-known places: the Civic Centre, the airport at Bao'an, Yantian port, Dapeng fortress; and outside: Hong Kong,
    /// Dongguan, Huizhou, Zhuhai, the middle of the Pearl River's mouth.
    #[test]
    fn the_shipped_fence_of_shenzhen() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/geofences/shenzhen.geojson"));
        let fence = load(path).unwrap();
        let inside = |longitude, latitude| fence.contains(Point::new(longitude, latitude).unwrap());
        for (longitude, latitude) in [
            (1_140_579_000, 225_431_000),
            (1_138_107_000, 226_393_000),
            (1_142_710_000, 225_780_000),
            (1_145_130_000, 225_950_000),
            (1_139_300_000, 227_500_000),
            (1_142_470_000, 227_200_000),
            (1_139_100_000, 224_850_000),
        ] {
            assert!(inside(longitude, latitude), "{longitude} {latitude}");
        }
        for (longitude, latitude) in [
            (1_141_694_000, 223_193_000),
            (1_141_095_000, 223_964_000),
            (1_137_518_000, 230_207_000),
            (1_144_168_000, 231_115_000),
            (1_135_767_000, 222_707_000),
            (1_136_500_000, 225_000_000),
        ] {
            assert!(!inside(longitude, latitude), "{longitude} {latitude}");
        }
    }
}
