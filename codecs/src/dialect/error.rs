//! What is wrong with a dialect's table, and where.

use crate::sensitive::mask_card_numbers;
use std::fmt;

/// A table that cannot be used. Says file, line, key, and what was expected there; shown, it repeats no card number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialectError {
    /// The file, or whatever the caller named the text.
    pub origin: String,
    /// From 1; 0 when the whole table is meant.
    pub line: usize,
    /// The key in its dotted path, empty when the text is no TOML at all.
    pub key: String,
    /// What was expected, what was found.
    pub problem: String,
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", mask_card_numbers(&self.key))?;
        }
        write!(f, ": {}", mask_card_numbers(&self.problem))
    }
}

impl std::error::Error for DialectError {}
