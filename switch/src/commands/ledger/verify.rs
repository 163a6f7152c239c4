//! `lijian ledger verify`: the journal proven from its first record to its last.

use super::history::{Folded, History, HistoryError};
use super::{failed, print, snapshots};
use crate::commands::configuration::ConfigurationArguments;
use lijian_config::switch::Loaded;
use lijian_domain::rules::Rules;
use lijian_store::quota::Quota;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Proves the whole journal: checksums, record numbers without gaps, the chain of hashes, a history that does not
/// contradict itself, no shared cap over its limit, and snapshots that tell what the journal tells.
///
/// A torn tail is no error: the next start cuts it. A cap over the limit of the configuration is told, since its limit may
/// have been lowered since.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian ledger verify --config switch.toml")]
pub(super) struct VerifyLedgerArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

/// Runs the command. Exit code 0 for a journal that is right, 1 for one that is not, 64 where there is none.
pub(super) fn run(arguments: &VerifyLedgerArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    match verify(&loaded) {
        Ok((summary, findings)) => {
            print(&summary);
            for finding in &findings {
                super::tell(&format!("lijian ledger verify: {finding}\n"));
            }
            if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(error) => failed("ledger verify", &error, error.exit_code()),
    }
}

fn verify(loaded: &Loaded) -> Result<(String, Vec<String>), HistoryError> {
    let mut history = History::open(&loaded.config.store.path)?;
    let torn_bytes = history.reader.torn_bytes()?;
    let folded = history.fold()?;
    let (snapshots, mut findings) = snapshots::check(&mut history, &loaded.config.store.path)?;
    findings.extend(over_limit(&loaded.rules, &folded.quota));
    let summary = summary(&history, &folded, torn_bytes);
    Ok((format!("{summary}snapshots that tell the same: {snapshots}\n"), findings))
}

fn summary(history: &History, folded: &Folded, torn_bytes: u64) -> String {
    let Folded { recovered, kinds, .. } = folded;
    let records: u64 = kinds.values().sum();
    let in_doubt = recovered.open.values().filter(|open| open.doubt.is_some()).count();
    let head: String = history.head.chain.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let range = if records == 0 { "none".to_owned() } else { format!("1 to {}", recovered.last) };
    let mut text = format!(
        "records: {records} (LSN {range})\nchain head: {head}\nopen holds: {}, of these in doubt: {in_doubt}\n\
         reversals under way: {}\n",
        recovered.open.len(),
        recovered.reversals.len(),
    );
    for (kind, count) in kinds {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {kind}: {count}");
    }
    if torn_bytes > 0 {
        let _ = writeln!(
            text,
            "behind the last whole batch stand {torn_bytes} bytes of another: a torn tail, which the next start cuts, or \
             what a running daemon is writing"
        );
    }
    text
}

/// Each shared cap that gave more than the configuration allows it now.
fn over_limit(rules: &Rules, quota: &Quota) -> Vec<String> {
    let mut findings = Vec::new();
    for (key, balance) in quota.budgets() {
        let Some(limit) = rules.limit_at_most(&key) else { continue };
        if balance.held.checked_add(balance.used).is_none_or(|taken| taken > limit) {
            findings.push(format!(
                "{key} is over its limit: {} held and {} used, {} allowed (minor units); was the limit lowered since?",
                balance.held.get(),
                balance.used.get(),
                limit.get(),
            ));
        }
    }
    findings
}
