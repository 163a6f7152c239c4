//! Differences, in words. They name places and figures, never the content of a text cell.

use std::fmt::Display;

/// Differences kept; more are only counted.
const KEPT_MAX: usize = 200;

/// Differences found so far.
#[derive(Debug, Default)]
pub struct Findings {
    kept: Vec<String>,
    count: usize,
}

impl Findings {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The first of them, a line each.
    pub fn lines(&self) -> &[String] {
        &self.kept
    }

    /// Adds one.
    pub(super) fn add(&mut self, finding: impl Display) {
        self.count += 1;
        if self.kept.len() < KEPT_MAX {
            self.kept.push(finding.to_string());
        }
    }

    /// Adds one if what is written is not what was worked out.
    pub(super) fn expect<T: PartialEq + Display>(&mut self, what: impl Display, written: T, worked_out: T) {
        if written != worked_out {
            self.add(format_args!("{what}: {written} is written, {worked_out} expected"));
        }
    }
}
