//! A table being read: asks for its keys by name and type, notes what is wrong, and at the end what nobody asked for.

use super::context::Context;
use super::limits::Limit;
use super::tree::{Node, Place, Table, Value};
use std::cell::RefCell;
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A table being read. Whoever reads it calls [`Section::finish`] at the end.
pub(super) struct Section<'a> {
    pub(super) context: &'a Context,
    path: String,
    place: Place,
    table: Option<&'a Table>,
    /// Something else stands where the table should: that was said, and what is missing in it need not be.
    misshapen: bool,
    asked: RefCell<Vec<&'static str>>,
}

/// A value with its key and place, for the checks that come after.
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) key: String,
    pub(super) place: Place,
}

impl<'a> Section<'a> {
    /// The whole document.
    pub(super) fn root(context: &'a Context, table: &'a Table) -> Self {
        Self::new(context, String::new(), Place { source: 0, start: 0, end: 0 }, Some(table))
    }

    fn new(context: &'a Context, path: String, place: Place, table: Option<&'a Table>) -> Self {
        Self { context, path, place, table, misshapen: false, asked: RefCell::default() }
    }

    /// The dotted path of a key of this table.
    pub(super) fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The table under `key`; an empty one where there is none.
    pub(super) fn section(&self, key: &'static str) -> Section<'a> {
        let node = self.ask(key);
        let table = node.and_then(|node| self.table_of(&self.key(key), node));
        let section = Section::new(self.context, self.key(key), node.map_or(self.place, |node| node.place), table);
        Section { misshapen: node.is_some() && table.is_none(), ..section }
    }

    /// The table under `key`; `None` where there is none.
    pub(super) fn optional_section(&self, key: &'static str) -> Option<Section<'a>> {
        let there = self.table.is_some_and(|table| table.contains_key(key));
        let section = self.section(key);
        there.then_some(section)
    }

    /// The tables under `key`, each with its name and the place of its name.
    pub(super) fn sections(&self, key: &'static str) -> Vec<(Found<&'a str>, Section<'a>)> {
        let outer = self.section(key);
        let mut sections = Vec::new();
        for (name, (place, node)) in outer.table.into_iter().flatten() {
            let path = outer.key(name);
            let table = self.table_of(&path, node);
            let found = Found { value: name.as_str(), key: path.clone(), place: *place };
            let section = Section::new(self.context, path, *place, table);
            sections.push((found, Section { misshapen: table.is_none(), ..section }));
        }
        sections
    }

    /// Whether the table is there, right or wrong.
    pub(super) fn is_given(&self) -> bool {
        self.table.is_some() || self.misshapen
    }

    /// The tables in the list under `key`; `None` where the key is not given.
    pub(super) fn list(&self, key: &'static str) -> Option<Vec<Section<'a>>> {
        let node = self.ask(key)?;
        let Value::List(items) = &node.value else {
            self.mismatch(key, node, "a list of tables");
            return Some(Vec::new());
        };
        let section = |(index, item): (usize, &'a Node)| {
            let path = format!("{}[{index}]", self.key(key));
            let table = self.table_of(&path, item);
            Section { misshapen: table.is_none(), ..Section::new(self.context, path, item.place, table) }
        };
        Some(items.iter().enumerate().map(section).collect())
    }

    /// The text under `key`.
    pub(super) fn text(&self, key: &'static str) -> Option<Found<String>> {
        let node = self.ask(key)?;
        self.text_of(key, node)
    }

    /// The text under `key`, which must be there. `expected` says what of, for the error.
    pub(super) fn needed_text(&self, key: &'static str, expected: &str) -> Option<Found<String>> {
        let node = self.ask(key);
        if node.is_none() {
            self.missing(key, expected);
        }
        self.text_of(key, node?)
    }

    /// The address under `key`.
    pub(super) fn address(&self, key: &'static str) -> Option<Found<SocketAddr>> {
        let text = self.text(key)?;
        let address = text.value.parse().ok();
        if address.is_none() {
            let expected = "an address and a port, for example \"127.0.0.1:8583\" (port 0 takes any that is free)";
            self.context.wrong(text.place, &text.key, format_args!("\"{}\"", text.value), expected);
        }
        Some(Found { value: address?, key: text.key, place: text.place })
    }

    /// The address under `key`, which must be there.
    pub(super) fn needed_address(&self, key: &'static str, expected: &str) -> Option<Found<SocketAddr>> {
        if self.table.is_none_or(|table| !table.contains_key(key)) {
            self.missing(key, expected);
        }
        self.address(key)
    }

    /// The texts under `key`: a list, or one alone; at least one is needed.
    pub(super) fn needed_texts(&self, key: &'static str, expected: &str) -> Vec<Found<String>> {
        match self.ask(key) {
            None => {
                self.missing(key, expected);
                Vec::new()
            }
            Some(Node { value: Value::List(items), place }) => {
                if items.is_empty() {
                    self.context.wrong(*place, &self.key(key), "an empty list", expected);
                }
                items.iter().filter_map(|item| self.text_of(key, item)).collect()
            }
            Some(node) => self.text_of(key, node).into_iter().collect(),
        }
    }

    /// The paths under `key`, as their source means them; at least one is needed.
    pub(super) fn needed_paths(&self, key: &'static str, expected: &str) -> Vec<Found<PathBuf>> {
        self.needed_texts(key, expected).into_iter().map(|text| self.path_of(text)).collect()
    }

    /// The path that `text` means where it stands.
    pub(super) fn path_of(&self, text: Found<String>) -> Found<PathBuf> {
        let value = self.context.resolve(text.place, &text.value);
        Found { value, key: text.key, place: text.place }
    }

    /// The number under `key`, inside its bounds; its default where it is not given or wrong.
    pub(super) fn number<T: TryFrom<u64> + Default>(&self, key: &'static str, limit: &Limit) -> T {
        let number = self.given_number(key, limit).unwrap_or(limit.default);
        // Every bound fits the type that it is read into, see the assertion in `limits`.
        T::try_from(number).unwrap_or_default()
    }

    fn given_number(&self, key: &'static str, limit: &Limit) -> Option<u64> {
        let node = self.ask(key)?;
        let (least, most) = (limit.range.start(), limit.range.end());
        let Value::Integer(number) = node.value else {
            self.mismatch(key, node, &format!("an integer from {least} to {most}"));
            return None;
        };
        let inside = u64::try_from(number).ok().filter(|number| limit.range.contains(number));
        if inside.is_none() {
            let expected = format!("an integer from {least} to {most} (without this key it is {})", limit.default);
            self.context.wrong(node.place, &self.key(key), number, expected);
        }
        inside
    }

    /// True or false under `key`.
    pub(super) fn flag(&self, key: &'static str, default: bool) -> bool {
        match self.ask(key) {
            None => default,
            Some(Node { value: Value::Flag(flag), .. }) => *flag,
            Some(node) => {
                self.mismatch(key, node, "true or false");
                default
            }
        }
    }

    /// One of some names under `key`.
    pub(super) fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)], default: T) -> T {
        let Some(found) = self.text(key) else { return default };
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == found.value) {
            return *choice;
        }
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        self.wrong_name(&found, "one of", &names);
        default
    }

    /// Notes that `key` is not there.
    pub(super) fn missing(&self, key: &str, expected: &str) {
        if !self.misshapen {
            self.context.wrong(self.place, &self.key(key), "no such key", expected);
        }
    }

    /// Notes that `found` is none of the names that it could be.
    pub(super) fn wrong_name(&self, found: &Found<String>, what: &str, names: &[&str]) {
        let expected = format!("{what} {}{}", names.join(", "), did_you_mean(&found.value, names));
        self.context.wrong(found.place, &found.key, format_args!("\"{}\"", found.value), expected);
    }

    /// Notes that the value under `key`, or its absence, does not fit the rest.
    pub(super) fn wrong(&self, key: &str, found: impl Display, expected: impl Display) {
        let node = self.table.and_then(|table| table.get(key)).map(|(_, node)| node.place);
        self.context.wrong(node.unwrap_or(self.place), &self.key(key), found, expected);
    }

    /// Leaves the keys that nobody asked for unnoted: what they would mean is not known.
    pub(super) fn ignore(self) {}

    /// Notes the keys that nobody asked for.
    pub(super) fn finish(self) {
        let mut asked = self.asked.take();
        asked.sort_unstable();
        for (key, (place, _)) in self.table.into_iter().flatten() {
            if !asked.contains(&key.as_str()) {
                let expected = format!("one of {}{}", asked.join(", "), did_you_mean(key, &asked));
                self.context.wrong(*place, &self.key(key), "an unknown key", expected);
            }
        }
    }

    fn ask(&self, key: &'static str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key);
        self.table?.get(key).map(|(_, node)| node)
    }

    fn text_of(&self, key: &str, node: &'a Node) -> Option<Found<String>> {
        let text = match &node.value {
            Value::Text(text) => Some(text.clone()),
            // A date and time may be written bare in a file, and anything may in an argument.
            Value::Other("a date or time") => Some(self.context.text(node.place).to_owned()),
            _ => self.context.argument_text(node.place).map(str::to_owned),
        };
        if text.is_none() {
            self.mismatch(key, node, "a string");
        }
        Some(Found { value: text?, key: self.key(key), place: node.place })
    }

    fn table_of(&self, path: &str, node: &'a Node) -> Option<&'a Table> {
        if let Value::Table(table) = &node.value {
            return Some(table);
        }
        self.context.wrong(node.place, path, node.value.kind(), "a table");
        None
    }

    fn mismatch(&self, key: &str, node: &Node, expected: &str) {
        self.context.wrong(node.place, &self.key(key), node.value.kind(), expected);
    }
}

/// ` (did you mean ...?)` where one of the names is near, else nothing.
pub(super) fn did_you_mean(name: &str, known: &[&str]) -> String {
    let nearest = known.iter().map(|known| (distance(name, known), *known)).min();
    let near = nearest.filter(|(distance, known)| *distance <= known.len().max(name.len()).div_ceil(3));
    near.map(|(_, known)| format!(" (did you mean {known}?)")).unwrap_or_default()
}

/// Characters to insert, delete or replace to make one of the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, left) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, right) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names() {
        let known = ["dialect", "listen", "issuer", "frame"];
        assert_eq!(did_you_mean("dialct", &known), " (did you mean dialect?)");
        assert_eq!(did_you_mean("lsiten", &known), " (did you mean listen?)");
        assert_eq!(did_you_mean("colour", &known), "");
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
