//! `export`: the table in force as a CSV file that an import takes again.

use super::tell_errors;
use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::{failed, print};
use lijian_config::library::{Register, rows_in_force};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A spreadsheet takes a file without it for another encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes the table in force, from the configuration's files and the library, as a CSV file
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian catalogue export all.csv --config switch.toml")]
pub(super) struct ExportArguments {
    /// The file to write: UTF-8 with a byte order mark
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

pub(super) fn run(register: Register, arguments: &ExportArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let text = match rows_in_force(register, loaded.config.rule_files.of(register), &loaded.library) {
        Ok(text) => text,
        Err(errors) => {
            tell_errors(&errors);
            return ExitCode::from(64);
        }
    };
    match write(&arguments.file, &text) {
        Ok(()) => {
            let rows = text.lines().count().saturating_sub(1);
            print(&format!("{}: {rows} rows\n", arguments.file.display()));
            ExitCode::SUCCESS
        }
        Err(error) => failed(&format!("{} export: {}", super::command(register), arguments.file.display()), &error, 64),
    }
}

/// Under another name first, so that nobody finds half a file.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(".new");
    let mut file = File::create(&name)?;
    file.write_all(BYTE_ORDER_MARK.as_bytes())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&name, path)
}
