//! `withdraw`: takes keys out of a table.

use super::{TAKE_OVER, author, library_failed, person, tell_errors};
use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::{print, tell};
use crate::library::{LibraryError, Writer};
use lijian_config::library::Register;
use lijian_config::switch::Loaded;
use std::process::ExitCode;

/// Takes rows out; a later import of theirs brings them back
///
/// A product is named by its GTIN, a merchant by ACQUIRER/MERCHANT, a terminal by ACQUIRER/MERCHANT/TERMINAL, an entry of the black
/// list by ACQUIRER/MERCHANT/CREDIT_CODE/TERMINAL/FROM, what it leaves open left empty.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian catalogue withdraw 6901840100070 --config switch.toml --by \"Li Na\"")]
pub(super) struct WithdrawArguments {
    /// Which rows
    #[arg(value_name = "KEY", required = true, num_args = 1..=1_000)]
    keys: Vec<String>,
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Who does it; else the user of this process
    #[arg(long, value_name = "NAME", value_parser = person)]
    by: Option<String>,
}

pub(super) fn run(register: Register, arguments: &WithdrawArguments) -> ExitCode {
    let mut keys = Vec::new();
    for text in &arguments.keys {
        match register.parse_key(text) {
            Some(key) => keys.push(key),
            None => {
                tell(&format!("{text:?} is no key: expected {}\n", register.key_form()));
                return ExitCode::from(64);
            }
        }
    }
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let held = lijian_config::library::keys_in_force(register, loaded.config.rule_files.of(register), &loaded.library);
    let held = match held {
        Ok(held) => held,
        Err(errors) => {
            tell_errors(&errors);
            return ExitCode::from(64);
        }
    };
    if let Some(unknown) = keys.iter().find(|key| !held.contains(*key)) {
        tell(&format!("{unknown} is not in force: nothing is taken out\n"));
        return ExitCode::from(1);
    }
    match commit(register, keys, &loaded, arguments.by.as_deref()) {
        Ok(number) => {
            print(&format!("{} taken out: change {number}\n{TAKE_OVER}", arguments.keys.len()));
            ExitCode::SUCCESS
        }
        Err(error) => library_failed(register, &error),
    }
}

fn commit(register: Register, keys: Vec<String>, loaded: &Loaded, by: Option<&str>) -> Result<u64, LibraryError> {
    let writer = Writer::open(&loaded.config.store.path)?;
    writer.unchanged_since(&loaded.library)?;
    writer.withdraw(register, keys, author(loaded, by)).map(|change| change.number)
}
