//! Whether name, document and phone belong to one person: somebody else knows, and is asked.
//!
//! | kind | asks |
//! |---|---|
//! | [`HttpProvider`] | a service: POST with a JSON object, once or a few times |
//! | [`FileProvider`] | a file of people, for trials |
//!
//! No answer is never yes: what cannot be found out is [`Verdict::Unknown`], and whoever asked may try again later.

mod breaker;
mod file;
mod http;
mod retries;

pub use file::{FileError, FileProvider};
pub use http::{HttpProvider, HttpProviderError};

use super::people::{PersonHasher, Personal};
use lijian_config::switch::ProviderConfig;

/// What is known of a person's details.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// They belong together.
    Match,
    /// They do not.
    NoMatch,
    /// Nobody can tell.
    Unknown(Why),
}

/// Why nobody can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// The provider says so.
    NotKnown,
    /// Too many questions are under way.
    Busy,
    /// It failed too often and is left alone for a while.
    Resting,
    /// It cannot be reached, or the connection broke.
    Connection,
    /// It did not answer in time.
    TimeOut,
    /// It answered with this status.
    Status(u16),
    /// What it answered cannot be understood.
    Answer,
}

/// Whom to ask.
#[derive(Debug)]
pub enum Provider {
    /// A service.
    Http(HttpProvider),
    /// A file.
    File(FileProvider),
}

/// Why there is nobody to ask.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// Of a service.
    #[error(transparent)]
    Http(#[from] HttpProviderError),
    /// Of a file.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Provider {
    /// The provider that the configuration names.
    ///
    /// # Errors
    /// Its files cannot be read.
    pub fn new(config: &ProviderConfig, hasher: &PersonHasher) -> Result<Self, ProviderError> {
        Ok(match config {
            ProviderConfig::Http(config) => Self::Http(HttpProvider::new(config)?),
            ProviderConfig::File(path) => Self::File(FileProvider::open(path, hasher)?),
        })
    }

    /// Asks. `monotonic_us` is a clock that never goes back.
    pub async fn verify(&self, personal: &Personal, monotonic_us: impl Fn() -> u64) -> Verdict {
        match self {
            Self::Http(provider) => provider.verify(personal, monotonic_us).await,
            Self::File(provider) => provider.verify(personal),
        }
    }
}
