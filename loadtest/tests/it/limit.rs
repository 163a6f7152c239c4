//! `run --find-limit` against an issuer whose capacity is known: one link, one request at a time, so long for each answer.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lijian-load");

/// Takes 20 ms for each answer: fifty a second on one link, one at a time, and never more.
struct Issuer(Child, String);

impl Issuer {
    fn start() -> Self {
        let arguments = ["issuer", "--listen", "127.0.0.1:0", "--dialect", "iso87-ascii", "--latency-ms", "20"];
        let mut issuer = Command::new(PROGRAM).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(issuer.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("issuer listening on ").unwrap().split(',').next().unwrap();
        Self(issuer, address.to_owned())
    }

    /// Exit code, what was printed, what was complained of, and the figures.
    fn search(&self, first_rate: &str, p99_ms: &str) -> (Option<i32>, String, String, Value) {
        let folder = tempfile::tempdir().unwrap();
        let json = folder.path().join("limit.json");
        let output = Command::new(PROGRAM)
            .args(["run", "--find-limit", "--target", &self.1, "--dialect", "iso87-ascii", "--duration", "1"])
            .args(["--links", "1", "--in-flight", "1", "--rate", first_rate, "--p99-ms", p99_ms, "--json"])
            .arg(&json)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let figures = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr), figures)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn no_more_is_told_than_the_issuer_can_answer() {
    let (code, printed, errors, figures) = Issuer::start().search("16", "60000");
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{printed}");
    let limit = figures["limit"].as_u64().unwrap();
    // One may be under way when the second is over.
    assert!((1..=51).contains(&limit), "{figures}");
    let steps = figures["steps"].as_array().unwrap();
    let of_limit: Vec<_> = steps.iter().filter(|step| step["rate"] == limit && step["broken"].is_null()).collect();
    assert!(of_limit.len() >= 2, "{figures}");
    assert!(
        steps.iter().any(|step| step["broken"] == "unanswered" && step["rate"].as_u64() > Some(limit)),
        "{figures}"
    );
    for step in of_limit {
        assert!(step["p50_us"].as_u64() >= Some(20_000), "{figures}");
        assert_eq!(
            (&step["answered"], &step["approved"]),
            (&step["sent"], &step["sent"]),
            "none is taken for a repeat"
        );
    }
    assert_eq!(printed.lines().count(), steps.len() + 1);
    assert!(printed.lines().last().unwrap().starts_with(&format!("limit {limit:>8} a second: p50 ")), "{printed}");
}

#[test]
fn where_no_rate_holds_it_says_so() {
    let (code, printed, errors, figures) = Issuer::start().search("2", "5");
    assert_eq!((code, &figures["limit"]), (Some(1), &Value::Null), "{printed}");
    assert_eq!(errors, "lijian-load: no rate held: expected a 99th percentile of 5000 us at most\n");
    let broken: Vec<_> = figures["steps"].as_array().unwrap().iter().map(|step| step["broken"].clone()).collect();
    assert_eq!(broken, ["p99", "p99"]);
}
