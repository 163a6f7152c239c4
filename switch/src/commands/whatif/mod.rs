//! `lijian whatif`: what other rules would have done to the requests on record, before they are published.
//!
//! One pass over the journal, beside a running daemon or without one, moves two worlds side by side: the recorded one, and
//! one in which the given campaign was in force from the first day asked for on. There each request is decided anew, by the
//! same pure function as in the exchange, and takes caps of a quota of its own; issuers say what they said, and what came
//! back comes back at its recorded time. What was held and used before the first day is taken from the journal.
//!
//! # Invariants
//! - With the rules of the time nothing changes.
//! - Memory grows with what is open, with the returns, with the caps, a bit for each record and a key for each person whom
//!   it concerns: a sale that comes back is read and decided again.
//! - Nothing that stands for a card or a person is told.
//!
//! May call the configuration, the store, the ledger's reading of it, and `crate::ops` for words.

mod changes;
mod exhaustion;
mod json;
mod money;
mod replay;
mod report;
pub(in crate::commands) mod request;
mod returns;
mod text;
mod world;

use crate::commands::configuration::ConfigurationArguments;
use crate::commands::ledger::history::{History, HistoryError, Progress};
use crate::commands::ledger::{failed, print, tell};
use crate::ops::language::Language;
use lijian_config::campaign;
use lijian_config::switch::{self, Loaded};
use lijian_domain::campaign::Campaign;
use lijian_domain::ids::Lsn;
use lijian_domain::rules::Rules;
use lijian_domain::time::BusinessDate;
use lijian_store::claims::{ClaimError, Claims};
use lijian_store::journal::JournalError;
use lijian_store::quota::{Inconsistent, Quota};
use replay::{Replay, Span};
use report::Report;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use world::World;

/// Decides the requests on record again, as if another campaign file had been in force: money, ends of budgets, whose
/// outcome changes and why.
///
/// The file takes the place of the configured campaign of its id, or is added; goods, shops and all other campaigns are
/// those of the configuration. Reads the journal only, also beside the daemon. No card or person is named.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  lijian whatif --campaign new.toml --config switch.toml --from 2024-10-01 --to 2024-10-07 --list 20"
)]
pub struct WhatIfArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// The campaign file to try
    #[arg(long, value_name = "FILE")]
    campaign: PathBuf,
    /// The first business date; the file counts from its beginning on
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = business_date)]
    from: BusinessDate,
    /// The last business date
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = business_date)]
    to: BusinessDate,
    /// How many of the requests that change are shown, the first ones
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(..=10_000))]
    list: u16,
    /// One JSON object, amounts in minor units
    #[arg(long)]
    json: bool,
    /// In which language
    #[arg(long, value_enum, default_value = "en")]
    language: Language,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
enum WhatIfError {
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("record {lsn}, which others are about, is not what they say: run lijian ledger verify")]
    NoRequest { lsn: Lsn },
    #[error("record {lsn} gives or takes what was not there: run lijian ledger verify")]
    Caps { lsn: Lsn, source: Box<Inconsistent> },
    #[error("record {lsn} tells of a claim what those before it do not allow: run lijian ledger verify")]
    Claims { lsn: Lsn, source: ClaimError },
}

impl From<JournalError> for WhatIfError {
    fn from(error: JournalError) -> Self {
        Self::History(error.into())
    }
}

/// Runs the command. Exit code 0, 1 for a journal that does not pass, 64 for a configuration, a campaign or days that cannot
/// be used.
pub fn run(arguments: &WhatIfArguments) -> ExitCode {
    let span = Span { from: arguments.from, to: arguments.to };
    if span.to < span.from {
        tell(&format!(
            "lijian whatif: --from {} lies behind --to {}: give the first day, then the last\n",
            span.from, span.to
        ));
        return ExitCode::from(64);
    }
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let campaign = match campaign::load(&arguments.campaign) {
        Ok(campaign) => campaign.value,
        Err(errors) => {
            tell(&switch::render(&errors, std::io::stderr().is_terminal()));
            return ExitCode::from(64);
        }
    };
    match replayed(&loaded, campaign, span, arguments.list.into()) {
        Ok(report) if arguments.json => print(&format!("{:#}\n", json::object(&report, arguments.language))),
        Ok(report) => print(&text::text(&report, arguments.language)),
        Err(WhatIfError::History(error)) => return failed("whatif", &error, error.exit_code()),
        Err(error) => return failed("whatif", &error, 1),
    }
    ExitCode::SUCCESS
}

fn replayed(loaded: &Loaded, campaign: Campaign, span: Span, listed_max: usize) -> Result<Report, WhatIfError> {
    let id = campaign.id;
    let (rules, replaces) = with(&loaded.rules, campaign);
    let mut history = History::open(&loaded.config.store.path)?;
    let mut replay = Replay {
        span,
        world: World { rules: &rules, quota: Quota::new(), claims: Claims::new() },
        calendar: &loaded.config.clock.calendar,
        version: loaded.rules.version,
        then: Default::default(),
        caps: Default::default(),
        money: Default::default(),
        changes: changes::Changes::listing(listed_max),
        counts: Default::default(),
        open: Default::default(),
        first: None,
        granted: Default::default(),
        returns: Default::default(),
        again: history.another_reader()?,
    };
    let read_to = history.head.lsn;
    let mut progress = Progress::new("decided again");
    for entry in history.entries() {
        let entry = entry?;
        progress.reached(entry.lsn);
        if !replay.take(&entry)? {
            break;
        }
    }
    drop(progress);
    replay.finish();
    Ok(Report::of(replay, id, replaces, read_to))
}

/// The configured rules with another campaign in the place of that of its id; whether there was one.
fn with(rules: &Rules, campaign: Campaign) -> (Rules, bool) {
    let mut rules = rules.clone();
    let place = rules.campaigns.iter_mut().find(|known| known.id == campaign.id);
    let replaces = place.is_some();
    match place {
        Some(place) => *place = campaign,
        None => rules.campaigns.push(campaign),
    }
    (rules, replaces)
}

fn business_date(text: &str) -> Result<BusinessDate, String> {
    let date = BusinessDate::parse(text).filter(|date| date.to_string() == text);
    date.ok_or_else(|| "expected a date such as 2024-10-01".to_owned())
}
