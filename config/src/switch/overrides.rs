//! What the command line changes: `--set KEY=VALUE` and `--data DIR`, put into the file's tree before it is checked.

use super::context::Context;
use super::section::did_you_mean;
use super::tree::{Node, Place, Table, Value, grow};
use toml::de::DeValue;

/// Splits an argument `KEY=VALUE`.
///
/// # Errors
/// There is no `=`, or no key before it; the text says what was expected.
pub fn override_argument(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, for example store.path=/var/lib/lijian".to_owned()),
    }
}

/// Puts `key = value` into the tree. The value is TOML if it parses as TOML, else a string.
pub(super) fn apply(context: &mut Context, root: &mut Table, key: &str, value: &str) {
    let text = format!("{key}={value}");
    let source = context.add_argument(format!("--set {text}"), &text);
    let offset = key.len() + 1;
    let plain = Place { source, start: offset, end: text.len() };
    let node = match DeValue::parse(value) {
        Ok(parsed) => grow(&parsed, source, offset),
        Err(_) => Node { place: plain, value: Value::Text(value.to_owned()) },
    };
    insert(context, root, key, node);
}

/// Makes `store.path` the directory that `--data` names.
pub(super) fn apply_data(context: &mut Context, root: &mut Table, directory: &str) {
    let source = context.add_argument(format!("--data {directory}"), directory);
    let place = Place { source, start: 0, end: directory.len() };
    insert(context, root, "store.path", Node { place, value: Value::Text(directory.to_owned()) });
}

fn insert(context: &Context, root: &mut Table, key: &str, node: Node) {
    let segments: Vec<&str> = key.split('.').map(str::trim).collect();
    let whole = Place { start: 0, end: key.len().min(node.place.end), ..node.place };
    if segments.iter().any(|segment| segment.is_empty()) {
        let expected = "names with single dots between them, for example links.acquirers.pos.listen";
        return context.wrong(whole, key, "an empty name", expected);
    }
    if let ["links", side, name, _, ..] = segments.as_slice() {
        let names = names_of(root, side);
        if !names.is_empty() && !names.contains(name) {
            let expected = format!("one of the links {}{}", names.join(", "), did_you_mean(name, &names));
            return context.wrong(whole, key, format_args!("an unknown link \"{name}\""), expected);
        }
    }
    let mut table = root;
    let Some((last, parents)) = segments.split_last() else { return };
    for segment in parents {
        let fresh = || (whole, Node { place: whole, value: Value::Table(Table::new()) });
        let (_, parent) = table.entry((*segment).to_owned()).or_insert_with(fresh);
        let kind = parent.value.kind();
        let Value::Table(inner) = &mut parent.value else {
            let expected = format!("a key that exists: {segment} is no table, nothing stands inside it");
            return context.wrong(whole, key, kind, expected);
        };
        table = inner;
    }
    table.insert((*last).to_owned(), (whole, node));
}

fn names_of<'t>(root: &'t Table, side: &str) -> Vec<&'t str> {
    let inner = |table: &'t Table, key: &str| match table.get(key) {
        Some((_, Node { value: Value::Table(inner), .. })) => Some(inner),
        _ => None,
    };
    let links = inner(root, "links").and_then(|links| inner(links, side));
    links.into_iter().flat_map(|links| links.keys().map(String::as_str)).collect()
}
