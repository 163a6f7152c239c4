//! The example whose qualifications are claimed, gone through as `docs/claims.md` tells a reader: its commands are read from
//! the page, so that what the page says is what happens.

use super::CONFIG;
use crate::daemon::host::issuer;
use crate::daemon::process::{Daemon, command_of};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const BASE: &str = "http://127.0.0.1:8080";

fn example() -> PathBuf {
    Path::new(CONFIG).join("examples/shenzhen-2024/switch-claimed.toml")
}

fn check(production: bool) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
    command.arg("check").arg("--config").arg(example()).env_remove("LIJIAN_PRODUCTION");
    if production {
        command.env("LIJIAN_PRODUCTION", "1");
    }
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[test]
fn a_trial_is_no_production() {
    let (code, said) = check(false);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("REHEARSAL: time begins at 2024-10-01T10:00:00"), "{said}");
    let (code, said) = check(true);
    assert_eq!(code, Some(64), "{said}");
    for trial in ["clock.now", "claims.provider.kind", "rules.signers"] {
        assert!(said.contains(trial), "{trial} is not refused in\n{said}");
    }
}

#[test]
fn the_example_does_what_its_page_says() {
    let data = tempfile::tempdir().unwrap();
    let daemon = Daemon::spawn(command_of(&example(), data.path(), issuer(|_| {}).0, &[]));
    daemon.until_issuer();
    let page = std::fs::read_to_string(Path::new(CONFIG).join("../docs/claims.md")).unwrap();
    let walk = page.split_once("## Trying it\n").unwrap().1.split_once("\n## ").unwrap().0;
    let mut code = String::new();
    let mut said = Vec::new();
    // Within quotes the shell wants the quotes closed and opened again around it.
    for step in steps(&walk.replace("'$CODE'", "$CODE")) {
        let told = |text: &str| text.replace("$CODE", &code);
        match step {
            Step::Curl { token, path, body } => {
                let method = if body.is_some() { "POST" } else { "GET" };
                let body = told(body.as_deref().unwrap_or_default());
                let (status, answer) = daemon.send(method, &told(&path), Some(&token), &body);
                let answer: Value = serde_json::from_str(&answer).unwrap();
                if status == 201 {
                    answer["codes"][0]["code"].as_str().unwrap().clone_into(&mut code);
                }
                said.push((status, text(&answer, &["reasons", "stage", "detail"]), text(&answer, &["until", "used"])));
            }
            Step::Sale(message) => {
                let answer = sell(daemon.acquirer("ascii"), &told(&message));
                let field = |number: &str| answer["fields"][number].as_str().unwrap().to_owned();
                assert_eq!((field("4").as_str(), field("39").as_str()), ("000000399920", "00"), "{answer}");
                assert!(answer.to_string().contains("G000"), "{answer}");
            }
        }
    }
    let expected = [
        (422, "identity-mismatch", ""),
        (201, "unconfirmed", "0"),
        (200, "issued", "2024-10-08T16:00:00Z"),
        (200, "issued", "2024-10-08T16:00:00Z1"),
        (409, "in-use", ""),
        (409, "redeemed", ""),
    ];
    assert_eq!(said.len(), expected.len(), "{said:?}");
    for ((status, what, more), (expected_status, expected_what, expected_more)) in said.into_iter().zip(expected) {
        assert!(what.contains(expected_what) && more.contains(expected_more), "{status} {what} {more}");
        assert_eq!(status, expected_status, "{what}");
    }
}

/// What a reader types.
enum Step {
    Curl { token: String, path: String, body: Option<String> },
    Sale(String),
}

/// The requests of a walk and the messages of its tills, in their order.
fn steps(walk: &str) -> Vec<Step> {
    let blocks: Vec<&str> = walk.split("```\n").skip(1).step_by(2).collect();
    let blocks = blocks.concat();
    let starts = blocks.match_indices("curl ").chain(blocks.match_indices("SALE='"));
    let mut starts: Vec<usize> = starts.map(|(at, _)| at).collect();
    starts.sort_unstable();
    let step = |at: usize| {
        let text = &blocks[at..];
        if let Some(message) = text.strip_prefix("SALE='") {
            return Step::Sale(message.split_once("}}'\n").unwrap().0.to_owned() + "}}");
        }
        // A body may take several lines; without one the command ends with its line.
        let (line, rest) = text.split_once('\n').unwrap();
        let body = line.split_once(" -d '").map(|(_, first)| format!("{first}\n{rest}"));
        let body = body.map(|body| body.split_once('\'').unwrap().0.to_owned());
        let token = line.split_once("Bearer ").unwrap().1.split_once('\'').unwrap().0;
        let path = line.split_once(BASE).unwrap().1.split(' ').next().unwrap();
        Step::Curl { token: token.to_owned(), path: path.to_owned(), body }
    };
    starts.into_iter().map(step).collect()
}

/// Encodes, sends and decodes a message by the commands of the page.
fn sell(till: SocketAddr, message: &str) -> Value {
    let request = lijian(&["encode", "--dialect", "iso87-ascii"], message);
    let bytes: Vec<u8> = request
        .trim()
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let mut stream = TcpStream::connect(till).unwrap();
    stream.write_all(&u16::try_from(bytes.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&bytes).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    let answer: String = answer.iter().map(|byte| format!("{byte:02X}")).collect();
    serde_json::from_str(&lijian(&["decode", "--dialect", "iso87-ascii", &answer], "")).unwrap()
}

fn lijian(arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What these keys say, one after the other.
fn text(answer: &Value, keys: &[&str]) -> String {
    let said = keys.iter().map(|key| &answer[key]).filter(|value| !value.is_null());
    said.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}
