//! What is wrong, drawn for people: each error with its piece of the file.

use crate::error::ConfigErrors;
use miette::{GraphicalReportHandler, GraphicalTheme};
use std::fmt::Write;

/// The report on all errors. `colour` only where a terminal shows it.
pub fn render(errors: &ConfigErrors, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::none() };
    let handler = GraphicalReportHandler::new_themed(theme).with_wrap_lines(false).with_context_lines(1);
    let mut report = String::new();
    for error in errors.errors() {
        let mut drawn = String::new();
        // What cannot be drawn still says its one line.
        match handler.render_report(&mut drawn, error) {
            Ok(()) => report.push_str(&drawn),
            Err(_) => report.push_str(&error.to_string()),
        }
        report.push('\n');
    }
    let noun = if errors.count() == 1 { "error" } else { "errors" };
    // Writing to a string does not fail.
    let _ = writeln!(report, "{} {noun} in the configuration", errors.count());
    report
}
