//! The table: two lines a step, figures in columns, no colours; a wrong cell is marked and said.

use super::play::About;
use super::row::{COLUMNS, Row};
use super::script::Step;
use std::fmt::Write as _;

/// Widths of the columns after the till's, by the groups that a bar stands before.
const GROUPS: [&[usize]; 3] = [&[4, 10, 10], &[4, 2, 4, 10, 9], &[8, 9, 10]];
/// Names of those columns.
const NAMES: [&[&str]; 3] =
    [&["MTI", "DE4", "in DE54"], &["MTI", "39", "82", "DE4", "discount"], &["held", "used", "remaining"]];
const TITLES: [&str; 3] = ["the issuer is asked", "the till gets back", "the budget holds then"];
/// Before the figures that the till sends: the width of the step's number.
const INDENT: usize = 4;
/// Message type and amount that the till sends.
const SENT: usize = 4 + 1 + 10;
/// What of a heading comes before the product, and before the card.
const TITLE_WIDTH: usize = 47;
const PRODUCT_WIDTH: usize = 29;

/// Counts what was wrong.
#[derive(Default)]
pub(super) struct Table {
    wrong: usize,
}

impl Table {
    /// The names of the columns.
    pub(super) fn header() -> String {
        let mut text = format!("\n{:INDENT$}{:<SENT$}", "", "the till sends");
        for (title, group) in TITLES.iter().zip(GROUPS) {
            let _ = write!(text, " │ {title:<0$}", width(group));
        }
        text = format!("{}\n{:INDENT$}{:<4} {:>10}", trimmed(&text), "", "MTI", "DE4");
        for (names, group) in NAMES.iter().zip(GROUPS) {
            text.push_str(" │");
            for (name, width) in names.iter().zip(group) {
                let _ = write!(text, " {}", place(name, *width));
            }
        }
        format!("{}\n{}", trimmed(&text), rule('┼'))
    }

    /// The line that ends the table.
    pub(super) fn footer() -> String {
        rule('┴')
    }

    /// What a step is about; stands before its figures are known.
    pub(super) fn heading(step: &Step, about: &About) -> String {
        let About { link, card, product, mti, amount } = about;
        let line = format!(
            "{:>2}  {}{}{card}  {link}",
            step.number,
            padded(step.title, TITLE_WIDTH),
            padded(product, PRODUCT_WIDTH)
        );
        format!("{}\n{:INDENT$}{mti:<4} {:>10}", trimmed(&line), "", yuan(*amount))
    }

    /// The figures of a step, and what of them is wrong.
    pub(super) fn row(&mut self, expected: &Row, observed: &Row) -> String {
        let (expected, observed) = (expected.cells(), observed.cells());
        let mut figures = observed.iter().zip(&expected).take(COLUMNS);
        let mut text = String::new();
        for group in GROUPS {
            text.push_str(" │");
            for (width, (cell, right)) in group.iter().zip(&mut figures) {
                let shown = if cell.text.is_empty() { "-" } else { &cell.text };
                let mark = if cell.text == right.text { ' ' } else { '!' };
                let _ = write!(text, "{mark}{}", place(shown, *width));
            }
        }
        text = format!("{}\n", trimmed(&text));
        let [.., bound, remark, _] = &observed;
        if !bound.text.is_empty() {
            let _ = writeln!(text, "{:INDENT$}the cap that bound (88): {}", "", bound.text);
        }
        if !remark.text.is_empty() {
            let _ = writeln!(text, "{:INDENT$}{}", "", remark.text);
        }
        for (cell, right) in observed.iter().zip(&expected).filter(|(cell, right)| cell.text != right.text) {
            self.wrong += 1;
            let named = |text: &str| if text.is_empty() { "nothing".to_owned() } else { format!("\"{text}\"") };
            let (got, wanted) = (named(&cell.text), named(&right.text));
            let _ = writeln!(text, "{:INDENT$}WRONG: {} is {got}, worked out by hand: {wanted}", "", cell.name);
        }
        text
    }

    /// How many cells were wrong.
    pub(super) fn wrong(&self) -> usize {
        self.wrong
    }
}

/// An amount in yuan with two decimals and commas: 1234567 fen is 12,345.67.
pub(super) fn yuan(fen: u64) -> String {
    let digits = (fen / 100).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text}.{:02}", fen % 100)
}

fn width(group: &[usize]) -> usize {
    group.iter().sum::<usize>() + group.len() - 1
}

fn rule(crossing: char) -> String {
    let mut text = "─".repeat(INDENT + SENT + 1);
    for group in GROUPS {
        text.push(crossing);
        text.push_str(&"─".repeat(width(group) + 2));
    }
    format!("{text}\n")
}

/// Codes stand on the left of their column, amounts on the right.
fn place(text: &str, width: usize) -> String {
    if width > 4 { format!("{text:>width$}") } else { format!("{text:<width$}") }
}

/// Filled up to a width on the screen, one space at least behind it.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(screen_width(text)).max(1)))
}

/// Columns on a screen: Chinese characters and full-width forms take two.
fn screen_width(text: &str) -> usize {
    text.chars().map(|character| if ('\u{2e80}'..='\u{ff60}').contains(&character) { 2 } else { 1 }).sum()
}

fn trimmed(line: &str) -> &str {
    line.trim_end_matches(' ')
}

#[cfg(test)]
mod tests {
    use super::super::script::steps;
    use super::*;

    #[test]
    fn yuan_have_two_decimals_and_commas() {
        let check = |fen, text| assert_eq!(yuan(fen), text);
        check(0, "0.00");
        check(5, "0.05");
        check(99_980, "999.80");
        check(100_000, "1,000.00");
        check(1_234_567, "12,345.67");
        check(12_000_000_000, "120,000,000.00");
    }

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(padded("三门冰箱 305升", 16), "三门冰箱 305升  ");
        assert_eq!(padded("ab", 1), "ab ");
    }

    #[test]
    fn a_wrong_cell_is_marked_said_and_counted() {
        let mut table = Table::default();
        let expected = &steps()[0].expected;
        let right = table.row(expected, expected);
        assert_eq!(table.wrong(), 0);
        assert!(!right.contains('!') && !right.contains("WRONG"), "{right}");
        let mut observed = expected.clone();
        observed.told.discount = Some(99_981);
        observed.budget.used = 99_981;
        let wrong = table.row(expected, &observed);
        assert_eq!(table.wrong(), 2);
        assert!(wrong.contains("!   999.81"), "{wrong}");
        assert!(wrong.contains("WRONG: tag 81 of the answer is \"999.81\", worked out by hand: \"999.80\""), "{wrong}");
    }
}
