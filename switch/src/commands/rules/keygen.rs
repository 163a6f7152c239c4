//! `lijian rules keygen`: a key of one's own.

use super::refused;
use crate::commands::ledger::print;
use crate::entropy;
use lijian_config::signatures::SecretKey;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What group and others may do with a key: nothing.
const KEY_MODE: u32 = 0o600;

/// Makes a key to sign rules with, and prints its public key for `[[rules.signers]]`.
#[derive(clap::Args, Debug)]
pub(super) struct KeygenArguments {
    /// Where the secret key goes; a file that is there is never written over
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(arguments: &KeygenArguments) -> ExitCode {
    let mut seed = [0; 32];
    let made = entropy::fill(&mut seed).and_then(|()| {
        let digits = seed.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap_or_default();
            text
        });
        write_secret(&arguments.out, &format!("{digits}\n"))
    });
    match made {
        Ok(()) => {
            print(&format!("public_key = \"{}\"\n", SecretKey::new(&seed).public_key()));
            ExitCode::SUCCESS
        }
        Err(error) => refused("keygen", format_args!("{}: {error}", arguments.out.display()), 64),
    }
}

/// Writes a secret to a new file, synced, that only its owner may read.
pub(super) fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(KEY_MODE).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
