//! `lijian rules`: who vouches for the rules, and which ones ever were in force. May call the configuration and the archive.

mod diff;
mod kept;
mod keygen;
mod lottery;
mod sign;

use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::tell;
use std::fmt::Display;
use std::process::ExitCode;

/// Signs rules, tells who signed them, and which versions were in force.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  lijian rules keygen --out li.key\n  lijian rules sign --config switch.toml --key li.key --name li\n  lijian rules verify --config switch.toml\n  lijian rules list --config switch.toml"
)]
pub struct RulesArguments {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(clap::Subcommand, Debug)]
enum RulesCommand {
    Keygen(keygen::KeygenArguments),
    Lottery(lottery::LotteryArguments),
    Sign(sign::SignArguments),
    Verify(sign::VerifyArguments),
    List(kept::ListArguments),
    Show(kept::ShowArguments),
    Diff(diff::DiffArguments),
}

/// Runs the command. Exit code 0, 1 where too few vouch or a version is not there, 64 for bad usage.
pub fn run(arguments: &RulesArguments) -> ExitCode {
    match &arguments.command {
        RulesCommand::Keygen(arguments) => keygen::run(arguments),
        RulesCommand::Lottery(arguments) => lottery::run(arguments),
        RulesCommand::Sign(arguments) => sign::run(arguments),
        RulesCommand::Verify(arguments) => sign::verify(arguments),
        RulesCommand::List(arguments) => kept::list(arguments),
        RulesCommand::Show(arguments) => kept::show(arguments),
        RulesCommand::Diff(arguments) => diff::run(arguments),
    }
}

/// The configuration, whether its rules are signed or not.
fn load_unsigned(arguments: &ConfigurationArguments) -> Result<lijian_config::switch::Loaded, ExitCode> {
    let mut source = arguments.source();
    source.environment.unsigned_rules = true;
    ConfigurationArguments::load_from(&source)
}

/// Says on standard error why the command did not do what it was asked.
fn refused(command: &str, why: impl Display, code: u8) -> ExitCode {
    tell(&format!("lijian rules {command}: {why}\n"));
    ExitCode::from(code)
}
