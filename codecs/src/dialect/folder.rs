//! The tables of a folder, read once at start: the only place of this crate that opens files.

use super::{Dialect, DialectError};
use std::path::Path;

/// Every `*.toml` of the folder, in the order of their names.
///
/// # Errors
/// The folder or a file cannot be read, a table is wrong, or two tables have one name.
pub fn load_folder(path: &Path) -> Result<Vec<Dialect>, DialectError> {
    let unreadable = |path: &Path, error: std::io::Error| DialectError {
        origin: path.display().to_string(),
        line: 0,
        key: String::new(),
        problem: format!("cannot be read: {error}"),
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| unreadable(path, error))? {
        let file = entry.map_err(|error| unreadable(path, error))?.path();
        if file.extension().is_some_and(|extension| extension == "toml") {
            files.push(file);
        }
    }
    files.sort();
    let mut dialects: Vec<Dialect> = Vec::with_capacity(files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, error))?;
        let dialect = Dialect::from_toml(&text, &file.display().to_string())?;
        if dialects.iter().any(|known| known.name() == dialect.name()) {
            return Err(DialectError {
                origin: file.display().to_string(),
                line: 0,
                key: "name".to_owned(),
                problem: format!("\"{}\" is the name of another table in this folder", dialect.name()),
            });
        }
        dialects.push(dialect);
    }
    Ok(dialects)
}
