//! Other rules while sales go on: swapped whole and on record, or the old ones stay and why is told.

use super::host::{ask, issuer, refrigerator, tag};
use super::process::{Daemon, EXAMPLE};
use lijian_load::till::{Sale, Till};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) const CAMPAIGN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/campaigns/shenzhen-2024.toml");

/// A campaign file of the test's own, and the argument that names it.
fn campaign(directory: &Path) -> (PathBuf, String) {
    let path = directory.join("campaign.toml");
    std::fs::copy(CAMPAIGN, &path).unwrap();
    let argument = format!("campaigns.files=[\"{}\"]", path.display());
    (path, argument)
}

fn change(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

/// A refrigerator for 8,000 yuan with a card of its own.
fn of_another(stan: u32) -> Sale {
    Sale { card: format!("621234567890{stan:04}"), ..refrigerator(stan, 800_000) }
}

pub(super) fn hang_up(daemon: &Daemon) {
    let id = i32::try_from(daemon.id()).unwrap();
    let id = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::HUP).unwrap();
}

pub(super) fn version(daemon: &Daemon) -> String {
    daemon.json("/api/v1/campaigns")["version"].as_str().unwrap().to_owned()
}

/// All records, as `lijian ledger export` prints them.
pub(super) fn records(data: &Path) -> impl Iterator<Item = Value> {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_lijian"))
        .args(["ledger", "export", "--config", EXAMPLE, "--data"])
        .arg(data)
        .output()
        .unwrap();
    let lines: Vec<_> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    lines.into_iter().map(|line| serde_json::from_str(&line).unwrap())
}

/// Kind and rules of each record that names any, in their order.
fn ruled(data: &Path) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    records(data)
        .filter(|record| record["rules"].is_string())
        .map(|record| (text(&record["kind"]), text(&record["rules"])))
        .collect()
}

#[tokio::test]
async fn a_signal_swaps_the_rules_between_two_sales_and_a_bad_file_keeps_the_old_ones() {
    let data = tempfile::tempdir().unwrap();
    let (file, argument) = campaign(data.path());
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[&argument]);
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let first = version(&daemon);
    let before = ask(&mut till, &of_another(1), "424242424241").await;
    assert_eq!((tag(&before, "82").as_str(), tag(&before, "81").as_str()), ("G000", "160000"));

    // 19 % instead of 20 for the best grade.
    change(&file, "1 = 2000", "1 = 1900");
    hang_up(&daemon);
    daemon.until(|daemon| version(daemon) != first);
    let second = version(&daemon);
    let after = ask(&mut till, &of_another(2), "424242424242").await;
    assert_eq!((tag(&after, "82").as_str(), tag(&after, "81").as_str()), ("G000", "152000"));

    change(&file, "1 = 1900", "1 = 19000");
    let (status, body) = daemon.post("/api/v1/config/reload", None, "");
    assert_eq!(status, 422, "{body}");
    assert!(body.contains("campaign.toml:") && body.contains("19000"), "{body}");
    assert_eq!(version(&daemon), second);
    let page = daemon.json("/api/v1/campaigns");
    assert!(page["last_failure"]["errors"][0].as_str().unwrap().contains("19000"), "{page}");
    let still = ask(&mut till, &of_another(3), "424242424243").await;
    assert_eq!(tag(&still, "81"), "152000");

    change(&file, "1 = 19000", "1 = 2000");
    let (status, body) = daemon.post("/api/v1/config/reload", None, "");
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &told["state"], &told["version"]), (200, &"in-force".into(), &first.as_str().into()), "{body}");
    assert_eq!(told["difference"]["campaigns"][0]["change"], "changed");
    assert!(daemon.json("/api/v1/campaigns")["last_failure"].is_null());

    let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(kind, rules)| ((*kind).to_owned(), (*rules).to_owned())).collect()
    };
    let (first, second) = (first.as_str(), second.as_str());
    let expected = owned(&[
        ("opened", first),
        ("intent", first),
        ("rules-changed", second),
        ("intent", second),
        ("intent", second),
        ("rules-changed", first),
    ]);
    assert_eq!(ruled(data.path()), expected);
}

#[tokio::test]
async fn a_budget_shows_its_new_limit_and_keys_that_need_a_restart_are_named() {
    let data = tempfile::tempdir().unwrap();
    let (file, argument) = campaign(data.path());
    let switch = data.path().join("switch.toml");
    let example = Path::new(EXAMPLE).parent().unwrap();
    let text = std::fs::read_to_string(EXAMPLE).unwrap();
    for name in ["catalogue.csv", "merchants.csv"] {
        std::fs::copy(example.join(name), data.path().join(name)).unwrap();
    }
    std::fs::write(&switch, text).unwrap();
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::spawn(super::process::command_of(&switch, data.path(), address, &[&argument]));
    let limit = |daemon: &Daemon| {
        let page = daemon.json("/api/v1/budgets");
        page["budgets"].as_array().unwrap().iter().find(|row| row["id"] == "campaign:shenzhen-2024").unwrap()["limit"]
            .clone()
    };
    let old = limit(&daemon);
    let old_text = std::fs::read_to_string(&file).unwrap();
    let line = old_text.lines().find(|line| line.starts_with("campaign_fen")).unwrap();
    change(&file, line, "campaign_fen = 123_456_700");
    let text = std::fs::read_to_string(&switch).unwrap();
    std::fs::write(&switch, text.replace("retry_ms_min = 5_000", "retry_ms_min = 6_000")).unwrap();
    let (status, body) = daemon.post("/api/v1/config/reload", None, "");
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &told["restart_needed"]), (200, &serde_json::json!(["queue.retry_ms_min"])), "{body}");
    assert_ne!(limit(&daemon), old);
    assert_eq!(limit(&daemon), 123_456_700);
}

#[tokio::test]
async fn where_people_are_named_two_of_them_change_the_rules() {
    let data = tempfile::tempdir().unwrap();
    let (file, argument) = campaign(data.path());
    let digest = |token: &str| {
        Sha256::digest(token).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    };
    let people = format!(
        "admin.people=[{{name=\"wang\",token_sha256=\"{}\"}},{{name=\"li\",token_sha256=\"{}\"}}]",
        digest("one"),
        digest("two")
    );
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[&argument, &people]);
    let first = version(&daemon);
    change(&file, "1 = 2000", "1 = 1900");
    hang_up(&daemon);
    daemon.until(|daemon| !daemon.json("/api/v1/campaigns")["last_failure"].is_null());
    assert_eq!(version(&daemon), first, "a signal is nobody");

    let post = |path: &str, token: Option<&str>, body: &str| {
        let (status, body) = daemon.post(path, token, body);
        (status, serde_json::from_str::<Value>(&body).unwrap())
    };
    assert_eq!(post("/api/v1/config/reload", None, "").0, 401);
    let (status, prepared) = post("/api/v1/config/reload", Some("one"), "");
    assert_eq!((status, &prepared["state"]), (202, &"prepared".into()), "{prepared}");
    assert_eq!(version(&daemon), first, "prepared only");
    let second = prepared["version"].as_str().unwrap();
    let agree = format!("{{\"version\":\"{second}\"}}");
    assert_eq!(post("/api/v1/config/reload/confirm", Some("one"), &agree).0, 403, "never one alone");
    let other = format!("{{\"version\":\"{first}\"}}");
    assert_eq!(post("/api/v1/config/reload/confirm", Some("two"), &other).0, 409, "not to that");
    // What was prepared counts, whatever the file says by now.
    std::fs::write(&file, "nonsense").unwrap();
    let (status, done) = post("/api/v1/config/reload/confirm", Some("two"), &agree);
    assert_eq!((status, &done["version"]), (200, &second.into()), "{done}");
    let page = daemon.json("/api/v1/campaigns");
    assert_eq!((&page["version"], &page["maker"], &page["checker"]), (&second.into(), &"wang".into(), &"li".into()));
    assert_eq!(post("/api/v1/config/reload/confirm", Some("two"), &agree).0, 409, "once");
}

#[test]
fn who_hangs_up_ends_no_change_that_is_being_read() {
    let data = tempfile::tempdir().unwrap();
    let (file, argument) = campaign(data.path());
    let people = "admin.people=[{name=\"wang\",token_sha256=\
                  \"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"}]";
    let daemon = Daemon::start(data.path(), issuer(|_| {}).0, &[&argument, people]);
    std::fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    // Reads the file for as long as nobody writes it.
    let ask = || {
        let mut stream = TcpStream::connect(daemon.admin()).unwrap();
        let head = "host: a\r\nauthorization: Bearer one\r\ncontent-length: 0\r\nconnection: close";
        write!(stream, "POST /api/v1/config/reload HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
        stream
    };
    let left = ask();
    let writer = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
    drop(left);
    // Nothing tells when the server has seen that the client is gone; if it has not yet, less is tried here, and nothing fails.
    std::thread::sleep(Duration::from_millis(300));
    // Two at once would write one file of the archive.
    let mut second = ask();
    second.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut told = [0; 12];
    second.read_exact(&mut told).unwrap();
    assert_eq!(std::str::from_utf8(&told).unwrap(), "HTTP/1.1 409");
    drop(writer);
}
