//! `lijian explain`: why the transactions of a retrieval reference number got what they got, from the journal alone.
//!
//! Two passes over the journal, beside a running daemon or without one: the first finds the requests, the second follows
//! them and folds their caps. Neither the index nor a campaign or library file of the configuration is asked, so that it
//! works after all of them are gone; the archive of rules tells what the rules of that time say. Only what was found is kept
//! in memory. Nothing that stands for a card or a person is told; serial
//! numbers and qualifications are masked where facts are made. May call the store, the ledger's reading of it, and the archive of rules.

mod fact;
mod follow;
mod happening;
mod json;
mod label;
mod mask;
mod receipt;
mod rederive;
mod search;
mod state;
mod story;
mod text;
mod watch;
mod zone;

use crate::commands::ledger::history::{History, HistoryError};
use crate::commands::ledger::{failed, print, tell};
use crate::ops::{language, reason};
use crate::rules::Archive;
use follow::follow;
use language::Language;
use lijian_config::switch::{self, Environment};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_store::claims::ClaimError;
use lijian_store::journal::JournalError;
use lijian_store::quota::Inconsistent;
use rederive::Versions;
use search::search;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use story::Story;
use zone::Zone;

/// Tells why transactions got what they got: the request, the decision, the caps as they stood, the order of arrival, and
/// everything that happened since.
///
/// Reads the journal only, also beside the daemon. With --data no configuration is needed; times are then those of
/// Asia/Shanghai. Card and personal data are left out, serial numbers and qualifications masked.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  lijian explain 424242424242 --config switch.toml\n  lijian explain 424242424242 --data /var/lib/lijian --language zh"
)]
pub struct ExplainArguments {
    /// The retrieval reference number (DE37) of the request, of its answer, or of a reversal or return of it
    #[arg(value_name = "RRN", value_parser = retrieval_reference_number)]
    rrn: Rrn,
    /// The configuration file, for the data directory and the zone of times
    #[arg(long, value_name = "FILE", required_unless_present = "data")]
    config: Option<PathBuf>,
    /// The data directory, in place of store.path; with it the configuration can be missing
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Overrides a key of the configuration; can be given more than once
    #[arg(long, value_name = "KEY=VALUE", requires = "config", value_parser = switch::override_argument)]
    set: Vec<(String, String)>,
    /// One JSON object, amounts in minor units
    #[arg(long)]
    json: bool,
    /// The consumer's receipt only: as which one the request came, what was left, and what can be done
    #[arg(long)]
    receipt: bool,
    /// In which language
    #[arg(long, value_enum, default_value = "en")]
    language: Language,
}

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
enum ExplainError {
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("record {lsn}, which others are about, is no request in this journal: run lijian ledger verify")]
    NoRequest { lsn: Lsn },
    #[error("record {lsn} is about a claim that does not stand so: run lijian ledger verify")]
    Claim { lsn: Lsn, source: ClaimError },
    #[error("record {lsn} gives or takes what was not there: run lijian ledger verify")]
    Caps { lsn: Lsn, source: Box<Inconsistent> },
    #[error(
        "no transaction with the RRN {rrn} among the {records} records of this journal: check the number on the slip and that --data names the right node"
    )]
    NotFound { rrn: String, records: Lsn },
}

impl From<JournalError> for ExplainError {
    fn from(error: JournalError) -> Self {
        Self::History(error.into())
    }
}

impl ExplainError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::History(error) => error.exit_code(),
            Self::NoRequest { .. } | Self::Caps { .. } | Self::Claim { .. } | Self::NotFound { .. } => 1,
        }
    }
}

/// All that is told.
#[derive(Debug)]
struct Explanation {
    rrn: Rrn,
    zone: Zone,
    /// The last record read.
    read_to: Lsn,
    stories: Vec<Story>,
    transactions_left_out: u64,
    records_left_out: u64,
}

/// Runs the command. Exit code 0, 1 where nothing is found or the journal does not pass, 64 where there is none.
pub fn run(arguments: &ExplainArguments) -> ExitCode {
    let (data, zone) = match place(arguments) {
        Ok(place) => place,
        Err(code) => return code,
    };
    match explain(&data, arguments.rrn, zone) {
        Ok(explanation) if arguments.receipt => {
            print(&if arguments.json {
                format!("{:#}\n", receipt::object(&explanation, arguments.language))
            } else {
                receipt::text(&explanation, arguments.language)
            });
            ExitCode::SUCCESS
        }
        Ok(explanation) if arguments.json => {
            print(&format!("{:#}\n", json::object(&explanation, arguments.language)));
            ExitCode::SUCCESS
        }
        Ok(explanation) => {
            print(&text::text(&explanation, arguments.language));
            ExitCode::SUCCESS
        }
        Err(error) => failed("explain", &error, error.exit_code()),
    }
}

fn explain(data: &std::path::Path, rrn: Rrn, zone: Zone) -> Result<Explanation, ExplainError> {
    let mut history = History::open(data)?;
    let read_to = history.head.lsn;
    let plan = search(&mut history, rrn)?;
    if plan.openings.is_empty() {
        return Err(ExplainError::NotFound { rrn: mask::printable(rrn.as_str()), records: read_to });
    }
    let followed = follow(&mut history, plan)?;
    let mut versions = Versions::of(Archive::of(data));
    let story = |case| Story { rederived: versions.rederive(case, &zone), ..Story::of(case) };
    let stories = followed.cases.iter().map(story).collect();
    Ok(Explanation {
        rrn,
        zone,
        read_to,
        stories,
        transactions_left_out: followed.transactions_left_out,
        records_left_out: followed.records_left_out,
    })
}

/// Where the journal is, and in which zone times are told. A configuration that cannot be used is no hindrance where the
/// data directory is named.
fn place(arguments: &ExplainArguments) -> Result<(PathBuf, Zone), ExitCode> {
    let ExplainArguments { config, data, set, .. } = arguments;
    let Some(config) = config else { return Ok((data.clone().unwrap_or_default(), Zone::china())) };
    // Nothing is decided by this configuration, so that a rehearsal's one may be read anywhere.
    match (
        switch::load(config, set, data.as_deref(), Environment { production: false, ..Environment::default() }),
        data,
    ) {
        (Ok(loaded), _) => Ok((loaded.config.store.path, Zone::configured(loaded.config.clock.calendar.zone()))),
        (Err(errors), Some(data)) => {
            let count = errors.count();
            tell(&format!(
                "lijian explain: {} cannot be used ({count} errors, see lijian check); the journal alone is read, times are \
                 those of Asia/Shanghai\n",
                config.display()
            ));
            Ok((data.clone(), Zone::china()))
        }
        (Err(errors), None) => {
            tell(&switch::render(&errors, std::io::stderr().is_terminal()));
            tell("lijian explain: --data DIR reads the journal without a configuration\n");
            Err(ExitCode::from(64))
        }
    }
}

fn retrieval_reference_number(text: &str) -> Result<Rrn, String> {
    let rrn = Rrn::new(text).ok().filter(|rrn| !rrn.is_empty());
    rrn.ok_or_else(|| format!("expected 1 to {} characters, as printed on the slip", Rrn::BYTES_MAX))
}
