//! `lijian ledger export`: every record as a line of JSON.

use super::history::{History, HistoryError, Progress};
use super::{failed, record_json};
use crate::commands::configuration::ConfigurationArguments;
use lijian_domain::ids::Lsn;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Writes every journal record as one JSON object on a line, in the order of the journal.
///
/// Times are UTC, amounts minor units. The journal holds no card number; the keyed digests that stand for a card and a
/// person are left out unless asked for.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian ledger export --config switch.toml --from 1 --to 1000 --out journal.jsonl")]
pub(super) struct ExportArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// A file in place of standard output; it appears when it is complete
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The first record
    #[arg(long, value_name = "LSN", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    from: u64,
    /// The last record; without it, the last of the journal
    #[arg(long, value_name = "LSN", value_parser = clap::value_parser!(u64).range(1..))]
    to: Option<u64>,
    /// Also the card fingerprint and the person key: pseudonyms, so handle the output as personal data
    #[arg(long)]
    with_keys: bool,
}

#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("--from {from} lies behind --to {to}: give the first record, then the last")]
    Range { from: u64, to: u64 },
    #[error("{what} cannot be written: {source}")]
    Write { what: String, source: io::Error },
}

/// Runs the command. Exit code 0 when all is written, 1 for a damaged journal (what stands before the damage is on standard
/// output then, and no file is left), 64 for what cannot be used, 75 for an output that cannot be written.
pub(super) fn run(arguments: &ExportArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    match export(&loaded.config.store.path, arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads has seen enough.
        Err(ExportError::Write { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let code = match &error {
                ExportError::History(error) => error.exit_code(),
                ExportError::Range { .. } => 64,
                ExportError::Write { .. } => 75,
            };
            failed("ledger export", &error, code)
        }
    }
}

fn export(data: &Path, arguments: &ExportArguments) -> Result<(), ExportError> {
    if let Some(to) = arguments.to.filter(|to| *to < arguments.from) {
        return Err(ExportError::Range { from: arguments.from, to });
    }
    let mut history = History::open(data)?;
    let Some(out) = &arguments.out else {
        return write_all(&mut history, arguments, io::stdout().lock(), "standard output").map(drop);
    };
    let what = out.display().to_string();
    let fail = |source| ExportError::Write { what: what.clone(), source };
    let directory = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Readable by its owner only, and gone again unless it is complete.
    let file = tempfile::NamedTempFile::new_in(directory).map_err(fail)?;
    let file = write_all(&mut history, arguments, file, &what)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(out).map_err(|error| fail(error.error))?;
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(fail)
}

fn write_all<W: Write>(
    history: &mut History,
    arguments: &ExportArguments,
    output: W,
    what: &str,
) -> Result<W, ExportError> {
    let fail = |source| ExportError::Write { what: what.to_owned(), source };
    let last = arguments.to.map_or(history.head.lsn, |to| history.head.lsn.min(Lsn(to)));
    let mut output = BufWriter::with_capacity(256 << 10, output);
    let mut progress = Progress::new("written");
    if arguments.from <= last.0 {
        for entry in history.reader.entries(Lsn(arguments.from)) {
            let entry = entry.map_err(HistoryError::Journal)?;
            serde_json::to_writer(&mut output, &record_json::object(&entry, arguments.with_keys))
                .map_err(|error| fail(error.into()))?;
            output.write_all(b"\n").map_err(fail)?;
            progress.reached(entry.lsn);
            if entry.lsn >= last {
                break;
            }
        }
    }
    output.into_inner().map_err(|error| fail(error.into_error()))
}
