//! Forecasts as operators ask for them: from the journal alone, and of a running daemon, also after a kill.

use crate::daemon::host::{ask, issuer, refrigerator, tag};
use crate::daemon::process::{Daemon, EXAMPLE};
use crate::settlement::commands::{ended, lijian};
use lijian_load::till::{Sale, Till};
use serde_json::Value;
use std::path::Path;

const CAP: &str = "campaign:shenzhen-2024";

fn row(forecast: &Value) -> Value {
    let rows = forecast["caps"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == CAP).unwrap().clone()
}

fn from_journal(data: &Path, more: &[&str]) -> String {
    let mut command = lijian("forecast");
    command.args(["--config", EXAMPLE, "--data"]).arg(data).args(more);
    let (code, output, errors) = ended(command);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{output}");
    output
}

#[tokio::test]
async fn what_burns_is_known_over_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let (address, _observations) = issuer(|_| {});
    let start = || {
        let daemon = Daemon::start(data.path(), address, &[]);
        daemon.until_issuer();
        daemon
    };
    let burned = |daemon: &Daemon| {
        daemon.until(|daemon| row(&daemon.json("/api/v1/forecast"))["last_day"] != Value::Null);
        let row = row(&daemon.json("/api/v1/forecast"));
        let burned = ["last_hour", "last_day", "since_start"].map(|window| row[window]["burned"].as_u64().unwrap());
        (burned, row["outlook"].as_str().unwrap().to_owned())
    };
    let daemon = start();
    assert_eq!(burned(&daemon), ([0; 3], "nothing-burned".to_owned()));
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    for (stan, card) in [(1, "6222021234567890"), (2, "6222021234567891")] {
        let sale = Sale { card: card.to_owned(), ..refrigerator(stan, 800_000) };
        assert_eq!(tag(&ask(&mut till, &sale, &format!("{stan:012}")).await, "82"), "G000");
    }
    // Two at 1,600 yuan; the declined one of a third takes nothing.
    assert_eq!(burned(&daemon).0, [320_000; 3]);
    daemon.kill();
    let daemon = start();
    let (again, outlook) = burned(&daemon);
    assert_eq!(again, [320_000; 3]);
    // The clock has ticked for seconds at most: at that pace the money is gone within the period.
    assert_eq!(outlook, "expected");
    assert!(daemon.metric("lijian_forecast_exhaustion_seconds{cap=\"campaign:shenzhen-2024\"}") > 0);

    let told: Value = serde_json::from_str(&from_journal(data.path(), &["--json"])).unwrap();
    let told = row(&told);
    assert_eq!((&told["used"], &told["last_day"]["burned"]), (&320_000.into(), &320_000.into()));
    assert!(from_journal(data.path(), &["--language", "zh"]).contains("预计用完时间"));
}
