//! `lijian ledger doubt`: holds whose outcome nobody knows, reversals and returns that wait for an issuer, from the journal
//! alone.

use super::history::{History, HistoryError};
use super::{failed, print};
use crate::clock::rfc3339;
use crate::commands::configuration::ConfigurationArguments;
use lijian_config::switch::Loaded;
use lijian_domain::ids::Lsn;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{DoubtCause, Origin, QueueOrder, ReturnWay};
use lijian_domain::time::{BusinessDate, UnixMicros};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::ExitCode;

/// Prints every hold without an outcome and every reversal and return that is not confirmed, with age, link and reason.
///
/// Ages are those at the journal's last record. Amounts are what the caps hold, or would get back.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian ledger doubt --config switch.toml --json")]
pub(super) struct DoubtArguments {
    /// Which configuration
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// One JSON object; amounts in minor units
    #[arg(long)]
    json: bool,
}

/// One of them.
struct Waiting {
    lsn: Lsn,
    intent: Lsn,
    reason: &'static str,
    link: String,
    since: UnixMicros,
    date: BusinessDate,
    discount: MinorUnits,
    order: Option<&'static str>,
}

/// Runs the command. Exit code 0, 1 for a journal that does not pass, 64 where there is none.
pub(super) fn run(arguments: &DoubtArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    match waiting(&loaded) {
        Ok((all, latest)) => {
            print(&if arguments.json { object(&all, latest) } else { table(&all, latest) });
            ExitCode::SUCCESS
        }
        Err(error) => failed("ledger doubt", &error, error.exit_code()),
    }
}

fn waiting(loaded: &Loaded) -> Result<(Vec<Waiting>, UnixMicros), HistoryError> {
    let mut history = History::open(&loaded.config.store.path)?;
    let recovered = history.fold()?.recovered;
    let mut reader = history.another_reader()?;
    let ordered = |lsn: Lsn| {
        recovered.orders.get(&lsn).map(|ordered| match ordered.order {
            QueueOrder::Send => "send",
            QueueOrder::Confirmed => "confirmed",
            QueueOrder::Drop => "drop",
        })
    };
    let link = |origin: &Origin| origin.link.to_string();
    let mut all = Vec::new();
    for (lsn, open) in &recovered.open {
        let reason = match open.doubt {
            Some(DoubtCause::TimeOut) => "time-out",
            Some(DoubtCause::LinkLost) => "link-lost",
            Some(DoubtCause::OtherAmount) => "other-amount",
            Some(DoubtCause::Restart) => "restart",
            // Under way, or the daemon stopped.
            None => "no-outcome",
        };
        let (since, date, discount) = (open.at, open.business_date, open.intent.award.discount);
        let (link, order) = (link(&open.intent.origin), ordered(*lsn));
        all.push(Waiting { lsn: *lsn, intent: *lsn, reason, link, since, date, discount, order });
    }
    for (lsn, asked) in &recovered.reversals {
        let Some(entry) = reader.record(*lsn)? else { continue };
        let original = reader.record(asked.intent)?.map(|entry| entry.record);
        let discount = match original {
            Some(lijian_domain::record::Record::Intent(intent)) => intent.award.discount,
            _ => MinorUnits::ZERO,
        };
        let (since, date, link, order) = (entry.at, entry.business_date, link(&asked.origin), ordered(*lsn));
        all.push(Waiting {
            lsn: *lsn,
            intent: asked.intent,
            reason: "reversal-asked",
            link,
            since,
            date,
            discount,
            order,
        });
    }
    for (lsn, open) in recovered.returns.iter().filter(|(_, open)| !open.confirmed) {
        let reason = match open.asked.way {
            ReturnWay::Void => "void-in-doubt",
            ReturnWay::Refund => "refund-asked",
            ReturnWay::VoidReversal => "void-reversal-asked",
        };
        let (since, date, discount) = (open.at, open.business_date, open.asked.discount);
        let (intent, link, order) = (open.asked.intent, link(&open.asked.origin), ordered(*lsn));
        all.push(Waiting { lsn: *lsn, intent, reason, link, since, date, discount, order });
    }
    all.sort_by_key(|waiting| waiting.lsn);
    Ok((all, recovered.latest))
}

fn age_seconds(waiting: &Waiting, latest: UnixMicros) -> i64 {
    latest.0.saturating_sub(waiting.since.0).max(0) / 1_000_000
}

fn object(all: &[Waiting], latest: UnixMicros) -> String {
    let row = |waiting: &Waiting| -> Value {
        json!({
            "lsn": waiting.lsn.0,
            "intent": waiting.intent.0,
            "reason": waiting.reason,
            "link": waiting.link,
            "since": rfc3339(waiting.since),
            "age_seconds": age_seconds(waiting, latest),
            "business_date": waiting.date.to_string(),
            "discount": waiting.discount.get(),
            "order": waiting.order,
        })
    };
    format!("{}\n", json!({ "waiting": all.iter().map(row).collect::<Vec<_>>() }))
}

fn table(all: &[Waiting], latest: UnixMicros) -> String {
    let mut text = format!(
        "{:>12} {:>12} {:19} {:24} {:>10} {:>10} {:>14} order\n",
        "lsn", "intent", "reason", "link", "date", "age s", "discount"
    );
    for waiting in all {
        let Waiting { lsn, intent, reason, link, date, discount, order, .. } = waiting;
        let (age, order) = (age_seconds(waiting, latest), order.unwrap_or("-"));
        let discount = format!("{}.{:02}", discount.get() / 100, discount.get() % 100);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:>12} {:>12} {reason:19} {link:24} {:>10} {age:>10} {discount:>14} {order}",
            lsn.0,
            intent.0,
            date.to_string(),
        );
    }
    let _ = writeln!(text, "{} in all; ages at the journal's last record, amounts in yuan", all.len());
    text
}
