//! A table over the table that it extends: what the upper one does not say, the lower one does. Also the place where an
//! error gets its file and line.

use super::error::DialectError;
use super::table::{FieldTable, Table};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// A chain of tables longer than this is a circle or a mistake.
const DEPTH_MAX: usize = 4;

struct Layer<'t> {
    origin: &'t str,
    text: &'t str,
    table: Table,
}

/// The table first, then what it extends.
pub(super) struct Layers<'t>(Vec<Layer<'t>>);

/// A value, and where it was said.
pub(super) struct Found<'l, T> {
    pub(super) value: &'l T,
    layer: usize,
    span: Range<usize>,
}

impl<'t> Layers<'t> {
    /// Reads `text` and, by `base`, what it extends.
    pub(super) fn read(
        text: &'t str,
        origin: &'t str,
        base: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<Self, DialectError> {
        let mut layers = Self(vec![Layer { origin, text, table: parse(text, origin)? }]);
        while let Some(name) = layers.0.last().and_then(|layer| layer.table.extends.clone()) {
            let at = layers.0.len() - 1;
            let problem = format!("expected the name of a shipped dialect, found \"{}\"", name.get_ref());
            let unknown = layers.error(at, name.span(), "extends", problem);
            if layers.0.len() >= DEPTH_MAX {
                return Err(layers.error(
                    at,
                    name.span(),
                    "extends",
                    format!("more than {DEPTH_MAX} tables in a chain"),
                ));
            }
            let text = base(name.get_ref()).ok_or(unknown)?;
            layers.0.push(Layer { origin: "shipped dialect", text, table: parse(text, "shipped dialect")? });
        }
        Ok(layers)
    }

    /// The name of the uppermost table.
    pub(super) fn name(&self) -> &str {
        self.0.first().map_or("", |layer| layer.table.name.get_ref().as_str())
    }

    /// The uppermost table that says it.
    pub(super) fn find<'l, T: 'l>(&'l self, of: impl Fn(&'l Table) -> Option<&'l Spanned<T>>) -> Option<Found<'l, T>> {
        self.0.iter().enumerate().find_map(|(layer, found)| {
            of(&found.table).map(|value| Found { value: value.get_ref(), layer, span: value.span() })
        })
    }

    /// The same, where the table must say it.
    pub(super) fn need<'l, T: 'l>(
        &'l self,
        key: &str,
        of: impl Fn(&'l Table) -> Option<&'l Spanned<T>>,
    ) -> Result<Found<'l, T>, DialectError> {
        self.find(of).ok_or_else(|| self.missing(key))
    }

    /// The same for what has no place worth naming.
    pub(super) fn plain<'l, T: 'l>(&'l self, of: impl Fn(&'l Table) -> Option<&'l T>) -> Option<&'l T> {
        self.0.iter().find_map(|layer| of(&layer.table))
    }

    /// Every field, merged key by key; the place is that of the uppermost table that names the field.
    pub(super) fn fields(&self) -> BTreeMap<&str, (FieldTable, Place)> {
        let mut fields: BTreeMap<&str, (FieldTable, Place)> = BTreeMap::new();
        for (layer, found) in self.0.iter().enumerate() {
            for (number, spanned) in &found.table.fields {
                let below = spanned.get_ref();
                fields
                    .entry(number.as_str())
                    .and_modify(|(above, _)| fill(above, below))
                    .or_insert_with(|| (below.clone(), Place { layer, span: spanned.span() }));
            }
        }
        fields
    }

    /// An error at what was found.
    pub(super) fn wrong<T>(&self, found: &Found<'_, T>, key: &str, problem: impl Into<String>) -> DialectError {
        self.error(found.layer, found.span.clone(), key, problem.into())
    }

    /// An error at a field.
    pub(super) fn wrong_field(&self, place: &Place, key: &str, problem: impl Into<String>) -> DialectError {
        self.error(place.layer, place.span.clone(), key, problem.into())
    }

    /// An error about what no table says.
    pub(super) fn missing(&self, key: &str) -> DialectError {
        let origin = self.0.first().map_or("", |layer| layer.origin).to_owned();
        DialectError { origin, line: 0, key: key.to_owned(), problem: "missing: the table must say it".to_owned() }
    }

    fn error(&self, layer: usize, span: Range<usize>, key: &str, problem: String) -> DialectError {
        let (origin, text) = self.0.get(layer).map_or(("", ""), |layer| (layer.origin, layer.text));
        DialectError { origin: origin.to_owned(), line: line_of(text, span.start), key: key.to_owned(), problem }
    }
}

/// Where a field is described.
pub(super) struct Place {
    layer: usize,
    span: Range<usize>,
}

fn parse(text: &str, origin: &str) -> Result<Table, DialectError> {
    toml::from_str(text).map_err(|error| DialectError {
        origin: origin.to_owned(),
        line: error.span().map_or(0, |span| line_of(text, span.start)),
        key: error.span().and_then(|span| key_of(text, span.start)).unwrap_or_default(),
        problem: error.message().to_owned(),
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

/// The key at the beginning of the line that an error of the TOML reader points to.
fn key_of(text: &str, at: usize) -> Option<String> {
    let line = text.lines().nth(line_of(text, at) - 1)?;
    let (key, _) = line.split_once('=')?;
    Some(key.trim().to_owned())
}

fn fill(above: &mut FieldTable, below: &FieldTable) {
    fn lower(above: &mut Option<String>, below: &Option<String>) {
        if above.is_none() {
            above.clone_from(below);
        }
    }
    lower(&mut above.name, &below.name);
    lower(&mut above.class, &below.class);
    lower(&mut above.length, &below.length);
    lower(&mut above.encoding, &below.encoding);
    lower(&mut above.length_encoding, &below.length_encoding);
    lower(&mut above.length_counts, &below.length_counts);
    lower(&mut above.pad, &below.pad);
    lower(&mut above.sensitive, &below.sensitive);
}
