//! `lijian settle`: a day's set, beside a running daemon or without one.

use super::configuration::ConfigurationArguments;
use crate::rules::Archive;
use crate::settlement::manifest::{Manifest, Status};
use crate::settlement::{Names, Order, SettleError, Signer, settle};
use crate::{entropy, keys};
use lijian_domain::ids::{LinkName, Lsn};
use lijian_domain::time::BusinessDate;
use lijian_store::storage::FileStorage;
use std::error::Error;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Records between two signs of progress.
const PROGRESS_RECORDS: u64 = 1 << 16;

/// Writes the settlement of one business day: files for programs, for people and for each acquirer, and a signed manifest.
///
/// Reads the journal only, so that it can run beside the daemon; where there is no key to sign with yet, makes one
/// (keys/settlement.key in the data directory). A day that can still change gives a provisional set. The
/// same day settled again into the same directory gives the same bytes.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian settle --config switch.toml --date 2024-10-01 --out settlement/2024-10-01")]
pub struct SettleArguments {
    /// Which configuration
    #[command(flatten)]
    pub configuration: ConfigurationArguments,
    /// The business date
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = business_date)]
    pub date: BusinessDate,
    /// Where to write: a new directory, an empty one, or one that holds this day's set
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Runs the command. Exit code 0 for a set, 1 for a journal that gives none, 64 for a configuration or a directory that
/// cannot be used, 75 for what may pass on another try.
pub fn run(arguments: &SettleArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let links: Vec<LinkName> = loaded.config.acquirers.iter().map(|link| link.name).collect();
    match settle_from(&loaded.config.store.path, &links, arguments) {
        Ok(manifest) => {
            let _ = writeln!(std::io::stdout().lock(), "{}", summary(&manifest, &arguments.out));
            ExitCode::SUCCESS
        }
        Err(error) => {
            tell(&format!("lijian settle: {}\n", with_sources(&error)));
            ExitCode::from(error.exit_code())
        }
    }
}

fn settle_from(data: &Path, acquirers: &[LinkName], arguments: &SettleArguments) -> Result<Manifest, SettleError> {
    let storage = FileStorage::open_existing(&data.join("journal"));
    let storage = storage.map_err(|source| SettleError::NoJournal { path: data.to_owned(), source })?;
    let key = keys::settlement(data, entropy::fill).map_err(|error| SettleError::Key(Box::new(error)))?;
    let signer = Signer::new(&key.reveal());
    let archive = Archive::of(data);
    let order = Order {
        date: arguments.date,
        directory: &arguments.out,
        signer: &signer,
        acquirers,
        names: Names::new(Box::new(move |version| archive.rules(version).ok())),
    };
    let shown = std::io::stderr().is_terminal();
    let mut progress = |lsn: Lsn| {
        if shown && lsn.0.is_multiple_of(PROGRESS_RECORDS) {
            tell(&format!("\r{} records read", lsn.0));
        }
    };
    let settled = settle(Arc::new(storage), order, &mut progress);
    if shown {
        // Takes the sign of progress away.
        tell("\r\x1b[K");
    }
    settled
}

fn summary(manifest: &Manifest, out: &Path) -> String {
    let status = match manifest.status {
        Status::Provisional => "provisional: the day can still change",
        Status::Final => "final",
    };
    let (counts, totals, held) = (&manifest.counts, &manifest.totals, &manifest.held);
    format!(
        "settlement of {}, {status}\n\
         granted {} - returned {} = net {} minor units; grants {}, returns {}\n\
         held, not settled: {} (sales {}), of these in doubt: {} (sales {})\n\
         signed with the key of {}\n\
         written to {}",
        manifest.business_date,
        totals.granted,
        totals.returned,
        totals.net,
        counts.grants,
        counts.returns,
        held.amount,
        held.count,
        held.in_doubt_amount,
        held.in_doubt_count,
        manifest.public_key,
        out.display(),
    )
}

/// The error with everything that caused it, on one line.
fn with_sources(error: &SettleError) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        // Some errors say their cause themselves.
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

fn business_date(text: &str) -> Result<BusinessDate, String> {
    // The one spelling, so that a directory named after the argument is named after the day.
    let date = BusinessDate::parse(text).filter(|date| date.to_string() == text);
    date.ok_or_else(|| "expected a date such as 2024-10-01".to_owned())
}

fn tell(text: &str) {
    // There is nobody to tell where standard error is closed.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
