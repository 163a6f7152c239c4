//! TOML as a tree in which every key and value knows where it stands, in the file or in an argument. Nothing is checked
//! against a shape here, so that one wrong key hides no other.

use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Bytes of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// Which source, see [`super::context::Context`].
    pub(super) source: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Place {
    /// `span` counted from byte `offset` of the source.
    pub(super) fn new(source: usize, offset: usize, span: Range<usize>) -> Self {
        Self { source, start: offset + span.start, end: offset + span.end }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// A table: each key with its own place.
pub(super) type Table = BTreeMap<String, (Place, Node)>;

/// What TOML can say, as far as a configuration asks for it.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Node>),
    Table(Table),
    /// Anything else, by the name of its type.
    Other(&'static str),
}

impl Value {
    /// What it is, for a message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

/// Every key that has a value of its own, by its dotted path, with what it says: two trees that say the same have the same.
pub(super) fn leaves(table: &Table) -> BTreeMap<String, String> {
    let mut leaves = BTreeMap::new();
    for (key, (_, node)) in table {
        gather(key, &node.value, &mut leaves);
    }
    leaves
}

fn gather(path: &str, value: &Value, leaves: &mut BTreeMap<String, String>) {
    match value {
        Value::Table(table) => {
            table.iter().for_each(|(key, (_, node))| gather(&format!("{path}.{key}"), &node.value, leaves))
        }
        Value::List(nodes) => {
            leaves.insert(path.to_owned(), format!("{} values", nodes.len()));
            nodes.iter().zip(0..).for_each(|(node, at)| gather(&format!("{path}[{at}]"), &node.value, leaves));
        }
        Value::Text(text) => drop(leaves.insert(path.to_owned(), format!("{text:?}"))),
        Value::Integer(number) => drop(leaves.insert(path.to_owned(), number.to_string())),
        Value::Flag(flag) => drop(leaves.insert(path.to_owned(), flag.to_string())),
        Value::Other(kind) => drop(leaves.insert(path.to_owned(), (*kind).to_owned())),
    }
}

/// The tree of a parsed value that begins at byte `offset` of the source.
pub(super) fn grow(value: &Spanned<DeValue<'_>>, source: usize, offset: usize) -> Node {
    let grown = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("an integer of over 64 bits"), Value::Integer),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Float(_) => Value::Other("a fraction"),
        DeValue::Datetime(_) => Value::Other("a date or time"),
        DeValue::Array(items) => Value::List(items.iter().map(|item| grow(item, source, offset)).collect()),
        DeValue::Table(table) => Value::Table(grow_table(table, source, offset)),
    };
    Node { place: Place::new(source, offset, value.span()), value: grown }
}

/// The tree of a parsed document.
pub(super) fn grow_table(table: &DeTable<'_>, source: usize, offset: usize) -> Table {
    let entry = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        let place = Place::new(source, offset, key.span());
        (key.get_ref().to_string(), (place, grow(value, source, offset)))
    };
    table.iter().map(entry).collect()
}
