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
