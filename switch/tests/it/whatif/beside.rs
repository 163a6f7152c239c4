//! A day of real messages: what the daemon recorded is what the rules of that day say again.

use super::told;
use crate::daemon::host::{ask, issuer, refrigerator, tag};
use crate::daemon::process::{Daemon, EXAMPLE};
use crate::settlement::commands::lijian;
use lijian_load::till::{Sale, Till};
use serde_json::Value;

const CAMPAIGN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/campaigns/shenzhen-2024.toml");

#[tokio::test]
async fn beside_the_daemon_nothing_changes() {
    let data = tempfile::tempdir().unwrap();
    let (address, _observations) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let sales = [
        ("G000", refrigerator(1, 800_000)),
        ("N105", refrigerator(2, 700_000)),
        ("N109", refrigerator(3, 99_999_900)),
        ("N107", Sale { amount_minor: 5, ..refrigerator(4, 800_000) }),
        ("G000", Sale { card: "6222021234567891".to_owned(), ..refrigerator(5, 600_000) }),
    ];
    for (code, sale) in &sales {
        let rrn = format!("{:012}", sale.stan);
        assert_eq!(tag(&ask(&mut till, sale, &rrn).await, "82"), *code);
    }
    let mut command = lijian("whatif");
    command.args(["--config", EXAMPLE, "--data"]).arg(data.path()).args(["--campaign", CAMPAIGN, "--json"]);
    command.args(["--from", "2024-10-01", "--to", "2024-10-01"]);
    let found: Value = serde_json::from_str(&told(command)).unwrap();
    assert_eq!(found["nothing_changes"], true, "{found:#}");
    assert_eq!(found["requests"]["decided_again"], 4);
    assert_eq!(found["requests"]["independent_of_campaigns"], 1);
    assert_eq!(found["requests"]["decided_by_other_rules"], 0);
    assert_eq!(found["money"]["campaigns"][0]["granted_now"], 280_000);
}
