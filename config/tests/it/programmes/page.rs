//! A programme's page: what its file says of itself, then its cases.

use super::table::{COLUMNS, Case};

/// The page, in Markdown.
pub(super) fn page(name: &str, rules: &str, cases: &[Case]) -> String {
    let mut page = format!(
        "# {name}: worked cases\n\n{}\n\n\
         The rules are [`config/campaigns/{name}.toml`](../../config/campaigns/{name}.toml). Each row is a sale and what they make of\n\
         it. Amounts are in yuan, times those of the programme; an empty grade is none. *before*: what the same person bought\n\
         before, at noon of that day, each with a subsidy: day, product, grade (`-` for none), price; `+` joins the goods of one\n\
         order. A product can be named with its kind: `computer/laptop`. *also*: what else belongs to the sale: `trade-in`, `bank` (promotion), `with` (more goods).\n\n",
        about(rules)
    );
    let mut row = |cells: Vec<&str>| page.push_str(&format!("| {} |\n", cells.join(" | ")));
    row(COLUMNS.to_vec());
    row(COLUMNS.map(|_| "---").to_vec());
    cases.iter().for_each(|case| row(case.cells.iter().map(String::as_str).collect()));
    page
}

/// The comment at the head of the file, up to its first empty line.
fn about(rules: &str) -> String {
    let lines = rules.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
