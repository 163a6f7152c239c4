//! The commands of the program: arguments, what is printed, exit codes.
//!
//! Exit codes: 0 done, 1 the check failed, 64 bad usage or configuration, 70 internal error, 75 try again later. Errors go to
//! standard error. Each command is a file with its arguments and `run`; this is the only room that prints.

pub mod check;
pub mod configuration;
pub mod decode;
pub mod demo;
mod dialect_argument;
pub mod encode;
pub mod explain;
pub mod forecast;
pub mod ledger;
pub mod library;
pub mod rules;
pub mod run;
pub mod settle;
pub mod verify;
pub mod whatif;

use clap::Parser;
use lijian_config::library::Register;
use std::ffi::OsString;
use std::process::ExitCode;

/// Lijian gives a city's subsidy at the till: a payment switch in front of the card issuer.
#[derive(Parser, Debug)]
#[command(name = "lijian", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What the program can do.
#[derive(clap::Subcommand, Debug)]
enum Command {
    Demo(demo::DemoArguments),
    Run(run::RunArguments),
    Check(check::CheckArguments),
    Settle(settle::SettleArguments),
    Verify(verify::VerifyArguments),
    Decode(decode::DecodeArguments),
    Encode(encode::EncodeArguments),
    Explain(explain::ExplainArguments),
    Ledger(ledger::LedgerArguments),
    Rules(rules::RulesArguments),
    Forecast(forecast::ForecastArguments),
    Whatif(whatif::WhatIfArguments),
    /// The library of products: import, check, export, withdraw, history
    Catalogue(library::CatalogueArguments),
    /// The registry of merchants, in the same manner
    Merchants(library::RegisterArguments),
    /// The merchants' terminals, in the same manner
    Terminals(library::RegisterArguments),
    /// The black list, in the same manner
    Blacklist(library::RegisterArguments),
}

/// Runs the command that the arguments of the process name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => match arguments.command {
            Command::Demo(arguments) => demo::run(&arguments),
            Command::Run(arguments) => run::run(&arguments),
            Command::Check(arguments) => check::run(&arguments),
            Command::Settle(arguments) => settle::run(&arguments),
            Command::Verify(arguments) => verify::run(&arguments),
            Command::Decode(arguments) => decode::run(&arguments),
            Command::Encode(arguments) => encode::run(&arguments),
            Command::Explain(arguments) => explain::run(&arguments),
            Command::Ledger(arguments) => ledger::run(&arguments),
            Command::Rules(arguments) => rules::run(&arguments),
            Command::Forecast(arguments) => forecast::run(&arguments),
            Command::Whatif(arguments) => whatif::run(&arguments),
            Command::Catalogue(arguments) => library::run_catalogue(&arguments),
            Command::Merchants(arguments) => library::run(Register::Merchants, &arguments),
            Command::Terminals(arguments) => library::run(Register::Terminals, &arguments),
            Command::Blacklist(arguments) => library::run(Register::BlackList, &arguments),
        },
        Err(error) => {
            // There is nobody to tell where the output is closed.
            let _ = error.print();
            if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS }
        }
    }
}
