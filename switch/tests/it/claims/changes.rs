//! Other rules, while people hold claims.

use super::*;

const TWO: &str = r#"members = [{ categories = ["refrigerator"] }, { categories = ["television"] }]"#;
const SWAPPED: &str = r#"members = [{ categories = ["television"] }, { categories = ["refrigerator"] }]"#;

fn change(bench: &Bench, from: &str, to: &str) {
    let path = bench.data.path().join("claimed.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn what_people_claimed_is_not_turned_into_something_else() {
    let bench = Bench::new(|terms| {
        terms.replace("members = [{ categories = [\"refrigerator\"] }]", TWO).replace("true", "false")
    });
    let daemon = bench.start();
    let reload = |daemon: &Daemon, expected| read(daemon.post("/api/v1/config/reload", Some("one"), ""), expected);
    change(&bench, TWO, SWAPPED);
    reload(&daemon, 202);
    change(&bench, SWAPPED, TWO);
    issue(&daemon, &zhang("1"), 201);
    change(&bench, TWO, SWAPPED);
    let told = reload(&daemon, 422).to_string();
    assert!(told.contains("people claimed pack refrigerators"), "{told}");
    let page = daemon.json("/api/v1/campaigns").to_string();
    assert!(page.contains("people claimed pack refrigerators"), "{page}");
    drop(daemon);

    // A start that goes by the files looks too.
    let mut command = bench.command();
    let refused = command.args(["--set", "admin.people=[]"]).output().unwrap();
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(64), "{told}");
    assert!(told.contains("people claimed pack refrigerators"), "{told}");
    // One that goes by what was in force has nothing to look for.
    let daemon = bench.start();
    change(&bench, SWAPPED, &TWO.replace("] }]", "] }, { categories = [\"phone\"] }]"));
    reload(&daemon, 202);
}

#[test]
fn what_is_due_waits_while_claims_speak_against_it_also_over_a_start() {
    let bench = Bench::new(|terms| {
        terms.replace("members = [{ categories = [\"refrigerator\"] }]", TWO).replace("true", "false")
    });
    let daemon = bench.start();
    let version = |daemon: &Daemon| daemon.json("/api/v1/campaigns")["version"].clone();
    let first = version(&daemon);
    change(&bench, TWO, SWAPPED);
    let mut agreed = json!({ "effective_from": "2024-10-01T11:00:00+08:00" });
    let prepared = read(daemon.post("/api/v1/config/reload", Some("one"), &agreed.to_string()), 202);
    agreed["version"] = prepared["version"].clone();
    read(daemon.post("/api/v1/config/reload/confirm", Some("two"), &agreed.to_string()), 200);
    issue(&daemon, &zhang("1"), 201);
    daemon.kill();

    let mut command = bench.command();
    command.args(["--set", "clock.now=2024-10-01T11:00:00+08:00"]);
    let daemon = Daemon::spawn(command);
    daemon.until(|daemon| daemon.json("/api/v1/campaigns")["last_failure"].to_string().contains("people claimed pack"));
    assert_eq!(
        (version(&daemon), &daemon.json("/api/v1/campaigns")["scheduled"]["version"]),
        (first, &agreed["version"])
    );
    let path = format!("/api/v1/config/scheduled/{}", agreed["version"].as_str().unwrap());
    assert_eq!(daemon.send("DELETE", &path, Some("one"), "").0, 200);
}
