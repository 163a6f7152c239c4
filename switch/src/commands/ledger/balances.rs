//! `lijian ledger balances`: what stands on every cap, folded from the journal.

use super::history::{Folded, History, HistoryError};
use super::{failed, print};
use crate::commands::configuration::ConfigurationArguments;
use crate::ops::{Budget, budgets};
use lijian_config::switch::Loaded;
use serde_json::json;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Prints every shared cap with its limit, what is held, used and left, as of the journal's last record.
///
/// Limits are those of the configuration, on the business day of the last record. Caps of persons, serial numbers and
/// qualifications are counted only.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian ledger balances --config switch.toml --json")]
pub(super) struct BalancesArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Minor units, in the shape of the API's budgets
    #[arg(long)]
    json: bool,
}

/// Runs the command. Exit code 0, 1 for a journal that does not pass, 64 where there is none.
pub(super) fn run(arguments: &BalancesArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    match balances(&loaded) {
        Ok((budgets, personal)) => {
            print(&if arguments.json { object(&budgets) } else { table(&budgets, personal) });
            ExitCode::SUCCESS
        }
        Err(error) => failed("ledger balances", &error, error.exit_code()),
    }
}

fn balances(loaded: &Loaded) -> Result<(Vec<Budget>, usize), HistoryError> {
    let Folded { recovered, quota, .. } = History::open(&loaded.config.store.path)?.fold()?;
    let latest = loaded.config.clock.calendar.moment(recovered.latest);
    Ok((budgets(&loaded.rules, &quota, &latest), quota.personal_count()))
}

fn object(budgets: &[Budget]) -> String {
    let budgets = budgets.iter().map(|budget| {
        json!({
            "id": budget.id,
            "limit": budget.limit,
            "held": budget.held,
            "used": budget.used,
            "remaining": budget.remaining(),
        })
    });
    format!("{}\n", json!({ "budgets": budgets.collect::<Vec<_>>() }))
}

fn table(budgets: &[Budget], personal: usize) -> String {
    let width = budgets.iter().map(|budget| budget.id.len()).max().unwrap_or(0).max(3);
    let mut text = format!("{:width$} {:>18} {:>18} {:>18} {:>18}\n", "cap", "limit", "held", "used", "remaining");
    for budget in budgets {
        let [limit, remaining] = [budget.limit, budget.remaining()].map(|amount| amount.map_or("-".to_owned(), yuan));
        let [held, used] = [budget.held, budget.used].map(yuan);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:width$} {limit:>18} {held:>18} {used:>18} {remaining:>18}", budget.id);
    }
    let _ = writeln!(text, "amounts in yuan; caps of persons, serial numbers and qualifications in use: {personal}");
    text
}

fn yuan(minor_units: u64) -> String {
    format!("{}.{:02}", minor_units / 100, minor_units % 100)
}
