//! Where the configuration was read from at the start, to be read again in the same way.

use lijian_config::error::ConfigErrors;
use lijian_config::switch::{self, Environment, Loaded};
use std::path::PathBuf;

/// The file, and what the command line changed in it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The configuration file.
    pub file: PathBuf,
    /// Key and value of each `--set`.
    pub overrides: Vec<(String, String)>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// What the environment said.
    pub environment: Environment,
}

impl Source {
    /// Reads everything, again.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load(&self) -> Result<Loaded, ConfigErrors> {
        switch::load(&self.file, &self.overrides, self.data.as_deref(), self.environment)
    }
}
