//! What a start begins with where the files make other rules than were in force: what was agreed to, and signed.

use super::dated_rules::{Bench, post};
use super::process::{Daemon, EXAMPLE};
use super::reload::version;
use lijian_config::digest::FileDigest;
use lijian_config::signatures::SecretKey;
use lijian_config::switch::{Environment, load};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;

const ROW: &str = "gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to\n\
                   6901840199999,phone,B,P1,phone,,300000,,\n";

/// Two people agree to what the files say.
fn agree(daemon: &Daemon) -> (u16, serde_json::Value) {
    let (status, prepared) = post(daemon, "/api/v1/config/reload", "one", &json!({}));
    if status != 202 {
        return (status, prepared);
    }
    post(daemon, "/api/v1/config/reload/confirm", "two", &json!({ "version": prepared["version"] }))
}

#[tokio::test]
async fn where_people_are_named_a_restart_changes_no_rules() {
    let mut bench = Bench::new();
    let daemon = bench.start("10:00:00");
    let first = version(&daemon);
    bench.write("1 = 1900");
    daemon.kill();
    let daemon = bench.start("10:00:00");
    assert_eq!((version(&daemon), bench.discount(&daemon).await.as_str()), (first.clone(), "160000"));
    let told = daemon.json("/api/v1/campaigns");
    assert_eq!(told["version"], json!(first));

    assert_eq!(agree(&daemon).0, 200);
    let second = version(&daemon);
    assert_ne!(first, second);
    // Neither the file of before nor a third one brings other rules, whether the daemon was killed or stopped.
    bench.write("1 = 2000");
    daemon.kill();
    let daemon = bench.start("10:00:00");
    assert_eq!((version(&daemon), bench.discount(&daemon).await.as_str()), (second.clone(), "152000"));
    bench.write("1 = 1800");
    drop(daemon);
    let daemon = bench.start("10:00:00");
    assert_eq!((version(&daemon), bench.discount(&daemon).await.as_str()), (second.clone(), "152000"));
    drop(daemon);

    // What was agreed to is lost: nothing is granted by something else, and what to do is told.
    fs::rename(bench.folder().join("rules"), bench.folder().join("kept")).unwrap();
    let lost = bench.command("10:00:00").output().unwrap();
    let told = String::from_utf8(lost.stderr).unwrap();
    assert_eq!(lost.status.code(), Some(70), "{told}");
    assert!(told.contains(&second) && told.contains("put the folder `rules` of the data directory back"), "{told}");
    fs::rename(bench.folder().join("kept"), bench.folder().join("rules")).unwrap();
    // Where nobody is named nobody has to agree.
    let nobody = ["--set", "admin.people=[]"];
    let mut command = bench.command("10:00:00");
    command.args(nobody);
    let daemon = Daemon::spawn(command);
    assert_eq!(bench.discount(&daemon).await, "144000");
}

fn keys() -> [SecretKey; 2] {
    [SecretKey::new(&[1; 32]), SecretKey::new(&[2; 32])]
}

fn sign(bench: &Bench, digest: FileDigest) {
    let [wang, li] = keys();
    fs::write(bench.folder().join("signatures"), wang.line("wang", digest) + &li.line("li", digest)).unwrap();
}

fn digest(bench: &Bench, set: &[String]) -> FileDigest {
    let mut overrides: Vec<(String, String)> = set
        .iter()
        .map(|set| set.split_once('=').unwrap())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    overrides.push(("campaigns.files".to_owned(), format!("[\"{}\"]", bench.file().display())));
    let environment = Environment::default();
    load(Path::new(EXAMPLE), &overrides, Some(bench.folder()), environment).unwrap().rules_digest
}

#[tokio::test]
async fn an_import_that_nobody_signed_stops_no_start() {
    let mut bench = Bench::new();
    let [wang, li] = keys().map(|key| key.public_key());
    let set = [
        format!("rules.signatures={}", bench.folder().join("signatures").display()),
        "rules.signatures_min=2".to_owned(),
        format!("rules.signers=[{{name=\"wang\",public_key=\"{wang}\"}},{{name=\"li\",public_key=\"{li}\"}}]"),
    ];
    let signed = |bench: &Bench| {
        let mut command = bench.command("10:00:00");
        for set in &set {
            command.args(["--set", set]);
        }
        command
    };
    let unsigned = signed(&bench).output().unwrap();
    let told = String::from_utf8(unsigned.stderr).unwrap();
    assert_eq!(unsigned.status.code(), Some(64), "{told}");
    assert!(told.contains("that nobody signed, expected signatures of 2 of the signers"), "{told}");

    sign(&bench, digest(&bench, &set));
    let daemon = Daemon::spawn(signed(&bench));
    let first = version(&daemon);
    let row = bench.folder().join("row.csv");
    fs::write(&row, ROW).unwrap();
    let mut import = Command::new(env!("CARGO_BIN_EXE_lijian"));
    import.args(["catalogue", "import"]).arg(&row).args(["--config", EXAMPLE, "--data"]).arg(bench.folder());
    for set in &set {
        import.args(["--set", set]);
    }
    let import = import.output().unwrap();
    assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));
    let (status, told) = agree(&daemon);
    assert!(status == 422 && told.to_string().contains("that nobody signed"), "{told}");
    daemon.kill();
    let daemon = Daemon::spawn(signed(&bench));
    assert_eq!((version(&daemon), bench.discount(&daemon).await.as_str()), (first.clone(), "160000"));

    // The new rules are signed, and the old ones no longer: those that were agreed to last need it.
    let old = fs::read(bench.folder().join("signatures")).unwrap();
    sign(&bench, digest(&bench, &set));
    let prepared = post(&daemon, "/api/v1/config/reload", "one", &json!({})).1;
    fs::write(bench.folder().join("signatures"), &old).unwrap();
    let confirm = json!({ "version": prepared["version"] });
    let (status, told) = post(&daemon, "/api/v1/config/reload/confirm", "two", &confirm);
    assert!(status == 422 && told.to_string().contains("that nobody signed"), "taken back: {told}");
    sign(&bench, digest(&bench, &set));
    assert_eq!(post(&daemon, "/api/v1/config/reload/confirm", "two", &confirm).0, 200);
    assert_ne!(version(&daemon), first);
    drop(daemon);
    fs::write(bench.folder().join("signatures"), &old).unwrap();
    let unsigned = signed(&bench).output().unwrap();
    assert_eq!(unsigned.status.code(), Some(64), "{}", String::from_utf8_lossy(&unsigned.stderr));
}
