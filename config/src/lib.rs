//! Raw configuration to checked configuration; errors with file, line and key.

pub mod digest;
pub mod error;
pub mod switch;
pub mod toml_file;
