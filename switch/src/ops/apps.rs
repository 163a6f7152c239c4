//! Which application asks, and what it may.

use super::people::holds;
use lijian_config::switch::App;

/// The applications of the configuration.
#[derive(Debug)]
pub struct Apps(Vec<App>);

impl Apps {
    /// These.
    pub const fn new(apps: Vec<App>) -> Self {
        Self(apps)
    }

    /// Whose token this is. Every application is compared, however early they differ.
    pub fn whose(&self, token: &[u8]) -> Option<&App> {
        holds(token, self.0.iter().map(|app| (&app.holder, app)))
    }
}
