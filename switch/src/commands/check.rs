//! `lijian check`: whether the daemon would start with this configuration.

use super::configuration::ConfigurationArguments;
use crate::admin::refuse_open_address;
use lijian_config::switch::{Durability, Loaded};
use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Checks everything that the daemon would load: configuration, dialects, campaigns, catalogue, merchants.
///
/// Everything that is wrong is named, with file, line, key and what was expected.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian check --config config/examples/shenzhen-2024/switch.toml")]
pub struct CheckArguments {
    /// Which configuration
    #[command(flatten)]
    pub configuration: ConfigurationArguments,
}

/// Runs the command. Exit code 0 with a summary of what was loaded, or 64 with all that is wrong.
pub fn run(arguments: &CheckArguments) -> ExitCode {
    match arguments.configuration.load() {
        Ok(loaded) => {
            if let Err(error) = refuse_open_address(loaded.config.admin_listen) {
                let _ = writeln!(io::stderr(), "{}: {error}", loaded.config.file.display());
                return ExitCode::from(64);
            }
            if let Some(error) = loaded.unsigned() {
                let _ = writeln!(io::stderr(), "{error}");
                return ExitCode::from(64);
            }
            let _ = write!(io::stdout(), "{}", Summary(&loaded));
            ExitCode::SUCCESS
        }
        Err(code) => code,
    }
}

struct Summary<'l>(&'l Loaded);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loaded { config, rules, library, .. } = self.0;
        let line = |formatter: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| {
            writeln!(formatter, "{name:<10} {value}")
        };
        writeln!(formatter, "{} is right", config.file.display())?;
        let campaigns: Vec<_> = rules.campaigns.iter().map(|campaign| campaign.id.as_str()).collect();
        line(formatter, "campaigns", &campaigns.join(", "))?;
        line(formatter, "products", &rules.catalogue.len())?;
        line(formatter, "merchants", &rules.merchants.len())?;
        if library.changes().len() > 0 {
            line(formatter, "library", &format!("{} changes", library.changes().len()))?;
        }
        line(formatter, "rules", &rules.version)?;
        for link in &config.acquirers {
            let issuer = config.issuers.get(link.issuer).map_or("", |issuer| issuer.name.as_str());
            let value = format!("{} listens on {}, {}, goes to {issuer}", link.name, link.listen, link.dialect.name());
            line(formatter, "acquirer", &value)?;
        }
        for link in &config.issuers {
            let value = format!("{} at {}, {}", link.name, link.hosts.join(", "), link.dialect.name());
            line(formatter, "issuer", &value)?;
        }
        line(formatter, "admin", &config.admin_listen)?;
        if let Some(portal) = config.portal_listen {
            line(formatter, "portal", &portal)?;
        }
        let durability = match config.store.durability {
            Durability::Fdatasync => "fdatasync",
            Durability::PageCache => "operating-system: grants do not survive the loss of power",
        };
        line(formatter, "store", &format!("{}, {durability}", config.store.path.display()))?;
        match config.clock.rehearsal_start {
            Some(start) => {
                let local = config.clock.calendar.moment(start).local;
                line(formatter, "clock", &format!("REHEARSAL: time begins at {local}, local time of the programme"))
            }
            None => Ok(()),
        }
    }
}
