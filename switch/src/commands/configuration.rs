//! The arguments of every command that reads the configuration, and what happens when it is wrong.

use crate::rules::Source;
use lijian_config::switch::{self, Environment, Loaded};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// Set in production: rehearsals are refused there.
pub const PRODUCTION_VARIABLE: &str = "LIJIAN_PRODUCTION";

/// Which configuration, and what to change in it.
#[derive(clap::Args, Clone, Debug)]
pub struct ConfigurationArguments {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The data directory, in place of store.path
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Overrides a key of the configuration; can be given more than once. The value is TOML if it parses as TOML, else a
    /// string; paths in it are relative to the working directory
    #[arg(long, value_name = "KEY=VALUE", value_parser = switch::override_argument)]
    pub set: Vec<(String, String)>,
}

impl ConfigurationArguments {
    /// Where it is read from.
    pub fn source(&self) -> Source {
        Source {
            file: self.config.clone(),
            overrides: self.set.clone(),
            data: self.data.clone(),
            environment: Environment {
                production: std::env::var_os(PRODUCTION_VARIABLE).is_some(),
                ..Environment::default()
            },
        }
    }

    /// Loads the configuration and every file that it names.
    ///
    /// # Errors
    /// Something is wrong: all of it is on standard error, and the exit code is 64.
    pub fn load(&self) -> Result<Loaded, ExitCode> {
        Self::load_from(&self.source())
    }

    /// The same from there.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_from(source: &Source) -> Result<Loaded, ExitCode> {
        source.load().map_err(|errors| {
            let mut standard_error = io::stderr().lock();
            let report = switch::render(&errors, standard_error.is_terminal());
            // There is nobody to tell where standard error is closed.
            let _ = standard_error.write_all(report.as_bytes());
            ExitCode::from(64)
        })
    }
}
