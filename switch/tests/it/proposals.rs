//! Goods that are proposed over HTTP: they count for nothing until another one approves them and the rules are loaded again.

use crate::daemon::host::{ask, issuer, plain, tag};
use crate::daemon::process::{Daemon, EXAMPLE};
use lijian_load::till::{Sale, Till};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

// printf app | sha256sum; printf one | sha256sum; printf two | sha256sum
const APPS: &str = "admin.apps=[\
    {name=\"brand\",token_sha256=\"a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333\",may=[\"propose\"]}]";
const PEOPLE: &str = "admin.people=[\
    {name=\"wang\",token_sha256=\"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"},\
    {name=\"li\",token_sha256=\"3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\"}]";
const PROPOSALS: &str = "/api/v1/products/proposals";
/// No product of the example.
const NEW: &str = "6901840199999";

fn start(data: &Path, issuer: SocketAddr) -> Daemon {
    let daemon = Daemon::start(data, issuer, &[APPS, PEOPLE]);
    daemon.until_issuer();
    daemon
}

fn post(daemon: &Daemon, path: &str, token: &str, body: &Value, expected: u16) -> Value {
    let (status, told) = daemon.post(path, Some(token), &body.to_string());
    assert_eq!(status, expected, "{path}: {told}");
    serde_json::from_str(&told).unwrap()
}

fn fridge(request: &str, gtin: &str) -> Value {
    json!({
        "request_id": request, "proposed_by": "青砚电器", "note": "new model",
        "product": { "gtin": gtin, "category": "refrigerator", "brand": "青砚", "model": "QY-NEW", "name": "冰箱",
                     "grade": 1, "filed_price": 899_900 },
    })
}

async fn sold(daemon: &Daemon, stan: u32) -> String {
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let tags = vec![(*b"01", NEW.to_owned()), (*b"03", "800000".to_owned())];
    let sale = Sale { card: format!("621234567890{stan:04}"), tags, ..plain(stan, 800_000) };
    tag(&ask(&mut till, &sale, &format!("4242424242{stan:02}")).await, "82")
}

/// Two people load the rules again.
fn reload(daemon: &Daemon) {
    let prepared = post(daemon, "/api/v1/config/reload", "one", &json!({}), 202);
    post(daemon, "/api/v1/config/reload/confirm", "two", &json!({ "version": prepared["version"] }), 200);
}

fn catalogue(data: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
    command.arg("catalogue").args(arguments).args(["--config", EXAMPLE, "--data"]).arg(data);
    let output = command.env_remove("LIJIAN_PRODUCTION").output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[tokio::test]
async fn a_product_counts_once_another_one_approved_it_and_the_rules_are_loaded_again() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|_| {});
    let daemon = start(data.path(), address);
    assert_eq!(daemon.post(PROPOSALS, None, &fridge("a", NEW).to_string()).0, 401);
    let proposal = post(&daemon, PROPOSALS, "app", &fridge("a", NEW), 201);
    assert_eq!(
        (&proposal["number"], &proposal["state"], &proposal["by"]),
        (&json!(1), &json!("open"), &json!("brand"))
    );
    assert_eq!(post(&daemon, PROPOSALS, "app", &fridge("a", NEW), 201), proposal, "the same again");
    post(&daemon, PROPOSALS, "app", &fridge("a", "6901840199982"), 409);
    assert_eq!(sold(&daemon, 1).await, "N102");

    // What was answered outlives the process.
    daemon.kill();
    let daemon = start(data.path(), address);
    let approve = format!("{PROPOSALS}/1/approve");
    assert_eq!(daemon.post(&approve, Some("app"), "").0, 401, "an application approves nothing");
    let approved = post(&daemon, &approve, "two", &json!({}), 200);
    assert_eq!(approved["change"], 1);
    post(&daemon, &approve, "one", &json!({}), 409);
    assert_eq!(sold(&daemon, 2).await, "N102", "not before the rules are loaded again");
    reload(&daemon);
    assert_eq!(sold(&daemon, 3).await, "G000");

    let (status, told) = daemon.send("GET", &format!("{PROPOSALS}/1"), Some("app"), "");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((status, &told["state"], &told["decided"]["by"]), (200, &json!("approved"), &json!("li")));
    let (code, history) = catalogue(data.path(), &["history", NEW]);
    assert!(
        code == Some(0) && history.contains("proposal 1 of 青砚电器, by brand") && history.contains("li"),
        "{history}"
    );
}

#[tokio::test]
async fn what_is_wrong_is_told_and_nobody_decides_about_their_own() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|_| {});
    let daemon = start(data.path(), address);
    let wrong = |product: Value, status: u16, expected: &str| {
        let mut proposal = fridge("w", NEW);
        for (key, value) in product.as_object().unwrap() {
            proposal["product"][key] = value.clone();
        }
        let told = post(&daemon, PROPOSALS, "app", &proposal, status);
        assert!(told["detail"].as_str().unwrap().contains(expected), "{told}");
    };
    wrong(json!({ "gtin": "6901840199990" }), 422, "gtin");
    wrong(json!({ "name": "=1+1" }), 422, "name");
    wrong(json!({ "name": "a\nb" }), 422, "");
    wrong(json!({ "category": "Space Ship" }), 422, "category");
    wrong(json!({ "gtin": "6901840100070", "filed_price": 100 }), 422, "filed_price");
    wrong(json!({ "filed_price": -1 }), 400, "product.filed_price");
    wrong(json!({ "colour": "red" }), 400, "colour");
    wrong(json!({ "name": "冰".repeat(2_000) }), 422, "200 bytes");
    let (status, told) = daemon.post(PROPOSALS, Some("app"), "{}");
    assert!(status == 400 && told.contains("request_id"), "{told}");

    // One of the people may propose too, for another to decide; staff see all, an application its own.
    post(&daemon, PROPOSALS, "one", &fridge("a", NEW), 201);
    post(&daemon, PROPOSALS, "app", &fridge("a", NEW), 201);
    let of = |number: u32, what: &str| format!("{PROPOSALS}/{number}/{what}");
    post(&daemon, &of(1, "approve"), "one", &json!({}), 403);
    post(&daemon, &of(1, "refuse"), "one", &json!({ "reason": "mine" }), 403);
    post(&daemon, &of(9, "approve"), "one", &json!({}), 404);
    post(&daemon, &of(2, "refuse"), "two", &json!({}), 400);
    post(&daemon, &of(2, "refuse"), "two", &json!({ "reason": "twice" }), 200);
    post(&daemon, &of(2, "approve"), "two", &json!({}), 409);
    let seen = |token: &str, query: &str| -> Vec<u64> {
        let (status, told) = daemon.send("GET", &format!("{PROPOSALS}{query}"), Some(token), "");
        assert_eq!(status, 200, "{told}");
        let told: Value = serde_json::from_str(&told).unwrap();
        told["proposals"].as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()).collect()
    };
    assert_eq!((seen("two", ""), seen("app", ""), seen("two", "?state=open")), (vec![1, 2], vec![2], vec![1]));

    // The same at the command line, beside the daemon.
    let (code, told) = catalogue(data.path(), &["proposals", "--state", "refused"]);
    assert!(code == Some(0) && told.starts_with("2 refused by li") && told.contains("twice"), "{told}");
    assert_eq!(catalogue(data.path(), &["approve", "1", "--by", "wang"]).0, Some(1), "its own");
    assert_eq!(catalogue(data.path(), &["approve", "1", "--by", "li"]).0, Some(0));
    assert_eq!(catalogue(data.path(), &["refuse", "1", "--by", "li", "--reason", "late"]).0, Some(1));

    // Half a line that a crash left does not count; a line that was changed is told.
    let log = data.path().join("library/proposals.log");
    let whole = fs::read_to_string(&log).unwrap();
    fs::write(&log, format!("{whole}{{\"proposed\":")).unwrap();
    assert_eq!(seen("two", ""), vec![1, 2]);
    assert_eq!(post(&daemon, PROPOSALS, "app", &fridge("b", NEW), 201)["number"], 3);
    fs::write(&log, whole.replace("twice", "tw\u{0}ice")).unwrap();
    assert_eq!(daemon.send("GET", PROPOSALS, Some("two"), "").0, 503);
}
