//! `lijian catalogue proposals`, `approve`, `refuse`: goods that brands and merchants proposed to the running switch.

use super::{TAKE_OVER, author, in_force, library_failed, person};
use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::print;
use crate::library::proposals::{self, Proposal, ProposalState};
use crate::library::{LibraryError, Writer};
use lijian_config::library::Register;
use lijian_config::switch::Loaded;
use std::process::ExitCode;

/// Lists what was proposed, and what became of it
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian catalogue proposals --config switch.toml --state open")]
pub(super) struct ProposalsArguments {
    /// Only those that stand so
    #[arg(long, value_name = "STATE", value_parser = ["open", "approved", "refused"])]
    state: Option<String>,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

/// Takes a proposed product into the library
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian catalogue approve 7 --config switch.toml --by \"Li Na\"")]
pub(super) struct ApproveArguments {
    /// Which proposal
    #[arg(value_name = "NUMBER")]
    number: u64,
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Who does it; else the user of this process
    #[arg(long, value_name = "NAME", value_parser = person)]
    by: Option<String>,
}

/// Leaves a proposed product out of the library
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  lijian catalogue refuse 7 --config switch.toml --by \"Li Na\" --reason \"no such model\""
)]
pub(super) struct RefuseArguments {
    /// Which proposal
    #[arg(value_name = "NUMBER")]
    number: u64,
    /// Why, for whoever proposed it
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Who does it; else the user of this process
    #[arg(long, value_name = "NAME", value_parser = person)]
    by: Option<String>,
}

pub(super) fn list(arguments: &ProposalsArguments) -> ExitCode {
    with(&arguments.configuration, |loaded| {
        let wanted = |it: &Proposal| arguments.state.as_deref().is_none_or(|state| it.state.as_str() == state);
        let found = proposals::read(&loaded.config.store.path)?;
        Ok(found.into_iter().filter(wanted).map(|proposal| line(&proposal)).collect())
    })
}

pub(super) fn approve(arguments: &ApproveArguments) -> ExitCode {
    with(&arguments.configuration, |loaded| {
        let writer = Writer::open(&loaded.config.store.path)?;
        writer.unchanged_since(&loaded.library)?;
        let change = writer.approve(arguments.number, &in_force(loaded), author(loaded, arguments.by.as_deref()))?;
        Ok(format!("proposal {} approved: change {}\n{TAKE_OVER}", arguments.number, change.number))
    })
}

pub(super) fn refuse(arguments: &RefuseArguments) -> ExitCode {
    with(&arguments.configuration, |loaded| {
        let author = author(loaded, arguments.by.as_deref());
        Writer::open(&loaded.config.store.path)?.refuse(arguments.number, arguments.reason.clone(), author)?;
        Ok(format!("proposal {} refused\n", arguments.number))
    })
}

fn with(
    configuration: &ConfigurationArguments,
    work: impl FnOnce(&Loaded) -> Result<String, LibraryError>,
) -> ExitCode {
    let loaded = match configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    match work(&loaded) {
        Ok(text) => {
            print(&text);
            ExitCode::SUCCESS
        }
        Err(error) => library_failed(Register::Products, &error),
    }
}

fn line(proposal: &Proposal) -> String {
    let Proposal { number, at, offer, state } = proposal;
    let what = offer.fields.iter().filter(|field| !field.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    let became = match state {
        ProposalState::Open => String::new(),
        ProposalState::Approved(change) => format!(" by {} at {}, change {}", change.by, change.at, change.number),
        ProposalState::Refused { by, at, reason } => format!(" by {by} at {at}: {reason}"),
    };
    format!("{number} {}{became}\n  {what}\n  proposed {at} for {} by {}\n", state.as_str(), offer.of, offer.by)
}

fn reason(text: &str) -> Result<String, String> {
    let right = !text.trim().is_empty() && text.len() <= 200 && !text.chars().any(char::is_control);
    if right { Ok(text.to_owned()) } else { Err("expected 1 to 200 bytes of one line".to_owned()) }
}
