//! Why the demo could not be run. What came out wrong is no error: it is shown.

use lijian_load::issuer::IssuerError;
use lijian_load::till::TillError;
use std::io;
use std::path::PathBuf;

/// Why the demo could not be run.
#[derive(Debug, thiserror::Error)]
pub(super) enum DemoError {
    /// Threads, signals, processes.
    #[error("the operating system refused: {0}")]
    System(io::Error),
    /// The throw-away directory.
    #[error("{path}: {source}", path = path.display())]
    Directory {
        /// What was to be written or read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is built into the program does not hold what the script needs.
    #[error("the example files of this program do not fit its script: {0}")]
    Example(String),
    /// The issuer simulator.
    #[error("issuer simulator: {0}")]
    Issuer(#[from] IssuerError),
    /// The switch ended before it was ready.
    #[error("the switch did not start; its log:\n{log}")]
    Switch {
        /// Its last lines.
        log: String,
    },
    /// A page of the admin API.
    #[error("GET {path}: {problem}")]
    Admin {
        /// Of which page.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// The till got no answer that it could read.
    #[error("step {step}: till: {source}")]
    Till {
        /// Which step; 0 before the first.
        step: usize,
        /// What the till says.
        source: TillError,
    },
}
