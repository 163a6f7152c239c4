//! `lijian rules diff`: what one version changed in another.

use super::kept::version;
use super::load_unsigned;
use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::{failed, print};
use crate::rules::{Archive, ArchiveError, Difference, Keys};
use lijian_domain::ids::RulesVersion;
use std::fmt::{self, Write as _};
use std::process::ExitCode;

/// Tells what differs between two versions that were in force, key by key and row by row.
#[derive(clap::Args, Debug)]
pub(super) struct DiffArguments {
    /// The earlier one, sixteen hexadecimal digits
    #[arg(value_name = "VERSION", value_parser = version)]
    before: RulesVersion,
    /// The later one
    #[arg(value_name = "VERSION2", value_parser = version)]
    after: RulesVersion,
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

pub(super) fn run(arguments: &DiffArguments) -> ExitCode {
    let loaded = match load_unsigned(&arguments.configuration) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let archive = Archive::of(&loaded.config.store.path);
    match difference(&archive, arguments) {
        Ok(difference) => {
            let mut text = String::new();
            tell(&difference, &mut text).unwrap_or_default();
            print(if text.is_empty() { "nothing differs\n" } else { &text });
            ExitCode::SUCCESS
        }
        Err(error) => failed("rules diff", &error, 1),
    }
}

fn difference(archive: &Archive, arguments: &DiffArguments) -> Result<Difference, ArchiveError> {
    let (before, after) = (archive.rules(arguments.before)?, archive.rules(arguments.after)?);
    Ok(archive.difference(&before, &after, &archive.manifest(arguments.after)?.files))
}

fn tell(difference: &Difference, text: &mut String) -> fmt::Result {
    for (campaign, change) in &difference.campaigns {
        writeln!(text, "campaign {campaign}: {}", change.as_str())?;
    }
    match &difference.keys {
        Some(keys) => tell_keys(keys, text)?,
        None => writeln!(text, "the campaign files of one version cannot be read: see the warning")?,
    }
    for cap in &difference.caps_that_begin {
        writeln!(text, "cap {cap}: counts from the change on, not what was given before")?;
    }
    for (table, rows) in difference.tables().into_iter().filter(|(_, rows)| !rows.is_empty()) {
        let [before, after] = rows.count;
        let (added, removed, changed) = (rows.added, rows.removed, rows.changed);
        writeln!(text, "{table}: {before} -> {after}; {added} added, {removed} removed, {changed} changed")?;
        for (id, change) in &rows.named {
            writeln!(text, "  {id}: {}", change.as_str())?;
        }
        more(added + removed + changed, rows.named.len(), text)?;
    }
    Ok(())
}

fn tell_keys(keys: &Keys, text: &mut String) -> fmt::Result {
    for key in &keys.named {
        let [before, after] = [&key.before, &key.after].map(|said| said.as_deref().unwrap_or("(nothing)"));
        writeln!(text, "  {}: {before} -> {after}", key.path)?;
    }
    more(keys.count, keys.named.len(), text)
}

fn more(count: usize, named: usize, text: &mut String) -> fmt::Result {
    if count > named { writeln!(text, "  and {} more", count - named) } else { Ok(()) }
}
