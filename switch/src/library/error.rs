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
        "a log of the library is full: archive the data directory's library and begin with an export of what is in force"
    )]
    Full,
    /// There is no such proposal.
    #[error("there is no proposal {number}")]
    NoProposal {
        /// Which.
        number: u64,
    },
    /// It does not wait any more.
    #[error("proposal {number} is {state} already")]
    Decided {
        /// Which.
        number: u64,
        /// What became of it.
        state: &'static str,
    },
    /// Who proposed goods cannot approve or refuse them.
    #[error("who proposed a product cannot decide about it")]
    OwnProposal,
    /// The request was made before, about something else.
    #[error("request_id: this one was used for another proposal")]
    OtherRequest,
    /// Staff must decide first.
    #[error("too many proposals wait for staff: try again when some are decided")]
    TooManyOpen,
    /// Its texts are too long.
    #[error("the proposal is longer than {bytes_max} bytes")]
    TooLong {
        /// What fits.
        bytes_max: usize,
    },
}

impl LibraryError {
    /// The exit code that it brings.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Busy { .. } | Self::Moved | Self::TooManyOpen => 75,
            Self::NoProposal { .. } | Self::Decided { .. } | Self::OwnProposal => 1,
            Self::Log(_) | Self::OtherRequest | Self::TooLong { .. } => 64,
            Self::Io { .. } | Self::Line(_) | Self::Full => 70,
        }
    }
}
