//! `lijian ledger`: what an operator asks the journal, and the index made anew from it.
//!
//! `verify`, `balances`, `doubt` and `export` only read the journal, up to its last whole batch as it was when they began, beside a
//! running daemon or without one. `rebuild` writes the index, so it needs the daemon stopped. None of them appends a record.
//! May call the store, the configuration and `crate::ops` (the shape of a budget).

mod balances;
mod claims_json;
mod doubt;
mod export;
pub(in crate::commands) mod history;
mod rebuild;
mod record_json;
mod snapshots;
mod verify;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

/// Looks into the journal: proves it, sums it up, writes it out, makes the index anew.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian ledger verify --config switch.toml")]
pub struct LedgerArguments {
    #[command(subcommand)]
    command: LedgerCommand,
}

/// What can be asked.
#[derive(clap::Subcommand, Debug)]
enum LedgerCommand {
    Verify(verify::VerifyLedgerArguments),
    Balances(balances::BalancesArguments),
    Doubt(doubt::DoubtArguments),
    Export(export::ExportArguments),
    Rebuild(rebuild::RebuildArguments),
}

/// Runs the command.
pub fn run(arguments: &LedgerArguments) -> ExitCode {
    match &arguments.command {
        LedgerCommand::Verify(arguments) => verify::run(arguments),
        LedgerCommand::Balances(arguments) => balances::run(arguments),
        LedgerCommand::Doubt(arguments) => doubt::run(arguments),
        LedgerCommand::Export(arguments) => export::run(arguments),
        LedgerCommand::Rebuild(arguments) => rebuild::run(arguments),
    }
}

/// Tells an error with everything that caused it, on one line, and gives the exit code.
pub(in crate::commands) fn failed(command: &str, error: &dyn Error, code: u8) -> ExitCode {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let text = causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        // Some errors say their cause themselves.
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    });
    tell(&format!("lijian {command}: {text}\n"));
    ExitCode::from(code)
}

pub(in crate::commands) fn tell(text: &str) {
    // There is nobody to tell where standard error is closed.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

pub(in crate::commands) fn print(text: &str) {
    // There is nobody to tell where standard output is closed.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
