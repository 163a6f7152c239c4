//! Reversals of the switch's own, over real sockets and through a real kill.

use crate::daemon::host::{ask, issuer, refrigerator, tag};
use crate::daemon::process::Daemon;
use lijian_load::till::Till;
use std::fs;

const BUDGET: &str = "campaign:shenzhen-2024";
/// 4,999.00 less 20 %.
const NET_FEN: u64 = 399_920;

/// Short, so that nobody waits long.
const SHORT: [&str; 4] = [
    "links.acquirers.ascii.time_budget_ms=200",
    "queue.answer_ms_max=100",
    "queue.retry_ms_min=20",
    "queue.retry_ms_max=50",
];

/// What the issuer got, by type and original.
fn reversals(observations: &lijian_load::issuer::Observations) -> Vec<(String, String)> {
    let seen = observations.seen();
    let reversals = seen.iter().filter(|seen| seen.mti.is_reversal());
    reversals.map(|seen| (seen.mti.to_string(), seen.stan.clone())).collect()
}

#[tokio::test]
async fn a_kill_between_doubt_and_confirmation_loses_nothing_and_frees_the_budget() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|settings| {
        settings.silent_amounts.insert(NET_FEN);
        settings.silent_reversals = 4;
    });
    let daemon = Daemon::start(data.path(), address, &SHORT);
    daemon.until_issuer();
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let answer = ask(&mut till, &refrigerator(1, 499_900), "424242424242").await;
    assert_eq!((answer.text(39).as_str(), tag(&answer, "82").as_str()), ("98", "N199"));
    let queue = daemon.json("/api/v1/queue");
    let message = &queue["messages"][0];
    assert_eq!((message["cause"].as_str(), message["link"].as_str()), (Some("time-out"), Some("issuer")));
    assert_eq!((message["amount"].as_u64(), message["business_date"].as_str()), (Some(NET_FEN), Some("2024-10-01")));
    assert!(!queue.to_string().contains("622202"), "no card number: {queue}");
    assert_eq!(daemon.budget(BUDGET).0, 99_980, "held until the issuer confirms");
    observations.wait_until(|totals| totals.reversed + totals.reversals_repeated >= 2).await;
    daemon.kill();

    let daemon = Daemon::start(data.path(), address, &SHORT);
    daemon.until(|daemon| daemon.json("/api/v1/queue")["messages"].as_array().unwrap().is_empty());
    assert_eq!(daemon.budget(BUDGET), (0, 0, daemon.budget(BUDGET).2));
    let seen = reversals(&observations);
    assert_eq!(seen[0], ("0400".to_owned(), "000001".to_owned()));
    assert!(seen.len() >= 5 && seen[1..].iter().all(|(mti, stan)| mti == "0401" && stan == "000001"), "{seen:?}");
    let totals = observations.totals();
    assert_eq!((totals.reversed, totals.sums.debits_reversed_minor), (1, u128::from(NET_FEN)), "taken back once");
    assert_eq!(daemon.metric("lijian_queue_length"), 0);
    // The journal has no card number in the clear, and its keys are for their owner only.
    for file in fs::read_dir(data.path().join("journal")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(16).any(|part| part == b"6222021234567890"));
    }
    assert!(data.path().join("keys/seal-2024-10-01").exists() && data.path().join("keys/seal-2024-10-02").exists());
}

#[tokio::test]
async fn two_people_decide_over_http_and_nobody_alone() {
    // printf one | sha256sum; printf two | sha256sum
    let people = "admin.people=[\
        {name=\"li\",token_sha256=\"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"},\
        {name=\"wang\",token_sha256=\"3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\"}]";
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|settings| {
        settings.silent_amounts.insert(NET_FEN);
        settings.silent_reversals = u64::MAX;
    });
    let set: Vec<&str> = SHORT.into_iter().chain([people]).collect();
    let daemon = Daemon::start(data.path(), address, &set);
    daemon.until_issuer();
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    assert_eq!(ask(&mut till, &refrigerator(1, 499_900), "424242424242").await.text(39), "98");
    let lsn = daemon.json("/api/v1/queue")["messages"][0]["lsn"].as_u64().unwrap();
    let (orders, confirm) = (format!("/api/v1/queue/{lsn}/orders"), format!("/api/v1/queue/{lsn}/orders/confirm"));
    let order = r#"{"order":"drop","reason":"the issuer has it settled by hand"}"#;
    assert_eq!(daemon.post(&orders, None, order).0, 401);
    assert_eq!(daemon.post(&orders, Some("three"), order).0, 401);
    assert_eq!(daemon.post(&orders, Some("one"), r#"{"order":"drop"}"#).0, 400, "why?");
    assert_eq!(daemon.post(&orders, Some("one"), r#"{"order":"burn","reason":"x"}"#).0, 400);
    assert_eq!(daemon.post("/api/v1/queue/999999/orders", Some("one"), order).0, 404);
    assert_eq!(daemon.post(&confirm, Some("two"), order).0, 409, "nothing is proposed");
    assert_eq!(daemon.post(&orders, Some("one"), order).0, 202);
    assert_eq!(daemon.json("/api/v1/queue")["messages"][0]["proposed"]["maker"], "li");
    let (status, problem) = daemon.post(&confirm, Some("one"), order);
    assert!(status == 403 && problem.contains("\"status\":403"), "{problem}");
    assert_eq!(daemon.budget(BUDGET).0, 99_980);
    assert_eq!(daemon.post(&confirm, Some("two"), order).0, 202);
    daemon.until(|daemon| daemon.json("/api/v1/queue")["messages"].as_array().unwrap().is_empty());
    assert_eq!((daemon.budget(BUDGET).0, daemon.budget(BUDGET).1), (0, 0));
    assert_eq!(daemon.metric("lijian_queue_orders_total"), 1);
    drop(daemon);
    let daemon = Daemon::start(data.path(), address, &SHORT);
    assert_eq!((daemon.budget(BUDGET).0, daemon.budget(BUDGET).1), (0, 0));
    assert_eq!(daemon.post(&orders, Some("one"), order).0, 403, "nobody is configured");
}
