//! `lijian-load oracle`, and what `lijian-load run --oracle` does at the end.

use super::profile::Profile;
use super::{FAILED, Failure, INTERNAL, LATER, USAGE, print};
use clap::Args;
use lijian_load::admin::page;
use lijian_load::oracle::{Acked, Budgets, Ledger, Rates, ReadError, judge};
use std::fs::File;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const AFTER_HELP: &str = "\
Every grant that a till was told of must be in the ledger with the same amounts and the same RRN, and the other way round; what a
till took back must be taken back, and nothing else; repeats must be told what the sale was told; each grant must add up; with --admin the budgets must hold what the grants come to (give it when no sale is under way); with a profile
whose goods name rate_basis_points (and cap_fen) each item's discount is worked out again. The ledger must hold the sales of the
load alone, and all of them: a data directory of its own.

Exit code 1 where anything differs; what differs is named by grant and RRN.

Example:
  lijian-load oracle --acked approved.csv --config switch.toml --data /var/lib/lijian --admin 127.0.0.1:8080";

#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct OracleArguments {
    /// What the tills were told: the lines of run --acked.
    #[arg(long, value_name = "FILE")]
    acked: PathBuf,
    /// What was sold, with the rates to be expected.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    #[command(flatten)]
    switch: SwitchArguments,
}

/// Where the switch's side of it stands.
#[derive(Args)]
pub(super) struct SwitchArguments {
    /// The journal as `lijian ledger export` printed it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "data"])]
    ledger: Option<PathBuf>,
    /// The switch's configuration: the journal is exported by the `lijian` beside this program.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The switch's data directory, in place of the configuration's.
    #[arg(long, value_name = "DIR", requires = "config")]
    data: Option<PathBuf>,
    /// The admin address of the running switch, for its budgets and its histograms.
    #[arg(long, value_name = "ADDR")]
    pub(super) admin: Option<SocketAddr>,
}

pub(super) fn run(arguments: &OracleArguments) -> Result<(), Failure> {
    let profile = arguments.profile.as_deref().map(Profile::read).transpose();
    let profile = profile.map_err(|text| Failure { code: USAGE, text })?;
    check(&arguments.acked, &profile.map(|profile| profile.rates()).unwrap_or_default(), &arguments.switch)
}

/// Holds the lines of a file against the switch.
pub(super) fn check(acked: &Path, rates: &Rates, switch: &SwitchArguments) -> Result<(), Failure> {
    let told = Acked::read(open(acked)?).map_err(|error| unreadable(acked, &error))?;
    let ledger = ledger(switch)?;
    let budgets = switch.admin.map(budgets).transpose()?;
    let verdict = judge(&told, &ledger, rates, budgets.as_ref());
    print::verdict(&verdict);
    match verdict.differences.len() {
        0 => Ok(()),
        differences => Err(Failure { code: FAILED, text: format!("{differences} differences of money") }),
    }
}

impl SwitchArguments {
    /// Whether a ledger is named at all.
    pub(super) fn names_a_ledger(&self) -> bool {
        self.ledger.is_some() || self.config.is_some()
    }
}

fn ledger(switch: &SwitchArguments) -> Result<Ledger, Failure> {
    if let Some(path) = &switch.ledger {
        return Ledger::read(open(path)?).map_err(|error| unreadable(path, &error));
    }
    let Some(config) = &switch.config else {
        let text = "expected --ledger FILE, or --config FILE with --data DIR".to_owned();
        return Err(Failure { code: USAGE, text });
    };
    let internal = |text| Failure { code: INTERNAL, text };
    let program = std::env::current_exe().map_err(|error| internal(error.to_string()))?.with_file_name("lijian");
    let mut command = Command::new(&program);
    command.args(["ledger", "export", "--config"]).arg(config);
    if let Some(data) = &switch.data {
        command.arg("--data").arg(data);
    }
    let export = |error| Failure { code: USAGE, text: format!("{}: {error}", program.display()) };
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(export)?;
    let output = child.stdout.take().ok_or_else(|| internal("the export has no output".to_owned()))?;
    let read = Ledger::read(BufReader::new(output));
    let status = child.wait().map_err(export)?;
    // Its own words stand on standard error already.
    if !status.success() {
        return Err(Failure { code: USAGE, text: format!("{} ledger export: {status}", program.display()) });
    }
    read.map_err(|error| unreadable(Path::new("ledger export"), &error))
}

fn budgets(admin: SocketAddr) -> Result<Budgets, Failure> {
    let later = |text| Failure { code: LATER, text };
    let page = page(admin, "/api/v1/budgets").map_err(|error| later(error.to_string()))?;
    Budgets::read(page.as_bytes()).map_err(|why| later(format!("http://{admin}/api/v1/budgets: {why}")))
}

fn open(path: &Path) -> Result<BufReader<File>, Failure> {
    let failed = |error| Failure { code: USAGE, text: format!("{}: {error}", path.display()) };
    File::open(path).map(BufReader::new).map_err(failed)
}

fn unreadable(path: &Path, error: &ReadError) -> Failure {
    Failure { code: USAGE, text: format!("{}: {error}", path.display()) }
}
