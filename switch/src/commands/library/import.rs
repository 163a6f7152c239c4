//! `import` and `check`: every row judged, then all of it taken in, or nothing, or with `--partial` what is right.

use super::{TAKE_OVER, author, in_force, library_failed, person, tell_errors};
use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::{print, tell};
use crate::library::{LibraryError, Writer};
use lijian_config::library::{Candidate, Register, candidate};
use lijian_config::switch::Loaded;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Bytes of a file's name that the log keeps.
const SOURCE_CHARACTERS_MAX: usize = 100;

/// Takes the rows of a CSV file in: all of them, or none
///
/// UTF-8 with or without byte order mark, or GB 18030. Each wrong row is told with its line and column. A later row of a key
/// takes the place of an earlier one. The file is kept as it was taken in, and the change log says who did it, and when.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian catalogue import new.csv --config switch.toml --by \"Li Na\"")]
pub(super) struct ImportArguments {
    /// The file
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Takes the right rows in where others are wrong, and lists those
    #[arg(long)]
    partial: bool,
    /// Who imports; else the user of this process
    #[arg(long, value_name = "NAME", value_parser = person)]
    by: Option<String>,
}

/// Judges a CSV file as an import would, and changes nothing
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian catalogue check new.csv --config switch.toml")]
pub(super) struct CheckArguments {
    /// The file
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

pub(super) fn check(register: Register, arguments: &CheckArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    match judged(register, &arguments.file, &loaded, false) {
        Ok(Candidate { rows, sha256, .. }) => {
            print(&format!("{}: {rows} rows are right, SHA-256 {sha256}\n", arguments.file.display()));
            ExitCode::SUCCESS
        }
        Err(code) => code,
    }
}

pub(super) fn import(register: Register, arguments: &ImportArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let candidate = match judged(register, &arguments.file, &loaded, arguments.partial) {
        Ok(candidate) => candidate,
        Err(code) => return code,
    };
    match commit(register, &candidate, &loaded, arguments) {
        Ok(number) => {
            let Candidate { rows, refused, sha256, .. } = candidate;
            print(&format!("{rows} rows taken in, {refused} left out: change {number}, SHA-256 {sha256}\n{TAKE_OVER}"));
            ExitCode::SUCCESS
        }
        Err(error) => library_failed(register, &error),
    }
}

fn commit(
    register: Register,
    candidate: &Candidate,
    loaded: &Loaded,
    arguments: &ImportArguments,
) -> Result<u64, LibraryError> {
    let writer = Writer::open(&loaded.config.store.path)?;
    writer.unchanged_since(&loaded.library)?;
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    let source: String = name.chars().filter(|letter| !letter.is_control()).take(SOURCE_CHARACTERS_MAX).collect();
    let author = author(loaded, arguments.by.as_deref());
    writer.import(register, candidate, &source, author).map(|change| change.number)
}

fn judged(register: Register, file: &Path, loaded: &Loaded, partial: bool) -> Result<Candidate, ExitCode> {
    let candidate = candidate(register, file, &in_force(loaded)).map_err(|errors| {
        tell_errors(&errors);
        ExitCode::from(1)
    })?;
    let Candidate { rows, refused, errors, .. } = &candidate;
    if !errors.is_empty() {
        tell_errors(errors);
        tell(&format!("{rows} rows are right, {refused} wrong\n"));
        if !partial {
            tell("nothing was taken in; with --partial, the right rows are\n");
        }
    }
    let taken = errors.is_empty() || partial;
    if taken && *rows == 0 {
        tell("the file has no row that could be taken in\n");
        return Err(ExitCode::from(1));
    }
    if taken { Ok(candidate) } else { Err(ExitCode::from(1)) }
}
