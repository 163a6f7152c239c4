//! The program itself: its first line, its end, its exit codes.

use crate::stage::{ask, request, result};
use lijian_load::till::Till;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lijian-load");

fn exit_code_and_errors(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn serves_until_terminated_and_prints_totals() {
    let arguments = ["issuer", "--listen", "127.0.0.1:0", "--dialect", "iso87-ascii", "--decline-amount", "6660=59"];
    let mut program = Command::new(PROGRAM).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(program.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let address = line.strip_prefix("issuer listening on ").unwrap().split(',').next().unwrap();
    let mut till = Till::connect(address.parse().unwrap(), "iso87-ascii").await.unwrap();
    for (stan, amount_minor, code) in [(1, 5_000, "00"), (2, 6_660, "59")] {
        let request = request(&till, stan, amount_minor);
        assert_eq!(result(&ask(&mut till, &request).await).1, code);
    }
    let kill = Command::new("kill").args(["-TERM", &program.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut totals = String::new();
    output.read_to_string(&mut totals).unwrap();
    assert_eq!(program.wait().unwrap().code(), Some(0));
    assert!(totals.contains("approved 1, declined 1, silent 0"), "{totals}");
    assert!(totals.contains("= paid 5000 minor units"), "{totals}");
}

#[test]
fn bad_usage_is_64() {
    let check = |arguments: &[&str], problem: &str| {
        let (code, errors) = exit_code_and_errors(arguments);
        assert_eq!(code, Some(64), "{errors}");
        assert!(errors.contains(problem), "{errors}");
    };
    let issuer = ["issuer", "--listen", "127.0.0.1:0", "--dialect"];
    check(&[], "Usage");
    check(&[&issuer[..], &["iso99"]].concat(), "expected one of iso87-ascii");
    check(&[&issuer[..], &["cups", "--silent-percent", "101"]].concat(), "101");
    check(&[&issuer[..], &["cups", "--silent-percent", "60", "--decline-percent", "60"]].concat(), "more than 100 %");
    check(&[&issuer[..], &["cups", "--decline-amount", "5"]].concat(), "expected AMOUNT=CODE");
    check(&["issuer", "--listen", "nowhere", "--dialect", "cups"], "nowhere");
}

#[test]
fn an_address_in_use_is_75() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, errors) = exit_code_and_errors(&["issuer", "--listen", &address, "--dialect", "cups"]);
    assert_eq!(code, Some(75));
    assert!(errors.contains(&address), "{errors}");
}

#[test]
fn help_has_an_example() {
    let output = Command::new(PROGRAM).args(["issuer", "--help"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("lijian-load issuer --listen 127.0.0.1:9583"));
}

#[tokio::test]
async fn a_load_writes_what_it_measured() {
    let stage = crate::stage::Stage::plain().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (json, acked, hdr, profile) = (path("out.json"), path("acked.csv"), path("out.hlog"), path("profile.toml"));
    let html = path("out.html");
    std::fs::write(&profile, "[[goods]]\nprice_fen = 1234\n").unwrap();
    let target = stage.address.to_string();
    let arguments = [
        "run",
        "--target",
        &target,
        "--dialect",
        "iso87-ascii",
        "--rate",
        "200",
        "--duration",
        "1",
        "--profile",
        &profile,
    ];
    let more = ["--json", &json, "--acked", &acked, "--hdr", &hdr, "--html", &html];
    let arguments: Vec<String> = arguments.iter().chain(&more).map(ToString::to_string).collect();
    let run = tokio::task::spawn_blocking(move || Command::new(PROGRAM).args(arguments).output().unwrap());
    let output = run.await.unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        printed.starts_with("sent                 200\n") && printed.contains("from the moment meant  p50 "),
        "{printed}"
    );

    let figures: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    for (key, expected) in [("sent", 200), ("answered", 200), ("approved", 200), ("unanswered", 0), ("granted", 0)] {
        assert_eq!(figures[key], expected, "{figures}");
    }
    let percentiles: Vec<_> =
        ["p50_us", "p90_us", "p99_us", "p999_us", "max_us"].map(|key| figures[key].as_u64().unwrap()).into();
    assert!(percentiles[0] > 0 && percentiles.is_sorted(), "{percentiles:?}");
    let shown = std::fs::read_to_string(&html).unwrap();
    assert!(shown.contains("<tr><th>answered</th><td class=\"n\">200</td></tr>"), "{shown}");
    assert!(shown.contains("price_fen = 1234") && shown.contains(&format!("<td>{}</td>", stage.address)), "{shown}");
    assert_eq!(shown.matches("<svg ").count(), 3);
    let acked = std::fs::read_to_string(&acked).unwrap();
    assert_eq!(acked.lines().count(), 200);
    assert!(acked.lines().all(|line| line.starts_with("approved,sale,") && line.ends_with(",,1234,0")), "{acked}");
    // Another reader of the log's format.
    let log = std::fs::read(&hdr).unwrap();
    let mut answers = 0;
    for entry in hdrhistogram::serialization::interval_log::IntervalLogIterator::new(&log) {
        if let hdrhistogram::serialization::interval_log::LogEntry::Interval(interval) = entry.unwrap() {
            let bytes = base64(interval.encoded_histogram());
            let mut reader = hdrhistogram::serialization::Deserializer::new();
            answers += reader.deserialize::<u64, _>(&mut bytes.as_slice()).unwrap().len();
        }
    }
    assert_eq!(answers, 200, "those after the last whole second too");
}

#[test]
fn a_load_that_cannot_be_put_on_says_why() {
    let of = |more: &[&str]| {
        let arguments = ["run", "--target", "127.0.0.1:1", "--dialect", "iso87-ascii", "--duration", "1"];
        exit_code_and_errors(&[arguments.as_slice(), more].concat())
    };
    let (code, errors) = of(&["--rate", "1"]);
    assert!(code == Some(75) && errors.contains("127.0.0.1:1: link 1 of 16"), "{errors}");
    let (code, errors) = of(&["--arrivals", "sometimes"]);
    assert!(code == Some(64) && errors.contains("poisson:RATE"), "{errors}");
    let (code, errors) = of(&["--rate", "1", "--profile", "/nowhere.toml"]);
    assert!(code == Some(64) && errors.contains("/nowhere.toml"), "{errors}");
}

/// RFC 4648, without a library of the writer's.
fn base64(text: &str) -> Vec<u8> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0, 0_u32);
    for sign in text.bytes().filter(|sign| *sign != b'=') {
        held = held << 6 | u32::try_from(SIGNS.iter().position(|known| *known == sign).unwrap()).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff).try_into().unwrap());
        }
    }
    bytes
}
