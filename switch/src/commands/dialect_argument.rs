//! The argument `--dialect NAME|FILE`.

use lijian_codecs::dialect::{Dialect, SHIPPED};
use std::path::Path;

/// A dialect of the program by its name, or the table in a file.
///
/// # Errors
/// No such name or file, or a table that is wrong; the text says what, where and which names there are.
pub(super) fn dialect(argument: &str) -> Result<Dialect, String> {
    if let Some(shipped) = Dialect::shipped(argument) {
        return shipped.map_err(|error| error.to_string());
    }
    let names: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
    let table = std::fs::read_to_string(Path::new(argument)).map_err(|error| {
        format!(
            "\"{argument}\" is no dialect of the program ({}), and as a file it cannot be read: {error}",
            names.join(", ")
        )
    })?;
    Dialect::from_toml(&table, argument).map_err(|error| error.to_string())
}
