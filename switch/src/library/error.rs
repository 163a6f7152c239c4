//! Why the library was not changed.

use lijian_config::error::ConfigErrors;
use std::io;
use std::path::PathBuf;

/// Why the library was not changed.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// Something could not be done with a file or folder.
    #[error("{path} cannot be {action}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// Somebody else changes it just now.
    #[error("{path} is being changed by another process: try again", path = path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// It was changed since the caller looked at it.
    #[error("the library was changed meanwhile: try again")]
    Moved,
    /// Its log cannot be read.
    #[error(transparent)]
    Log(#[from] ConfigErrors),
    /// A change that cannot be written as a line.
    #[error("the change cannot be written: {0}")]
    Line(#[from] serde_json::Error),
    /// The log is full.
    #[error(
        "the change log is full: archive the data directory's library and begin with an export of what is in force"
    )]
    Full,
}

impl LibraryError {
    /// The exit code that it brings.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Busy { .. } | Self::Moved => 75,
            Self::Log(_) => 64,
            Self::Io { .. } | Self::Line(_) | Self::Full => 70,
        }
    }
}
