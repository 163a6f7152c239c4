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
