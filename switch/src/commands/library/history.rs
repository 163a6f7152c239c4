//! `history`: what became of one key, and which entry was in force at a moment.

use super::tell_errors;
use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::{print, tell};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lijian_config::library::{Deed, HistoryEntry, Origin, Register, history};
use std::process::ExitCode;

/// Shows who changed a product, merchant, terminal or entry, when, and to what
///
/// With `--at`, the one entry that was in the library at that moment, so that a sale can be judged by it. The switch decides
/// by what it last took over: the version on the grant says which.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian catalogue history 6901840100070 --config switch.toml")]
pub(super) struct HistoryArguments {
    /// Which one, as `withdraw` names it: a GTIN of the catalogue
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Only what was in the library at this time, RFC 3339 with an offset
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

pub(super) fn run(register: Register, arguments: &HistoryArguments) -> ExitCode {
    let Some(key) = register.parse_key(&arguments.key) else {
        tell(&format!("{:?} is no key: expected {}\n", arguments.key, register.key_form()));
        return ExitCode::from(64);
    };
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let files = loaded.config.rule_files.of(register);
    let entries = match history(register, files, &loaded.library, &key) {
        Ok(entries) => entries,
        Err(errors) => {
            tell_errors(&errors);
            return ExitCode::from(64);
        }
    };
    let entries = match arguments.at {
        Some(at) => in_force_at(entries, at),
        None => entries,
    };
    if entries.is_empty() {
        tell(&format!("nothing is known of {}\n", arguments.key));
        return ExitCode::from(1);
    }
    let zone = loaded.config.clock.calendar.zone();
    entries.iter().for_each(|entry| print(&line(entry, zone)));
    ExitCode::SUCCESS
}

/// The last entry before then.
fn in_force_at(entries: Vec<HistoryEntry>, at: Timestamp) -> Vec<HistoryEntry> {
    let counted = |entry: &HistoryEntry| match &entry.origin {
        Origin::Configuration(_) => true,
        Origin::Change(change) => change.instant().is_some_and(|instant| instant <= at),
    };
    entries.into_iter().rfind(counted).into_iter().collect()
}

fn line(entry: &HistoryEntry, zone: &TimeZone) -> String {
    let row = entry.row.as_ref().map_or_else(|| "-".to_owned(), |row| row.join(" | "));
    match &entry.origin {
        Origin::Configuration(path) => format!("always\tconfiguration\t{}\t{row}\n", path.display()),
        Origin::Change(change) => {
            let at = change.instant().map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
            let deed = match &change.deed {
                Deed::Imported { source, .. } => format!("imported from {source}"),
                Deed::Withdrawn { .. } => "withdrawn".to_owned(),
            };
            format!("{}\t{}\tchange {}: {deed}\t{row}\n", at.unwrap_or_default(), change.by, change.number)
        }
    }
}
