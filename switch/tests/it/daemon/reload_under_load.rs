//! Other rules again and again while many tills sell: no sale is lost, and each is decided, whole, by the rules that were in
//! force at its place in the journal.
//!
//! Each version has rates of its own, and every second one another grade for what is sold: a sale decided by the campaign of
//! one version and the goods of another would get a discount that is none of theirs. What is due is worked out here.

use super::host::{PATIENCE, issuer, refrigerator};
use super::process::{Daemon, EXAMPLE};
use super::reload::{CAMPAIGN, hang_up, records, version};
use lijian_load::till::{Sale, Till};
use serde_json::Value;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::{fs, thread};
use tokio::task::JoinSet;

const SWAPS: u64 = 50;
const TILLS: u32 = 16;
const IN_FLIGHT_EACH: u32 = 4;
/// Answers after a change and before the next: more than were in flight, so that each version decides something.
const ANSWERS_BETWEEN: usize = 100;
const BUDGET: &str = "campaign:shenzhen-2024";

/// What the rules of a version give for a sale: 20 % less a hundredth of a percent for each version before it, or 10 % and as
/// much more; down to the fen.
fn due(version: u64, price: u64) -> u64 {
    let basis_points = if version.is_multiple_of(2) { 2_000 - version } else { 1_000 + version };
    price * basis_points / 10_000
}

/// The files of one version after the other.
struct Files {
    campaign: PathBuf,
    catalogue: PathBuf,
}

impl Files {
    fn arguments(&self) -> [String; 2] {
        [("campaigns", &self.campaign), ("catalogue", &self.catalogue)]
            .map(|(kind, path)| format!("{kind}.files=[\"{}\"]", path.display()))
    }

    fn write(&self, version: u64) {
        let rates = format!("1 = {}, 2 = {}", 2_000 - version, 1_000 + version);
        let grade = 1 + version % 2;
        let catalogue = Path::new(EXAMPLE).with_file_name("catalogue.csv");
        let edit = |from: &Path, to: &Path, old: &str, new: &str| {
            let text = fs::read_to_string(from).unwrap();
            assert!(text.contains(old), "{old}");
            fs::write(to, text.replace(old, new)).unwrap();
        };
        edit(Path::new(CAMPAIGN), &self.campaign, "1 = 2000, 2 = 1500", &rates);
        edit(&catalogue, &self.catalogue, "一级能效,1,1699900", &format!("一级能效,{grade},1699900"));
    }
}

/// Changes the rules again and again, most times by the API, now and then by a signal; in between by files that are wrong.
/// Tells the versions in their order.
fn change_them(daemon: &Daemon, files: &Files, heard: &Receiver<()>) -> Vec<String> {
    let mut versions = vec![version(daemon)];
    let reload = || daemon.post("/api/v1/config/reload", None, "");
    for number in 1..=SWAPS {
        wait(heard);
        let before = versions.last().unwrap().clone();
        if number % 10 == 3 {
            fs::write(&files.catalogue, "gtin,category\nrubbish").unwrap();
            assert_eq!(reload().0, 422);
            assert_eq!(version(daemon), before);
        }
        files.write(number);
        if number % 5 == 0 {
            hang_up(daemon);
            daemon.until(|daemon| version(daemon) != before);
        } else {
            let (status, body) = reload();
            assert_eq!(status, 200, "{body}");
        }
        versions.push(version(daemon));
    }
    wait(heard);
    versions
}

/// Until some more sales are answered, of which only those that are in flight now can have been asked before.
fn wait(heard: &Receiver<()>) {
    heard.try_iter().for_each(drop);
    for _ in 0..ANSWERS_BETWEEN {
        heard.recv().unwrap();
    }
}

/// A sale and what its till was told.
struct Told {
    name: (String, String),
    price: u64,
    discount: u64,
}

/// Sells on one connection as long as anybody hears of it, each time to another card.
async fn sell(acquirer: SocketAddr, number: u32, heard: Sender<()>) -> Vec<Told> {
    let mut till = Till::connect(acquirer, "iso87-ascii").await.unwrap();
    let sale = |stan: u32| Sale {
        card: format!("62{number:02}{stan:012}"),
        terminal: format!("T{number:07}"),
        ..refrigerator(stan, 300_000 + u64::from(stan))
    };
    let (mut asked, mut told) = (IN_FLIGHT_EACH, Vec::new());
    for stan in 1..=asked {
        till.send(&sale(stan).request(till.dialect()).unwrap()).await.unwrap();
    }
    while told.len() < usize::try_from(asked).unwrap() {
        let answer = till.receive(PATIENCE).await.unwrap();
        let Sale { terminal, amount_minor: price, .. } = sale(answer.text(11).parse().unwrap());
        assert_eq!((answer.text(39).as_str(), answer.tag(*b"82").as_deref()), ("00", Some("G000")), "{answer:?}");
        let discount: u64 = answer.tag(*b"81").unwrap().parse().unwrap();
        assert_eq!(answer.amount_minor(), Some(price - discount));
        told.push(Told { name: (terminal, answer.text(11)), price, discount });
        if heard.send(()).is_ok() {
            asked += 1;
            till.send(&sale(asked).request(till.dialect()).unwrap()).await.unwrap();
        }
    }
    told
}

/// What the journal says, sale by sale.
#[derive(Default)]
struct Recorded {
    /// Which version decided, from 0, and the discount.
    sales: HashMap<(String, String), (u64, u64)>,
    /// Sales decided by one version and granted while another one was in force.
    granted_later: usize,
}

/// Each sale stands behind the change to the version that it names and before the next one, and has one end.
fn recorded(records: impl Iterator<Item = Value>, versions: &[String]) -> Recorded {
    let (mut found, mut in_force, mut open) = (Recorded::default(), 0, HashMap::new());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for record in records {
        let kind = text(&record["kind"]);
        in_force += u64::from(kind == "rules-changed");
        if record["rules"].is_string() {
            assert_eq!(text(&record["rules"]), versions[usize::try_from(in_force).unwrap()], "{record}");
        }
        match kind.as_str() {
            "opened" | "rules-changed" => {}
            "intent" => {
                let name = (text(&record["origin"]["terminal"]), text(&record["origin"]["stan"]));
                let decided = (in_force, record["discount"].as_u64().unwrap());
                assert!(found.sales.insert(name, decided).is_none(), "twice: {record}");
                open.insert(record["lsn"].as_u64().unwrap(), in_force);
            }
            "granted" => {
                let decided = open.remove(&record["intent"].as_u64().unwrap()).unwrap();
                found.granted_later += usize::from(decided != in_force);
            }
            _ => panic!("nothing else was to happen: {record}"),
        }
    }
    assert!(open.is_empty(), "without an end: {open:?}");
    assert_eq!(in_force, SWAPS);
    found
}

#[tokio::test]
async fn sales_in_flight_are_decided_by_what_was_in_force_at_their_place_however_often_that_changes() {
    let (data, rules) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = Files { campaign: rules.path().join("campaign.toml"), catalogue: rules.path().join("catalogue.csv") };
    files.write(0);
    let [campaigns, catalogue] = files.arguments();
    let (address, observations) = issuer(|settings| settings.latency_ms = 5);
    let start = || Daemon::start(data.path(), address, &[&campaigns, &catalogue]);
    let daemon = start();
    daemon.until_issuer();
    let acquirer = daemon.acquirer("ascii");

    let (hear, heard) = mpsc::channel();
    let changing = thread::spawn(move || {
        let versions = change_them(&daemon, &files, &heard);
        (daemon, versions)
    });
    let mut tills: JoinSet<_> = (0..TILLS).map(|number| sell(acquirer, number, hear.clone())).collect();
    let mut told = Vec::new();
    while let Some(sold) = tills.join_next().await {
        told.extend(sold.unwrap());
    }
    let (daemon, versions) = changing.join().unwrap();

    let Recorded { sales, granted_later } = recorded(records(data.path()), &versions);
    assert_eq!(sales.len(), told.len(), "as many as were asked");
    for Told { name, price, discount } in &told {
        let (version, on_record) = sales[name];
        assert_eq!((*discount, on_record), (due(version, *price), due(version, *price)), "{name:?}, version {version}");
    }
    let mut decided = vec![0; versions.len()];
    sales.values().for_each(|(version, _)| decided[usize::try_from(*version).unwrap()] += 1);
    // A run in which nothing was in flight while the rules changed proves nothing.
    assert!(decided.iter().all(|sales| *sales > 0), "{decided:?}");
    assert!(granted_later > 0);

    let (gross, discount): (u64, u64) =
        told.iter().fold((0, 0), |(gross, sum), told| (gross + told.price, sum + told.discount));
    let totals = observations.totals();
    assert_eq!(totals.approved, u64::try_from(told.len()).unwrap());
    assert_eq!(totals.sums.paid_minor(), i128::from(gross - discount));
    assert_eq!((totals.repeats, totals.reversed), (0, 0));
    let (held, used, _) = daemon.budget(BUDGET);
    assert_eq!((held, used), (0, discount));
    assert_eq!(fs::read_dir(data.path().join("rules/versions")).unwrap().count(), versions.len(), "all are kept");
    daemon.kill();
    let (held, used, _) = start().budget(BUDGET);
    assert_eq!((held, used), (0, discount), "also after a start on all of that");
}
