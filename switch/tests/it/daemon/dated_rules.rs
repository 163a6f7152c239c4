//! Rules that are agreed to for a later moment: in force then and not before, over restarts, or withdrawn.

use super::host::{ask, issuer, refrigerator, tag};
use super::process::{Daemon, EXAMPLE, command};
use super::reload::{CAMPAIGN, records, version};
use lijian_load::till::{Sale, Till};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

// printf one | sha256sum; printf two | sha256sum
const PEOPLE: &str = "admin.people=[\
    {name=\"wang\",token_sha256=\"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"},\
    {name=\"li\",token_sha256=\"3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\"}]";
const ELEVEN: &str = "2024-10-01T11:00:00+08:00";
const ELEVEN_UTC: &str = "2024-10-01T03:00:00Z";

pub(super) struct Bench {
    data: tempfile::TempDir,
    issuer: SocketAddr,
    sales: u32,
}

impl Bench {
    pub(super) fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let bench = Self { data, issuer: issuer(|_| {}).0, sales: 0 };
        bench.write("1 = 2000");
        bench
    }

    pub(super) fn file(&self) -> PathBuf {
        self.data.path().join("campaign.toml")
    }

    pub(super) fn folder(&self) -> &Path {
        self.data.path()
    }

    pub(super) fn write(&self, rate: &str) {
        let text = fs::read_to_string(CAMPAIGN).unwrap();
        fs::write(self.file(), text.replace("1 = 2000", rate)).unwrap();
    }

    pub(super) fn start(&self, time: &str) -> Daemon {
        Daemon::spawn(self.command(time))
    }

    pub(super) fn command(&self, time: &str) -> Command {
        let files = format!("campaigns.files=[\"{}\"]", self.file().display());
        let now = format!("clock.now=2024-10-01T{time}+08:00");
        command(self.folder(), self.issuer, &[&files, PEOPLE, &now])
    }

    /// What another customer gets of a refrigerator for 8,000 yuan.
    pub(super) async fn discount(&mut self, daemon: &Daemon) -> String {
        self.sales += 1;
        let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
        daemon.until_issuer();
        let stan = self.sales;
        let sale = Sale { card: format!("621234567890{stan:04}"), ..refrigerator(stan, 800_000) };
        let answer = ask(&mut till, &sale, &format!("4242424242{stan:02}")).await;
        assert_eq!(tag(&answer, "82"), "G000");
        tag(&answer, "81")
    }
}

pub(super) fn post(daemon: &Daemon, path: &str, token: &str, body: &Value) -> (u16, Value) {
    let (status, body) = daemon.post(path, Some(token), &body.to_string());
    (status, serde_json::from_str(&body).unwrap())
}

/// Two people agree to what the files say now, for this moment.
fn agree(daemon: &Daemon, from: &str) -> (u16, Value) {
    let (status, prepared) = post(daemon, "/api/v1/config/reload", "one", &json!({ "effective_from": from }));
    assert_eq!((status, &prepared["state"]), (202, &json!("prepared")), "{prepared}");
    let (status, _) = post(daemon, "/api/v1/config/reload/confirm", "two", &json!({ "version": prepared["version"] }));
    assert_eq!(status, 409, "not to another moment than the one that was prepared");
    let agreed = json!({ "version": prepared["version"], "effective_from": from });
    post(daemon, "/api/v1/config/reload/confirm", "two", &agreed)
}

#[tokio::test]
async fn rules_come_into_force_at_their_time_whatever_happens_before() {
    let mut bench = Bench::new();
    let daemon = bench.start("10:00:00");
    let first = version(&daemon);
    bench.write("1 = 1900");
    for wrong in ["2024-10-01T09:59:59+08:00", "2026-01-01T00:00:00+08:00"] {
        let (status, told) = post(&daemon, "/api/v1/config/reload", "one", &json!({ "effective_from": wrong }));
        assert_eq!(status, 422, "{told}");
    }
    assert_eq!(post(&daemon, "/api/v1/config/reload", "one", &json!({ "effective_from": "tomorrow" })).0, 400);
    let (status, told) = agree(&daemon, ELEVEN);
    assert_eq!(
        (status, &told["state"], &told["effective_from"]),
        (200, &json!("scheduled"), &json!(ELEVEN_UTC)),
        "{told}"
    );
    let second = told["version"].as_str().unwrap().to_owned();
    let page = daemon.json("/api/v1/campaigns");
    let waits = json!({ "version": second, "effective_from": ELEVEN_UTC, "maker": "wang", "checker": "li" });
    assert_eq!((&page["scheduled"], page["version"].as_str()), (&waits, Some(first.as_str())));
    assert_eq!(bench.discount(&daemon).await, "160000");
    // The files hold it already: that is no reason to have it now.
    let (status, prepared) = post(&daemon, "/api/v1/config/reload", "one", &json!({}));
    assert_eq!(status, 202, "{prepared}");
    let told = post(&daemon, "/api/v1/config/reload/confirm", "two", &json!({ "version": second }));
    assert!(told.0 == 409 && told.1["detail"].as_str().unwrap().contains(ELEVEN_UTC), "{told:?}");

    daemon.kill();
    let daemon = bench.start("10:30:00");
    assert_eq!((version(&daemon), &daemon.json("/api/v1/campaigns")["scheduled"]), (first.clone(), &waits));
    assert_eq!(bench.discount(&daemon).await, "160000");
    // Whatever the file says by then, what was agreed to counts.
    daemon.kill();
    let daemon = bench.start("10:59:59");
    fs::write(bench.file(), "nonsense").unwrap();
    daemon.until(|daemon| version(daemon) == second);
    assert_eq!(bench.discount(&daemon).await, "152000");
    assert!(daemon.json("/api/v1/campaigns")["scheduled"].is_null());
    drop(daemon);
    let changed: Vec<Value> = records(bench.folder()).filter(|record| record["kind"] == "rules-changed").collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    let of = |key: &str| changed[0][key].as_str().unwrap();
    assert_eq!((of("rules"), of("cause"), of("maker"), of("checker")), (second.as_str(), "due", "wang", "li"));
}

#[tokio::test]
async fn what_waits_is_withdrawn_by_a_person_or_by_another_change_and_by_nothing_else() {
    let mut bench = Bench::new();
    let daemon = bench.start("10:00:00");
    let first = version(&daemon);
    bench.write("1 = 1900");
    let second = agree(&daemon, ELEVEN).1["version"].as_str().unwrap().to_owned();
    let path = |version: &str| format!("/api/v1/config/scheduled/{version}");
    let withdraw = |daemon: &Daemon, version: &str, token| daemon.send("DELETE", &path(version), token, "").0;
    assert_eq!(withdraw(&daemon, &second, None), 401);
    assert_eq!(withdraw(&daemon, &first, Some("two")), 404);
    bench.write("1 = 1800");
    let told = agree(&daemon, ELEVEN);
    assert_eq!(told.0, 409, "one waits at a time: {told:?}");
    assert_eq!(withdraw(&daemon, &second, Some("two")), 200);
    assert_eq!(withdraw(&daemon, &second, Some("two")), 404);
    assert_eq!((version(&daemon), daemon.json("/api/v1/campaigns")["scheduled"].is_null()), (first, true));

    // A change at once takes the place of what waits.
    bench.write("1 = 1900");
    assert_eq!(agree(&daemon, ELEVEN).0, 200);
    bench.write("1 = 1700");
    let prepared = post(&daemon, "/api/v1/config/reload", "one", &json!({})).1;
    let told = post(&daemon, "/api/v1/config/reload/confirm", "two", &json!({ "version": prepared["version"] }));
    assert_eq!((told.0, &told.1["state"]), (200, &json!("in-force")), "{told:?}");
    assert!(daemon.json("/api/v1/campaigns")["scheduled"].is_null());
    assert_eq!(bench.discount(&daemon).await, "136000");

    // Other files at a start do not: nobody agreed to them. What was agreed to comes in its time, and stays over a start.
    bench.write("1 = 1600");
    let agreed = agree(&daemon, ELEVEN).1["version"].as_str().unwrap().to_owned();
    let other = Command::new(env!("CARGO_BIN_EXE_lijian"))
        .args(["run", "--config", EXAMPLE, "--set", "admin.listen=127.0.0.1:0", "--data"])
        .arg(bench.folder())
        .output()
        .unwrap();
    assert_ne!(other.status.code(), Some(0), "the data directory is in use");
    drop(daemon);
    bench.write("1 = 1500");
    let daemon = bench.start("10:59:58");
    assert_eq!(bench.discount(&daemon).await, "136000");
    daemon.until(|daemon| version(daemon) == agreed);
    assert_eq!(bench.discount(&daemon).await, "128000");
    drop(daemon);
    let daemon = bench.start("11:30:00");
    assert_eq!((version(&daemon), bench.discount(&daemon).await.as_str()), (agreed, "128000"));
    // A change at once ends that.
    let prepared = post(&daemon, "/api/v1/config/reload", "one", &json!({})).1;
    let told = post(&daemon, "/api/v1/config/reload/confirm", "two", &json!({ "version": prepared["version"] }));
    assert_eq!(told.0, 200, "{told:?}");
    assert!(!bench.folder().join("rules/scheduled.json").exists());
    assert_eq!(bench.discount(&daemon).await, "120000");
}
