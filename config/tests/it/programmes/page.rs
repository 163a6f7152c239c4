//! A programme's page: what its file says of itself, then its cases.

use super::table::Table;

/// What columns mean that only some tables have.
const FURTHER: [(&str, &str); 2] = [
    ("subtype", " *subtype*: what kind of its category the product is; empty where the library does not say."),
    (
        "claimed",
        " *claimed*: the qualification shown at the till: when it was issued, its pack,\nwhich one of it; goods bought before were bought \
         with one of the same claim where its pack is good for them. *stage*: where\nthe claim stands, if it is not issued; `unknown`: \
         nobody claimed it; `elsewhere`: it is of another campaign.",
    ),
];

/// The page, in Markdown.
pub(super) fn page(name: &str, rules: &str, table: &Table) -> String {
    let mut page = format!(
        "# {name}: worked cases\n\n{}\n\n\
         The rules are [`config/campaigns/{name}.toml`](../../config/campaigns/{name}.toml). Each row is a sale and what they make of\n\
         it. Amounts are in yuan, times those of the programme; an empty grade is none. *before*: what the same person bought\n\
         before, at noon of that day, each with a subsidy: day, product, grade (`-` for none), price; `+` joins the goods of one\n\
         order. *also*: what else belongs to the sale: `trade-in`, `bank` (promotion), `with` (more goods).",
        about(rules)
    );
    let further = FURTHER.iter().filter(|(column, _)| table.columns.iter().any(|known| known == column));
    further.for_each(|(_, meaning)| page.push_str(meaning));
    page.push_str("\n\n");
    let mut row = |cells: Vec<&str>| page.push_str(&format!("| {} |\n", cells.join(" | ")));
    row(table.columns.iter().map(String::as_str).collect());
    row(table.columns.iter().map(|_| "---").collect());
    table.cases.iter().for_each(|case| row(case.cells.iter().map(String::as_str).collect()));
    page
}

/// The comment at the head of the file, up to its first empty line.
fn about(rules: &str) -> String {
    let lines = rules.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
