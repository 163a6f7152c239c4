//! Text in a CSV cell, harmless to a spreadsheet.
//!
//! The rule: a text that begins with `=`, `+`, `-`, `@` (or their full-width forms), a tab, a line break or an apostrophe
//! gets one apostrophe put before it; a reader takes one leading apostrophe away. So nothing that a till sends is ever a
//! formula, and every text reads back as it was. Numbers are not texts: a negative one begins with its sign.

use std::borrow::Cow;

/// The text as a cell, before quoting.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    let risky = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', '\'']);
    if risky { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Whether a cell keeps to the rule: no text of ours reads as a formula.
pub(in crate::settlement) fn is_harmless(cell: &str) -> bool {
    cell.starts_with('\'') || matches!(guarded(cell), Cow::Borrowed(_))
}

/// The text of a cell.
pub(in crate::settlement) fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula_and_each_reads_back() {
        for text in ["", "SN-1", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n", "'x", "''", "＝1", "a'b"] {
            let cell = guarded(text);
            assert!(is_harmless(&cell), "{cell:?}");
            assert_eq!(plain(&cell), text);
        }
        assert!(!is_harmless("=1+1"));
    }
}
