//! Raw configuration to checked configuration; errors with file, line and key.

pub mod switch;
