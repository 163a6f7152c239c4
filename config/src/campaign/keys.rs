//! What a campaign file says, key by key, so that people can hold two versions of it against each other.

use crate::error::ConfigError;
use crate::toml_file::TomlFile;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// Every key of a campaign file with what it says, below the campaign's id. Categories, sponsors and the like go by their
/// names, not by their places: `shenzhen-2024.categories.tablet.rate_basis_points`.
///
/// # Errors
/// The file cannot be read as TOML.
pub fn keys(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let table: Table = TomlFile::open(path)?.read()?;
    let id = table.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut keys = BTreeMap::new();
    gather(id, &Value::Table(table), &mut keys);
    Ok(keys)
}

fn gather(path: String, value: &Value, keys: &mut BTreeMap<String, String>) {
    match value {
        Value::Table(table) if !table.is_empty() => {
            table.iter().for_each(|(key, value)| gather(format!("{path}.{key}"), value, keys));
        }
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_table) => {
            items.iter().filter_map(Value::as_table).zip(0..).for_each(|(table, at)| entry(&path, table, at, keys));
        }
        value => drop(keys.insert(path, value.to_string())),
    }
}

/// An entry of a list of tables, by its name; by its place too where it has no name, or shares it with an earlier one.
fn entry(path: &str, table: &Table, at: usize, keys: &mut BTreeMap<String, String>) {
    let (id, ids) = (table.get("id").and_then(Value::as_str), table.get("ids").and_then(Value::as_array));
    let names: Vec<&str> = ids.into_iter().flatten().filter_map(Value::as_str).chain(id).collect();
    let rest: Table =
        table.iter().filter(|(key, _)| *key != "ids").map(|(key, value)| (key.clone(), value.clone())).collect();
    if names.is_empty() {
        return gather(format!("{path}[{at}]"), &Value::Table(rest), keys);
    }
    if id.is_some() {
        // Sponsors pay in their order.
        let order = keys.entry(path.to_owned()).or_default();
        order.push_str(if order.is_empty() { "" } else { ", " });
        order.push_str(&names.join(", "));
    }
    for name in names {
        let named = format!("{path}.{name}");
        let below = format!("{named}.");
        let taken = keys.range(below.clone()..).next().is_some_and(|(key, _)| key.starts_with(&below));
        let place = if taken { format!("{named}[{at}]") } else { named };
        gather(place, &Value::Table(rest.clone()), keys);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let expected = expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        assert_eq!(keys(file.path()).unwrap(), expected, "{text}");
    }

    #[test]
    fn entries_go_by_their_names_and_values_by_what_they_mean() {
        check(
            "id = 'c'\nx = 1_000\n[budget]\ndays = [ 1,2 ]\n[lottery]",
            &[("c.id", "\"c\""), ("c.x", "1000"), ("c.budget.days", "[1, 2]"), ("c.lottery", "{}")],
        );
        let group = "id = 'c'\n[[categories]]\nids = ['a', 'b']\ncap = 1\n[[categories]]\nids = ['a']\ncap = 2";
        let (a, b, again) = (("c.categories.a.cap", "1"), ("c.categories.b.cap", "1"), ("c.categories.a[1].cap", "2"));
        check(group, &[("c.id", "\"c\""), a, b, again]);
        check(
            "id = 'c'\n[[sponsors]]\nid = 'y'\n[[sponsors]]\nid = 'x'\n[[hours]]\nfrom = 10:00:00",
            &[
                ("c.id", "\"c\""),
                ("c.sponsors", "y, x"),
                ("c.sponsors.y.id", "\"y\""),
                ("c.sponsors.x.id", "\"x\""),
                ("c.hours[0].from", "10:00:00"),
            ],
        );
    }
}
