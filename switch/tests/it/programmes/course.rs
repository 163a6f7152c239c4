//! A programme from its first moment to its last: the daemon is started at each moment that the table names, on the data
//! of the moment before.

use super::sale::{Programme, Sale};
use super::till::{given, rrn, sell, wrong};
use crate::daemon::host::issuer;
use crate::daemon::process::{Daemon, EXAMPLE};
use crate::settlement::commands::{ended, lijian};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use lijian_load::issuer::Observations;
use lijian_load::till::Till;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Starts for one moment: the last second before midnight can be over before its sale is decided.
const STARTS_MAX: usize = 30;

/// Sells everything; what was wrong, for people.
pub(super) fn run(programme: &Programme, folder: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (address, observations) = issuer(|_| {});
    let mut data = folder.join("0");
    fs::create_dir(&data).unwrap();
    let (mut all_wrong, mut sold, mut granted) = (Vec::new(), 0, 0);
    for (place, sales) in programme.sales.chunk_by(|one, next| second(one.at) == second(next.at)).enumerate() {
        let set = settings(programme, second(sales[0].at));
        let set: Vec<&str> = set.iter().map(String::as_str).collect();
        let numbered = || (sold + 1..).zip(sales);
        let mut starts = 0..STARTS_MAX;
        let (copy, wrong, given) = loop {
            let start = starts.next().unwrap_or_else(|| unreachable!("{} never in time", sales[0].name));
            let copy = folder.join(format!("{}-{start}", place + 1));
            copy_folder(&data, &copy);
            let daemon = Daemon::start(&copy, address, &set);
            let (wrong, given) = runtime.block_on(sell_all(programme, &daemon, numbered(), &observations));
            let last = rrn(sold + sales.len());
            if in_its_minute(&daemon, &last, sales[0].at) {
                check_budget(programme, &daemon, granted + given);
                daemon.kill();
                break (copy, wrong, given);
            }
            daemon.kill();
        };
        (data, granted, sold) = (copy, granted + given, sold + sales.len());
        all_wrong.extend(wrong);
    }
    check_day(programme, &data, folder);
    all_wrong
}

/// The clock stands at whole seconds: a moment in a second is that second.
fn second(at: DateTime) -> DateTime {
    at.with().subsec_nanosecond(0).build().unwrap()
}

fn settings(programme: &Programme, at: DateTime) -> Vec<String> {
    let file = |path: &PathBuf| format!("[{:?}]", path.to_str().unwrap());
    vec![
        format!("clock.now={}+08:00", at.strftime("%Y-%m-%dT%H:%M:%S")),
        format!("campaigns.files={}", file(&programme.campaign)),
        format!("catalogue.files={}", file(&programme.catalogue)),
        format!("merchants.files={}", file(&programme.merchants)),
    ]
}

/// One after the other: a person's earlier sale is granted before the next is asked for. What was wrong, and the sum given.
async fn sell_all(
    programme: &Programme,
    daemon: &Daemon,
    sales: impl Iterator<Item = (usize, &Sale)>,
    issuer: &Observations,
) -> (Vec<String>, u64) {
    daemon.until_issuer();
    let mut tills = BTreeMap::new();
    for (link, dialect) in [("ascii", "iso87-ascii"), ("pos", "unionpay-pos")] {
        tills.insert(link, Till::connect(daemon.acquirer(link), dialect).await.unwrap());
    }
    let (mut all_wrong, mut sum) = (Vec::new(), 0);
    for (number, sale) in sales {
        let till = tills.get_mut(sale.link.as_str()).unwrap();
        let sold = sell(sale, number, till, issuer).await;
        all_wrong.extend(wrong(&programme.name, sale, &sold));
        sum += given(&sold);
    }
    (all_wrong, sum)
}

/// Whether the last sale of a moment was decided in the minute of that moment, by its record: time ticks on meanwhile.
fn in_its_minute(daemon: &Daemon, rrn: &str, at: DateTime) -> bool {
    daemon.until(|daemon| daemon.metric("lijian_index_applied_lsn") == daemon.metric("lijian_journal_durable_lsn"));
    let found = daemon.json(&format!("/api/v1/transactions/{rrn}"));
    let decided: Timestamp = found["transactions"][0]["records"][0]["at"].as_str().unwrap().parse().unwrap();
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let minute = at.with().second(0).subsec_nanosecond(0).build().unwrap();
    let from = second(at).to_zoned(zone.clone()).unwrap().timestamp();
    let until = minute.checked_add(1.minute()).unwrap().to_zoned(zone).unwrap().timestamp();
    assert!(from <= decided, "{rrn} decided at {decided}");
    decided < until
}

/// All that the tills were told is used, over all starts, and nothing is held.
fn check_budget(programme: &Programme, daemon: &Daemon, granted: u64) {
    let (held, used, _) = daemon.budget(&format!("campaign:{}", programme.name));
    assert_eq!((held, used), (0, granted), "{}", programme.name);
}

/// The day with most sales settles, and its files prove themselves.
fn check_day(programme: &Programme, data: &Path, folder: &Path) {
    let mut days: BTreeMap<String, usize> = BTreeMap::new();
    for sale in &programme.sales {
        *days.entry(sale.at.date().to_string()).or_default() += 1;
    }
    let (date, _) = days.iter().max_by_key(|(_, count)| **count).unwrap();
    let out = folder.join("settlement");
    let mut settle = lijian("settle");
    settle.args(["--config", EXAMPLE, "--date", date, "--data"]).arg(data).arg("--out").arg(&out);
    let mut verify = lijian("verify");
    verify.arg(&out);
    for command in [settle, verify] {
        let (code, output, errors) = ended(command);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{}: {output}", programme.name);
    }
}

/// With its modes: keys are for their owner alone.
fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &to);
        } else {
            fs::copy(path, to).unwrap();
        }
    }
}
