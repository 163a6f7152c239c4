//! A programme from its first moment to its last: the daemon is started at each moment that the table names, on the data
//! of the moment before.

use super::desk::{self, Codes};
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
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Starts for one moment: the last second before midnight can be over before its sale is decided.
const STARTS_MAX: usize = 30;

/// Claims and sells everything; what was wrong, for people.
pub(super) fn run(programme: &Programme, folder: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (address, observations) = issuer(|_| {});
    let mut data = folder.join("0");
    fs::create_dir(&data).unwrap();
    let persons = desk::settings(programme, folder);
    let (mut codes, mut all_wrong, mut sold, mut granted) = (Codes::new(), Vec::new(), 0, 0);
    let moments: BTreeSet<DateTime> = moments(programme).collect();
    for (place, at) in moments.iter().enumerate() {
        let sales: Vec<&Sale> = programme.sales.iter().filter(|sale| second(sale.at) == *at).collect();
        let set: Vec<String> = settings(programme, *at).into_iter().chain(persons.iter().cloned()).collect();
        let set: Vec<&str> = set.iter().map(String::as_str).collect();
        let numbered = || (sold + 1..).zip(sales.iter().copied());
        let mut starts = 0..STARTS_MAX;
        let (copy, wrong, given) = loop {
            let start = starts.next().unwrap_or_else(|| unreachable!("{} at {at}: never in time", programme.name));
            let copy = folder.join(format!("{}-{start}", place + 1));
            copy_folder(&data, &copy);
            let daemon = Daemon::start(&copy, address, &set);
            if desk::issue(programme, &daemon, *at, &mut codes).is_ok() {
                let (wrong, given) = runtime.block_on(sell_all(programme, &daemon, numbered(), &codes, &observations));
                let last = sales.last().map(|_| rrn(sold + sales.len()));
                if last.is_none_or(|last| in_its_minute(&daemon, &last, *at)) {
                    check_budget(programme, &daemon, granted + given);
                    if Some(at) == moments.last() {
                        desk::check_count(programme, &daemon);
                    }
                    daemon.kill();
                    break (copy, wrong, given);
                }
            }
            daemon.kill();
        };
        (data, granted, sold) = (copy, granted + given, sold + sales.len());
        all_wrong.extend(wrong);
    }
    check_day(programme, &data, folder);
    all_wrong
}

/// When something is claimed or sold: the daemon is started once for each.
fn moments(programme: &Programme) -> impl Iterator<Item = DateTime> {
    programme.claims.iter().map(|claim| claim.at).chain(programme.sales.iter().map(|sale| second(sale.at)))
}

/// The clock stands at whole seconds: a moment in a second is that second.
fn second(at: DateTime) -> DateTime {
    at.with().subsec_nanosecond(0).build().unwrap()
}

fn settings(programme: &Programme, at: DateTime) -> Vec<String> {
    let files =
        |paths: &[PathBuf]| format!("{:?}", paths.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>());
    let file = |path: &PathBuf| files(std::slice::from_ref(path));
    vec![
        format!("clock.now={}+08:00", at.strftime("%Y-%m-%dT%H:%M:%S")),
        format!("campaigns.files={}", files(&programme.campaigns)),
        format!("catalogue.files={}", file(&programme.catalogue)),
        format!("merchants.files={}", file(&programme.merchants)),
    ]
}

/// One after the other: a person's earlier sale is granted before the next is asked for. What was wrong, and the sum given.
async fn sell_all(
    programme: &Programme,
    daemon: &Daemon,
    sales: impl Iterator<Item = (usize, &Sale)>,
    codes: &Codes,
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
        let sold = sell(sale, number, codes, till, issuer).await;
        all_wrong.extend(wrong(&programme.name, sale, &sold));
        sum += given(&sold);
    }
    (all_wrong, sum)
}

/// Whether the last sale of a moment was decided in the minute of that moment, by its record: time ticks on meanwhile.
fn in_its_minute(daemon: &Daemon, rrn: &str, at: DateTime) -> bool {
    daemon.until(|daemon| daemon.metric("lijian_index_applied_lsn") == daemon.metric("lijian_journal_durable_lsn"));
    let found = daemon.json(&format!("/api/v1/transactions/{rrn}"));
    in_minute(found["transactions"][0]["records"][0]["at"].as_str().unwrap().parse().unwrap(), at)
}

/// Whether this is in the minute of a moment, and not before it.
pub(super) fn in_minute(decided: Timestamp, at: DateTime) -> bool {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let minute = at.with().second(0).subsec_nanosecond(0).build().unwrap();
    let from = second(at).to_zoned(zone.clone()).unwrap().timestamp();
    let until = minute.checked_add(1.minute()).unwrap().to_zoned(zone).unwrap().timestamp();
    assert!(from <= decided, "decided at {decided}, after {from}");
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
