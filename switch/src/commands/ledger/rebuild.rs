//! `lijian ledger rebuild`: the index made anew from the journal.

use super::history::{History, HistoryError, Progress};
use super::{failed, print};
use crate::commands::configuration::ConfigurationArguments;
use crate::limits::INDEX_BYTES;
use crate::settings;
use lijian_config::switch::StoreConfig;
use lijian_domain::ids::Lsn;
use lijian_store::index::{AnyIndex, Applier, ApplyError, Index as _, IndexError};
use lijian_store::journal::JournalError;
use std::process::ExitCode;

/// Throws the index away and makes it again from the whole journal. The daemon must not run meanwhile.
///
/// Only needed where the index is suspected: a daemon that finds it damaged does the same by itself.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian ledger rebuild --config switch.toml")]
pub(super) struct RebuildArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

#[derive(Debug, thiserror::Error)]
enum RebuildError {
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Apply(#[from] ApplyError<JournalError>),
}

/// Runs the command. Exit code 0 for a whole index, 1 for a journal that gives none, 64 where there is no journal, 75 while
/// a daemon holds the index, 70 for an index that cannot be written.
pub(super) fn run(arguments: &RebuildArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    match rebuild(&loaded.config.store) {
        Ok(applied) => {
            print(&format!("the index was made anew from {applied} records\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            let code = match &error {
                RebuildError::History(error) => error.exit_code(),
                RebuildError::Index(IndexError::InUse { .. }) => 75,
                RebuildError::Index(_) | RebuildError::Apply(ApplyError::Index(_)) => 70,
                RebuildError::Apply(_) => 1,
            };
            failed("ledger rebuild", &error, code)
        }
    }
}

fn rebuild(store: &StoreConfig) -> Result<Lsn, RebuildError> {
    let History { reader, head, .. } = History::open(&store.path)?;
    let mut index =
        AnyIndex::open(settings::index(store.index), &store.path.join("index"), INDEX_BYTES, head.lsn)?.index;
    index.clear()?;
    let mut progress = Progress::new("folded");
    let mut applier = Applier::new(index, reader);
    loop {
        let applied = applier.step(head.lsn)?;
        progress.reached(applied);
        if applied >= head.lsn {
            applier.finish()?;
            return Ok(applied);
        }
    }
}
