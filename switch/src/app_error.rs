//! Why the daemon did not come up, or did not stay up, and the exit code of that.

use crate::admin::AdminError;
use crate::applier::ApplierError;
use crate::keys::KeyError;
use crate::links::StartError;
use crate::ops::DeskError;
use crate::rules::{ArchiveError, BeginError};
use lijian_exchange::ChronicleError;
use lijian_store::index::IndexError;
use lijian_store::journal::JournalError;
use lijian_store::recovery::RecoveryError;
use lijian_store::snapshot::SnapshotError;
use std::io;
use std::path::PathBuf;

/// Why the daemon did not come up, or did not stay up.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The data directory.
    #[error("store.path: {path}: {source}", path = path.display())]
    Data {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Its history.
    #[error(transparent)]
    Recovery(RecoveryError<JournalError>),
    /// Its snapshots.
    #[error(transparent)]
    Snapshot(SnapshotError),
    /// The index.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Its applier.
    #[error(transparent)]
    Applier(#[from] ApplierError),
    /// The archive of rules.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The rules to begin with.
    #[error(transparent)]
    Begin(#[from] BeginError),
    /// What claims need.
    #[error(transparent)]
    Claims(#[from] DeskError),
    /// The admin side.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The links.
    #[error(transparent)]
    Links(#[from] StartError),
    /// Threads, randomness.
    #[error("the operating system gives no {what}: {source}")]
    Resources {
        /// Of what.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A part of the daemon ended by itself.
    #[error("the exchange ended by itself: see the lines above; nothing was granted that is not in the journal")]
    Crashed,
}

impl From<ChronicleError> for AppError {
    fn from(error: ChronicleError) -> Self {
        match error {
            ChronicleError::Recovery(error) => error.into(),
            ChronicleError::Snapshot(error) => Self::Snapshot(error),
        }
    }
}

impl From<RecoveryError<JournalError>> for AppError {
    fn from(error: RecoveryError<JournalError>) -> Self {
        match error {
            RecoveryError::Journal(error) => Self::Journal(error),
            contradiction => Self::Recovery(contradiction),
        }
    }
}

impl AppError {
    /// The exit code that it brings: 64 for what the operator set wrong, 75 for what another process holds, else 70.
    pub fn exit_code(&self) -> u8 {
        let address_in_use = |source: &io::Error| source.kind() == io::ErrorKind::AddrInUse;
        match self {
            Self::Journal(JournalError::Locked { .. }) | Self::Index(IndexError::InUse { .. }) => 75,
            Self::Links(StartError::Listen { source, .. }) => {
                if address_in_use(source) {
                    75
                } else {
                    64
                }
            }
            Self::Admin(AdminError::Listen { source, .. }) => {
                if address_in_use(source) {
                    75
                } else {
                    64
                }
            }
            Self::Links(StartError::Keys(_)) => 64,
            Self::Archive(ArchiveError::Changed) => 75,
            Self::Data { .. }
            | Self::Keys(_)
            | Self::Begin(BeginError::Unsigned { .. } | BeginError::Claimed(_))
            | Self::Claims(DeskError::Provider(_))
            | Self::Admin(AdminError::NotLoopback { .. }) => 64,
            _ => 70,
        }
    }
}
