//! `lijian rules list` and `show`: the versions that were in force.

use super::load_unsigned;
use crate::clock::rfc3339;
use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::{failed, print};
use crate::rules::{Archive, Manifest, Schedule};
use lijian_domain::ids::RulesVersion;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Lists every version that was in force, the earliest first.
#[derive(clap::Args, Debug)]
pub(super) struct ListArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

/// Tells what a version was made of, and what differs from it in the rules that the configuration names now.
#[derive(clap::Args, Debug)]
pub(super) struct ShowArguments {
    /// Sixteen hexadecimal digits, as grants and lijian rules list name it
    #[arg(value_name = "VERSION", value_parser = version)]
    version: RulesVersion,
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

pub(super) fn list(arguments: &ListArguments) -> ExitCode {
    let loaded = match load_unsigned(&arguments.configuration) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let data = &loaded.config.store.path;
    let found = Archive::of(data).manifests().and_then(|manifests| Ok((manifests, Schedule::of(data).read()?)));
    let (manifests, scheduled) = match found {
        Ok(found) => found,
        Err(error) => return failed("rules list", &error, 1),
    };
    let waits = |manifest: &Manifest| {
        let scheduled = scheduled.as_ref().filter(|scheduled| scheduled.version.to_string() == manifest.version)?;
        Some(format!("  agreed to for {}\n", rfc3339(scheduled.effective_from)))
    };
    let told = |text: String, manifest| text + &line(manifest) + &waits(manifest).unwrap_or_default();
    print(&manifests.iter().fold(String::new(), told));
    ExitCode::SUCCESS
}

pub(super) fn show(arguments: &ShowArguments) -> ExitCode {
    let loaded = match load_unsigned(&arguments.configuration) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let archive = Archive::of(&loaded.config.store.path);
    let found =
        archive.manifest(arguments.version).and_then(|manifest| Ok((manifest, archive.rules(arguments.version)?)));
    let (manifest, rules) = match found {
        Ok(found) => found,
        Err(error) => return failed("rules show", &error, 1),
    };
    let mut text = line(&manifest);
    for file in &manifest.files {
        writeln!(text, "  {} {} {}", file.kind, file.name, file.digest).unwrap_or_default();
    }
    let difference = crate::rules::Difference::between(&rules, &loaded.rules);
    for (campaign, how) in &difference.campaigns {
        writeln!(text, "  campaign {campaign}: {} since", how.as_str()).unwrap_or_default();
    }
    for (what, rows) in difference.tables().into_iter().filter(|(_, rows)| !rows.is_empty()) {
        let [then, now] = rows.count;
        writeln!(text, "  {what}: {then} then, {now} now").unwrap_or_default();
    }
    print(&text);
    ExitCode::SUCCESS
}

fn line(manifest: &Manifest) -> String {
    let people = match (manifest.maker.as_str(), manifest.checker.as_str()) {
        ("", "") => String::new(),
        (maker, "") => format!(" by {maker}"),
        (maker, checker) => format!(" by {maker}, agreed by {checker}"),
    };
    format!("{} first in force {}{people}\n", manifest.version, manifest.kept)
}

pub(super) fn version(text: &str) -> Result<RulesVersion, String> {
    RulesVersion::parse(text).ok_or_else(|| "expected sixteen hexadecimal digits".to_owned())
}
