//! `lijian forecast`: when budgets will be used up, from the journal alone.

use super::configuration::ConfigurationArguments;
use super::ledger::history::{History, HistoryError, Progress};
use super::ledger::{failed, print};
use crate::ops::forecast::{CapForecast, Outlook, Past, first_since, forecast, object};
use crate::ops::language::{Language, both};
use lijian_config::switch::Loaded;
use lijian_domain::ids::Lsn;
use lijian_domain::money::MinorUnits;
use lijian_domain::time::{Calendar, UnixMicros};
use std::fmt::Write as _;
use std::process::ExitCode;

/// Tells when each budget will be used up if it burns on as in the last day, as of the journal's last record.
///
/// Only the hours in which a campaign is open count. Limits are those of the configuration. Reads the journal only, also
/// beside the daemon.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian forecast --config switch.toml --json")]
pub struct ForecastArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Minor units, in the shape of the API's forecast
    #[arg(long)]
    json: bool,
    /// In which language
    #[arg(long, value_enum, default_value = "en")]
    language: Language,
}

/// Runs the command. Exit code 0, 1 for a journal that does not pass, 64 where there is none.
pub fn run(arguments: &ForecastArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    match of_journal(&loaded) {
        Ok((now, caps)) if arguments.json => print(&format!("{:#}\n", object(now, &caps))),
        Ok((now, caps)) => print(&table(now, &caps, &loaded.config.clock.calendar, arguments.language)),
        Err(error) => return failed("forecast", &error, error.exit_code()),
    }
    ExitCode::SUCCESS
}

fn of_journal(loaded: &Loaded) -> Result<(UnixMicros, Vec<CapForecast>), HistoryError> {
    let mut history = History::open(&loaded.config.store.path)?;
    let folded = history.fold()?;
    let (now, last) = (folded.recovered.latest, folded.recovered.last);
    let mut reader = history.another_reader()?;
    let first = reader.record(Lsn(1))?.map_or(now, |entry| entry.at);
    let from = first_since(&mut reader, last, now)?;
    let mut past = Past::new(history.another_reader()?);
    let mut progress = Progress::new("looked back at");
    for entry in reader.entries(from) {
        let entry = entry?;
        if entry.lsn > last {
            break;
        }
        progress.reached(entry.lsn);
        past.take(&entry)?;
    }
    let burns = past.burns();
    let calendar = &loaded.config.clock.calendar;
    let moment = calendar.moment(now);
    let caps = forecast(&loaded.rules, calendar, &moment, first, Some(&burns), |key| folded.quota.balance(key));
    Ok((now, caps))
}

fn table(now: UnixMicros, caps: &[CapForecast], calendar: &Calendar, language: Language) -> String {
    let local = |at| calendar.moment(at).local.strftime("%Y-%m-%d %H:%M").to_string();
    let width = caps.iter().map(|cap| cap.id.len()).max().unwrap_or(0);
    let head = both(
        "limit, left, taken in the last hour, the last day, since the start (yuan); when it will be used up",
        "上限、剩余、近一小时、近一日、开始以来的消耗（元）；预计用完时间",
    );
    let mut text = format!("{}: {}\n", local(now), head.of(language));
    for cap in caps {
        let yuan = |amount: u64| MinorUnits::new(amount).to_string();
        let burned = cap.burned.map(|burned| burned.map_or_else(|| "-".to_owned(), |burned| yuan(burned.amount)));
        let outlook = match cap.outlook {
            Outlook::Exhausted => both("used up", "已用完").of(language).to_owned(),
            Outlook::Expected(at) => local(at),
            Outlook::NotBeforeEnd => {
                format!("{} {}", both("not before its end at", "结束前不会用完，结束于").of(language), local(cap.ends))
            }
            Outlook::NothingBurned => both("nothing was taken yet", "尚无消耗").of(language).to_owned(),
            Outlook::NotBegun => both("not begun", "尚未开始").of(language).to_owned(),
            Outlook::Over => both("over", "已结束").of(language).to_owned(),
        };
        let [hour, day, start] = burned;
        let (limit, left) = (yuan(cap.limit), yuan(cap.remaining()));
        // Writing to a string does not fail.
        let _ =
            writeln!(text, "  {:width$} {limit:>16} {left:>16} {hour:>14} {day:>14} {start:>16}  {outlook}", cap.id);
    }
    text
}
