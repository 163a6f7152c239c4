//! `lijian catalogue`, `merchants`, `terminals` and `blacklist`: the four tables that change at run time, by one implementation.
//!
//! Every command reads what is in force (the configuration's files and the library in the data directory); `import` and
//! `withdraw` change the library, beside a running daemon, which takes it over when it loads its rules again.

mod export;
mod history;
mod import;
mod proposals;
mod withdraw;

use super::ledger::{failed, tell};
use crate::clock::Clock;
use crate::library::{Author, LibraryError};
use lijian_config::error::ConfigErrors;
use lijian_config::library::{InForce, Register};
use lijian_config::switch::{self, Loaded};
use std::io::IsTerminal as _;
use std::process::ExitCode;

/// The longest name of whoever changes something, in bytes.
const NAME_BYTES_MAX: usize = 60;

/// What can be done with a table.
#[derive(clap::Args, Debug)]
pub struct RegisterArguments {
    #[command(subcommand)]
    command: RegisterCommand,
}

#[derive(clap::Subcommand, Debug)]
enum RegisterCommand {
    Import(import::ImportArguments),
    Check(import::CheckArguments),
    Export(export::ExportArguments),
    Withdraw(withdraw::WithdrawArguments),
    History(history::HistoryArguments),
}

/// What can be done with goods.
#[derive(clap::Args, Debug)]
pub struct CatalogueArguments {
    #[command(subcommand)]
    command: CatalogueCommand,
}

#[derive(clap::Subcommand, Debug)]
enum CatalogueCommand {
    #[command(flatten)]
    Table(RegisterCommand),
    Proposals(proposals::ProposalsArguments),
    Approve(proposals::ApproveArguments),
    Refuse(proposals::RefuseArguments),
}

/// Runs a command about goods: those of every table, and what becomes of proposals. Exit codes as of [`run`], 1 also for a
/// proposal that is not there or is decided.
pub fn run_catalogue(arguments: &CatalogueArguments) -> ExitCode {
    match &arguments.command {
        CatalogueCommand::Table(command) => run_command(Register::Products, command),
        CatalogueCommand::Proposals(arguments) => proposals::list(arguments),
        CatalogueCommand::Approve(arguments) => proposals::approve(arguments),
        CatalogueCommand::Refuse(arguments) => proposals::refuse(arguments),
    }
}

/// Runs the command. Exit code 0 done, 1 for a file with wrong rows, 64 for a wrong configuration, 75 while somebody else
/// changes the library.
pub fn run(register: Register, arguments: &RegisterArguments) -> ExitCode {
    run_command(register, &arguments.command)
}

fn run_command(register: Register, command: &RegisterCommand) -> ExitCode {
    match command {
        RegisterCommand::Import(arguments) => import::import(register, arguments),
        RegisterCommand::Check(arguments) => import::check(register, arguments),
        RegisterCommand::Export(arguments) => export::run(register, arguments),
        RegisterCommand::Withdraw(arguments) => withdraw::run(register, arguments),
        RegisterCommand::History(arguments) => history::run(register, arguments),
    }
}

/// The command that a table goes by.
const fn command(register: Register) -> &'static str {
    match register {
        Register::Products => "catalogue",
        Register::Merchants => "merchants",
        Register::Terminals => "terminals",
        Register::BlackList => "blacklist",
    }
}

fn in_force(loaded: &Loaded) -> InForce<'_> {
    let acquirers = loaded.config.acquirers.iter().map(|link| link.name.as_str()).collect();
    InForce { rules: &loaded.rules, acquirers }
}

/// Whoever was named; else the user whose process this is.
fn author(loaded: &Loaded, by: Option<&str>) -> Author {
    let clock = loaded.config.clock.rehearsal_start.map_or_else(Clock::machine, Clock::rehearsal);
    let user = || std::env::var("USER").ok().filter(|user| person(user).is_ok());
    let by = by.map(str::to_owned).or_else(user).unwrap_or_else(|| "unnamed".to_owned());
    Author { by, at: clock.now().wall }
}

/// A name as the change log takes it.
fn person(text: &str) -> Result<String, String> {
    let right = !text.trim().is_empty() && text.len() <= NAME_BYTES_MAX && !text.chars().any(char::is_control);
    if right { Ok(text.to_owned()) } else { Err(format!("expected a name of 1 to {NAME_BYTES_MAX} bytes")) }
}

fn tell_errors(errors: &ConfigErrors) {
    tell(&switch::render(errors, std::io::stderr().is_terminal()));
}

fn library_failed(register: Register, error: &LibraryError) -> ExitCode {
    if let LibraryError::Log(errors) = error {
        tell_errors(errors);
        return ExitCode::from(error.exit_code());
    }
    failed(command(register), error, error.exit_code())
}

/// What to do so that a change counts.
const TAKE_OVER: &str =
    "a running switch takes it over when it loads its rules again (SIGHUP, or POST /api/v1/config/reload)\n";
