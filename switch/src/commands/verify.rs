//! `lijian verify`: whether a settlement directory is what it says it is.

use crate::settlement::{PublicKey, Signed, verify};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Checks a settlement directory on its own: files, lines, sums, signature.
///
/// Needs neither journal nor configuration. Every difference is named on a line of its own. Without a key the one in the
/// manifest is used: then somebody who has another key can have made another set.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian verify settlement/2024-10-01 --public-key institution.pub")]
pub struct VerifyArguments {
    /// The settlement directory
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// The public key that the set must be signed with: a file with 64 hexadecimal digits
    #[arg(long, value_name = "FILE")]
    pub public_key: Option<PathBuf>,
}

/// Runs the command. Exit code 0 for a set that is right, 1 for one that is not, 64 for a directory that cannot be read.
pub fn run(arguments: &VerifyArguments) -> ExitCode {
    let directory = arguments.directory.display();
    let known = match arguments.public_key.as_deref().map(public_key).transpose() {
        Ok(known) => known,
        Err(reason) => {
            let _ = writeln!(io::stderr(), "lijian verify: {reason}");
            return ExitCode::from(64);
        }
    };
    let verdict = match verify(&arguments.directory, known.as_ref()) {
        Ok(verdict) => verdict,
        Err(error) => {
            let _ = writeln!(io::stderr(), "lijian verify: {directory} cannot be read: {error}");
            return ExitCode::from(64);
        }
    };
    let findings = &verdict.findings;
    if let (Some(manifest), true) = (&verdict.manifest, findings.is_empty()) {
        let totals = &manifest.totals;
        let _ = writeln!(
            io::stdout(),
            "{directory}: {} is right: granted {} - returned {} = net {} minor units; {}",
            manifest.business_date,
            totals.granted,
            totals.returned,
            totals.net,
            match verdict.signed {
                Signed::ByKnownKey => "signed with the key given".to_owned(),
                Signed::ByUnpinnedKey => format!("signed with an unpinned key, {}", manifest.public_key),
                Signed::Not => "no signature to check".to_owned(),
            },
        );
        return ExitCode::SUCCESS;
    }
    let mut error = io::stderr().lock();
    for line in findings.lines() {
        let _ = writeln!(error, "{line}");
    }
    let left = findings.count() - findings.lines().len();
    if left > 0 {
        let _ = writeln!(error, "and {left} more");
    }
    let _ = writeln!(error, "lijian verify: {directory} is not right; differences: {}", findings.count());
    ExitCode::from(1)
}

fn public_key(path: &Path) -> Result<PublicKey, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    PublicKey::parse(&text)
        .ok_or_else(|| format!("{shown} holds no Ed25519 public key: expected 64 hexadecimal digits"))
}
