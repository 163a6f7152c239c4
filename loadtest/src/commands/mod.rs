//! The command line: raw arguments, then settings, then the library. The only room that prints.
//!
//! Exit codes: 0 done, 1 something was lost, 64 bad usage, 70 internal error, 75 try again later.

mod compare;
mod dialect;
mod figures;
mod issuer;
mod limit;
mod machine;
mod oracle;
mod print;
mod profile;
mod relay;
mod run;
mod soak;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The check failed.
const FAILED: u8 = 1;
/// Bad usage (sysexits, EX_USAGE).
const USAGE: u8 = 64;
/// Internal error (EX_SOFTWARE).
const INTERNAL: u8 = 70;
/// Try again later (EX_TEMPFAIL).
const LATER: u8 = 75;

/// Issuer simulator and load generator for the Lijian switch.
#[derive(Parser)]
#[command(name = "lijian-load", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Hold the switch against bare relays, alternately, in one run.
    Compare(compare::CompareArguments),
    /// Serve as an issuer until interrupted (Ctrl-C or SIGTERM), then print totals.
    Issuer(issuer::IssuerArguments),
    /// Hold what the tills were told against the ledger of the switch, to the minor unit.
    Oracle(oracle::OracleArguments),
    /// Relay bare, to hold the switch against.
    Relay(relay::RelayArguments),
    /// Put a load of sales on a switch, and tell what came back.
    Run(Box<run::RunArguments>),
    /// Load the switch for long, with faults, and hold its ledger against what the tills were told.
    Soak(soak::SoakArguments),
}

/// Why a command could not do its work: exit code and text.
struct Failure {
    code: u8,
    text: String,
}

/// Parses the command line and runs the command.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let usage = error.use_stderr();
            // Help and version go to standard output; when that is closed there is nobody to tell.
            let _ = error.print();
            return ExitCode::from(if usage { USAGE } else { 0 });
        }
    };
    let done = match arguments.command {
        Command::Compare(arguments) => compare::run(arguments),
        Command::Issuer(arguments) => issuer::run(arguments),
        Command::Oracle(arguments) => oracle::run(&arguments),
        Command::Relay(arguments) => relay::run(arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Soak(arguments) => soak::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, text }) => {
            print::error(&text);
            ExitCode::from(code)
        }
    }
}
