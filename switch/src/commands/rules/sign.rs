//! `lijian rules sign` and `verify`: vouching for the rules that the configuration names now.

use super::{load_unsigned, refused};
use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::print;
use lijian_config::signatures::SecretKey;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Signs the rules that the configuration names now: a line in the file `rules.signatures`.
#[derive(clap::Args, Debug)]
pub(super) struct SignArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// The secret key that lijian rules keygen made
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Whose key it is, as [[rules.signers]] names them
    #[arg(long, value_name = "NAME")]
    name: String,
}

/// Tells who vouches for the rules that the configuration names now. Exit code 1 if too few do.
#[derive(clap::Args, Debug)]
pub(super) struct VerifyArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

pub(super) fn run(arguments: &SignArguments) -> ExitCode {
    let loaded = match load_unsigned(&arguments.configuration) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let wrong = |text: String| refused("sign", text, 64);
    let signing = &loaded.config.signing;
    let Some(signer) = signing.signers.iter().find(|signer| signer.name == arguments.name) else {
        return wrong(format!("--name: expected one of [[rules.signers]], found {:?}", arguments.name));
    };
    let Some(file) = &signing.signatures else {
        return wrong("rules.signatures: expected the file that signatures go to, found nothing".to_owned());
    };
    let key = fs::read_to_string(&arguments.key).map(|text| SecretKey::parse(text.trim()));
    let key = match key {
        Ok(Some(key)) => key,
        Ok(None) => return wrong(format!("{}: expected a key of 64 hexadecimal digits", arguments.key.display())),
        Err(error) => return wrong(format!("{}: {error}", arguments.key.display())),
    };
    if !signer.public_key.belongs_to(&key) {
        return wrong(format!(
            "{} is not the key of {}: its public key is another",
            arguments.key.display(),
            signer.name
        ));
    }
    if let Err(error) = append(file, &key.line(&signer.name, loaded.rules_digest)) {
        return wrong(format!("{}: {error}", file.display()));
    }
    print(&format!("version {} signed by {}\n", loaded.rules.version, signer.name));
    ExitCode::SUCCESS
}

pub(super) fn verify(arguments: &VerifyArguments) -> ExitCode {
    let loaded = match load_unsigned(&arguments.configuration) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let signing = &loaded.config.signing;
    let names = match signing.vouching(loaded.rules_digest) {
        Ok(names) if names.is_empty() => "nobody".to_owned(),
        Ok(names) => names.join(", "),
        Err(error) => return refused("verify", format_args!("rules.signatures: {error}"), 64),
    };
    print(&format!("version {}\ndigest  {}\nsigned by {names}\n", loaded.rules.version, loaded.rules_digest));
    match signing.lacks(loaded.rules_digest) {
        None => ExitCode::SUCCESS,
        Some((found, expected)) => refused("verify", format_args!("found {found}, expected {expected}"), 1),
    }
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}
