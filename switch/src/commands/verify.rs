//! `lijian verify`: whether a settlement directory is what it says it is.

use crate::settlement::verify;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// Checks a settlement directory on its own: files, lines, sums.
///
/// Needs neither journal nor configuration. Every difference is named on a line of its own. Sets carry no signature yet: a
/// set whose files and manifest were changed alike is not found out.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian verify settlement/2024-10-01")]
pub struct VerifyArguments {
    /// The settlement directory
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

/// Runs the command. Exit code 0 for a set that is right, 1 for one that is not, 64 for a directory that cannot be read.
pub fn run(arguments: &VerifyArguments) -> ExitCode {
    let directory = arguments.directory.display();
    let verdict = match verify(&arguments.directory) {
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
            "{directory}: {} is right: granted {} - returned {} = net {} minor units; no signature to check",
            manifest.business_date,
            totals.granted,
            totals.returned,
            totals.net,
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
