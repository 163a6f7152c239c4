//! Raw configuration to checked configuration; errors with file, line and key.

pub mod campaign;
pub mod catalogue;
mod csv_file;
pub mod digest;
pub mod error;
mod fields;
pub mod geofence;
pub mod merchants;
pub mod signatures;
pub mod switch;
pub mod toml_file;
