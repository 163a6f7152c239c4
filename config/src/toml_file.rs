//! A TOML file, read whole: its shape by serde, and the lines of its keys for whatever is found wrong later.

use crate::error::ConfigError;
use serde::de::DeserializeOwned;
use std::fmt;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// A configuration file is at most this long; a larger one was named by mistake.
pub const FILE_BYTES_MAX: u64 = 4 << 20;

/// A TOML file's text and name.
#[derive(Clone, Debug)]
pub struct TomlFile {
    path: PathBuf,
    text: Arc<str>,
}

impl TomlFile {
    /// Reads a file.
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |error: std::io::Error| ConfigError::of_file(path, error, "a readable file");
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(ConfigError::of_file(path, "a longer file", format!("at most {FILE_BYTES_MAX} bytes")));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            ConfigError::of_file(path, format!("other bytes from byte {at} on"), "UTF-8")
        })?;
        Ok(Self::new(path, &text))
    }

    /// Takes a text as the content of a file of this name. A byte order mark is left out.
    pub fn new(path: &Path, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.strip_prefix('\u{feff}').unwrap_or(text).into() }
    }

    /// The file's name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file's content in its raw shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(&self.text).map_err(|error| self.shape_error(&error))
    }

    /// Something wrong at a key: `links[1].name`, `budget.districts_fen.440305`. A key that is not there is shown at the
    /// nearest table above it.
    pub fn error(&self, key: &str, found: impl fmt::Display, expected: impl fmt::Display) -> ConfigError {
        let error = ConfigError::of_file(&self.path, found, expected).at_key(key);
        match span_of(&self.text, key) {
            Some(span) => error.at_span(&self.text, span),
            None => error,
        }
    }

    fn shape_error(&self, error: &toml::de::Error) -> ConfigError {
        let span = error.span().unwrap_or_default();
        // serde says "what, expected what".
        let (found, expected) = error.message().split_once(", expected ").unwrap_or((error.message(), "valid TOML"));
        let found = found.trim().replace('\n', " ");
        let shown = ConfigError::of_file(&self.path, found, expected).at_span(&self.text, span.clone());
        shown.at_key(key_at(&self.text, &span).unwrap_or_default())
    }
}

/// Where a key's value stands, or that of the nearest key above it.
fn span_of(text: &str, key: &str) -> Option<Range<usize>> {
    let root = DeTable::parse(text).ok()?;
    let mut segments =
        key.split(['.', '[']).map(|segment| segment.trim_end_matches(']')).filter(|part| !part.is_empty());
    let first = segments.next()?;
    let (name, mut value) = root.get_ref().get_key_value(first)?;
    let mut span = name.span();
    for segment in segments {
        match value.get_ref() {
            DeValue::Table(table) => {
                let Some((name, next)) = table.get_key_value(segment) else { break };
                (span, value) = (name.span(), next);
            }
            DeValue::Array(array) => {
                let Some(next) = segment.parse::<usize>().ok().and_then(|place| array.get(place)) else { break };
                (span, value) = (next.span(), next);
            }
            _ => break,
        }
    }
    Some(span)
}

/// The key whose name or value stands at a span: the one with the shortest text around it.
fn key_at(text: &str, span: &Range<usize>) -> Option<String> {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut best: Option<(usize, String)> = None;
    for (name, value) in root.get_ref() {
        visit(name.get_ref(), name.span(), value.get_ref(), value.span(), span, &mut best);
    }
    best.map(|(_, key)| key)
}

fn visit(
    key: &str,
    name_at: Range<usize>,
    value: &DeValue<'_>,
    value_at: Range<usize>,
    wanted: &Range<usize>,
    best: &mut Option<(usize, String)>,
) {
    for place in [name_at, value_at] {
        let around = place.start <= wanted.start && wanted.end <= place.end;
        if around && best.as_ref().is_none_or(|(length, _)| place.len() <= *length) {
            *best = Some((place.len(), key.to_owned()));
        }
    }
    match value {
        DeValue::Table(table) => {
            for (name, value) in table {
                let key = format!("{key}.{}", name.get_ref());
                visit(&key, name.span(), value.get_ref(), value.span(), wanted, best);
            }
        }
        DeValue::Array(array) => {
            for (place, value) in array.iter().enumerate() {
                visit(&format!("{key}[{place}]"), value.span(), value.get_ref(), value.span(), wanted, best);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct Shape {
        one: u32,
        tables: Vec<BTreeMap<String, u32>>,
    }

    fn file(text: &str) -> TomlFile {
        TomlFile::new(Path::new("shape.toml"), text)
    }

    #[test]
    fn errors_of_shape_name_line_and_key() {
        let check = |text: &str, expected: &str| {
            assert_eq!(file(text).read::<Shape>().unwrap_err().to_string(), expected);
        };
        check(
            "one = 1\ntwo = 2\ntables = []",
            "shape.toml:2: two: found unknown field `two`, expected `one` or `tables`",
        );
        check(
            "one = 1\n[[tables]]\nx = 1\n[[tables]]\ny = -2",
            "shape.toml:5: tables[1].y: found invalid value: integer `-2`, expected u32",
        );
        check("one = \n", "shape.toml:1: one: found string values must be quoted, expected literal string");
    }

    #[test]
    fn keys_are_found_again() {
        let file = file("one = 1\n[[tables]]\nx = 1\n[[tables]]\n# y\ny = 2\n");
        let check = |key: &str, expected: Option<u64>| assert_eq!(file.error(key, "", "").line, expected, "{key}");
        check("one", Some(1));
        check("tables[1].y", Some(6));
        check("tables[1].z", Some(4));
        check("nowhere.at", None);
    }
}
