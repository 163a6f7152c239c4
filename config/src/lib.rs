//! Raw configuration to checked configuration; errors with file, line and key.

pub mod black_list;
pub mod campaign;
pub mod catalogue;
mod csv_file;
pub mod digest;
pub mod error;
mod fields;
pub mod geofence;
pub mod library;
pub mod merchants;
pub mod signatures;
pub mod switch;
pub mod terminals;
pub mod toml_file;
