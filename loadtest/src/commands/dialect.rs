//! A dialect as an argument names it.

use lijian_codecs::dialect::{Dialect, SHIPPED};
use std::sync::Arc;

/// A shipped dialect, or one from a table in a file.
pub(super) fn named(name: &str) -> Result<Arc<Dialect>, String> {
    if let Some(shipped) = Dialect::shipped(name) {
        return shipped.map(Arc::new).map_err(|error| error.to_string());
    }
    if !name.ends_with(".toml") {
        let names: Vec<_> = SHIPPED.into_iter().map(|(name, _)| name).collect();
        return Err(format!("expected one of {}, or a *.toml file", names.join(", ")));
    }
    let text = std::fs::read_to_string(name).map_err(|error| error.to_string())?;
    Dialect::from_toml(&text, name).map(Arc::new).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_by_name() {
        assert_eq!(named("cups").unwrap().name(), "cups");
        assert!(named("iso99").unwrap_err().contains("iso87-ascii"));
        assert!(named("missing.toml").is_err());
    }
}
