//! `lijian rules lottery`: the seeds of a campaign's draws.

use super::keygen::write_secret;
use super::refused;
use crate::commands::ledger::print;
use crate::entropy;
use lijian_domain::claims::lottery::{DRAWS_MAX, chain};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Makes the seeds of a lottery's draws, and prints what the campaign publishes of them before anybody enters.
#[derive(clap::Args, Debug)]
pub(super) struct LotteryArguments {
    /// How many draws
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    draws: u16,
    /// Where the seeds go, one a line, that of the first draw first; a file that is there is never written over
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(arguments: &LotteryArguments) -> ExitCode {
    let mut last = [0; 32];
    let draws = usize::from(arguments.draws).min(DRAWS_MAX);
    let made = entropy::fill(&mut last).and_then(|()| {
        let (seeds, published) = chain(last, draws);
        let lines: String = seeds.iter().map(|seed| hex(seed) + "\n").collect();
        write_secret(&arguments.out, &lines).map(|()| published)
    });
    match made {
        Ok(published) => {
            print(&format!("seed_sha256 = \"{}\"\n", hex(&published)));
            ExitCode::SUCCESS
        }
        Err(error) => refused("lottery", format_args!("{}: {error}", arguments.out.display()), 64),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}
