//! Sales with items, and what stands of them after a crash.

use super::host::{PATIENCE, ask, issuer, plain, refrigerator, request, tag};
use super::process::Daemon;
use lijian_load::till::Till;

const BUDGET: &str = "campaign:shenzhen-2024";

#[tokio::test]
async fn a_sale_gets_its_discount_and_everybody_agrees_on_it() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let (_, _, opening) = daemon.budget(BUDGET);
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();

    // 20 % of 8,000 yuan is 1,600.
    let answer = ask(&mut till, &refrigerator(1, 800_000), "424242424242").await;
    assert_eq!((answer.text(39).as_str(), answer.amount_minor()), ("00", Some(640_000)));
    assert_eq!((tag(&answer, "82").as_str(), tag(&answer, "81").as_str()), ("G000", "160000"));
    assert_eq!(observations.seen().last().unwrap().amount_minor, Some(640_000));
    assert_eq!(daemon.budget(BUDGET), (0, 160_000, opening - 160_000));

    // A plain sale passes at its own price.
    let answer = ask(&mut till, &plain(2, 5_000), "424242424243").await;
    assert_eq!((answer.text(39).as_str(), answer.amount_minor()), ("00", Some(5_000)));

    let found = daemon.json("/api/v1/transactions/424242424242");
    let [transaction] = found["transactions"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!((&transaction["state"], &transaction["code"]), (&"granted".into(), &"G000".into()));
    assert_eq!((&transaction["gross"], &transaction["net"]), (&800_000.into(), &640_000.into()));
    assert!(!found.to_string().contains("6222021234567890"));
    assert_eq!(daemon.page("/api/v1/transactions/000000000000").0, 404);
    assert_eq!(daemon.metric("lijian_decisions_total{code=\"G000\"}"), 1);
    assert_eq!(daemon.metric("lijian_relayed_total"), 1);
    // Times are those of sales with items.
    assert_eq!(daemon.metric("lijian_latency_seconds_count{part=\"total\"}"), 1);
}

#[tokio::test]
async fn after_kill_9_budget_allowance_and_answers_are_as_acknowledged() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let first = request(&till, &refrigerator(1, 800_000), "424242424242");
    let answer = till.ask(&first, PATIENCE).await.unwrap();
    assert_eq!(tag(&answer, "82"), "G000");
    let before = daemon.budget(BUDGET);
    daemon.kill();

    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    assert_eq!(daemon.budget(BUDGET), before);
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let asked = observations.totals().approved;
    let repeated = till.ask(&first, PATIENCE).await.unwrap();
    assert_eq!((repeated.text(39), repeated.amount_minor()), (answer.text(39), answer.amount_minor()));
    assert_eq!(tag(&repeated, "84"), tag(&answer, "84"));
    assert_eq!(observations.totals().approved, asked, "the issuer must not be asked again");
    let second = ask(&mut till, &refrigerator(2, 800_000), "424242424243").await;
    assert_eq!((second.text(39).as_str(), tag(&second, "82").as_str()), ("65", "N105"));
    assert_eq!(daemon.budget(BUDGET), before);
    daemon.until(|daemon| daemon.metric("lijian_index_applied_lsn") == daemon.metric("lijian_journal_durable_lsn"));
    assert_eq!(daemon.json("/api/v1/transactions/424242424242")["transactions"][0]["state"], "granted");
}
