//! `lijian rules` as processes: keys, signatures, what was in force.

use crate::daemon::host::issuer;
use crate::daemon::process::{Daemon, EXAMPLE, command};
use sha2::{Digest as _, Sha256};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

fn lijian(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
    let Output { status, stdout, stderr } = command.args(arguments).env_remove("LIJIAN_PRODUCTION").output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn keygen(path: &Path) -> String {
    let (code, out, error) = lijian(&["rules", "keygen", "--out", path.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{error}");
    out.trim().strip_prefix("public_key = \"").unwrap().strip_suffix('"').unwrap().to_owned()
}

#[test]
fn signed_rules_start_in_production_and_unsigned_ones_do_not() {
    let data = tempfile::tempdir().unwrap();
    let path = |name: &str| data.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    let keys = ["wang", "li"].map(|name| (name, keygen(&path(name))));
    let (code, _, error) = lijian(&["rules", "keygen", "--out", &text("li")]);
    assert_eq!(code, Some(64), "a key is never written over: {error}");
    let signers = keys.iter().map(|(name, key)| format!("{{name=\"{name}\",public_key=\"{key}\"}}"));
    let signers = format!("rules.signers=[{}]", signers.collect::<Vec<_>>().join(","));
    let signatures = format!("rules.signatures=\"{}\"", text("signatures"));
    let sets = ["--config", EXAMPLE, "--data", data.path().to_str().unwrap(), "--set", &signers, "--set", &signatures];
    let sign = |name: &str, key: &str| {
        lijian(&[["rules", "sign", "--name", name, "--key", &text(key)].as_slice(), &sets].concat())
    };
    let verify = |more: &[&str]| lijian(&[["rules", "verify"].as_slice(), &sets, more].concat());
    let two = ["--set", "rules.signatures_min=2"];

    let start = || {
        let (address, _) = issuer(|_| {});
        let mut command = command(data.path(), address, &[&signers, &signatures]);
        // Rehearsals are refused in production: the machine's clock counts.
        let arguments: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
        let rehearsal =
            arguments.iter().position(|each| each.to_str().is_some_and(|each| each.starts_with("clock.now"))).unwrap();
        let mut production = Command::new(env!("CARGO_BIN_EXE_lijian"));
        production.args(&arguments[..rehearsal - 1]).args(&arguments[rehearsal + 1..]);
        production.env("LIJIAN_PRODUCTION", "1").env_remove("LIJIAN_LOG").stderr(std::process::Stdio::piped());
        command = production;
        command
    };
    let refused = start().output().unwrap();
    assert_eq!(refused.status.code(), Some(64));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("that nobody signed"), "{error}");

    assert_eq!(sign("wang", "li").0, Some(64), "another's key");
    assert_eq!(sign("zhao", "li").0, Some(64), "nobody's name");
    assert_eq!(sign("wang", "wang").0, Some(0));
    let (code, out, error) = verify(&two);
    assert!(
        code == Some(1) && out.contains("signed by wang\n") && error.contains("signed by wang only"),
        "{out}{error}"
    );
    assert_eq!(sign("li", "li").0, Some(0));
    let (code, out, error) = verify(&two);
    assert!(code == Some(0) && out.contains("signed by wang, li\n"), "{out}{error}");

    let daemon = Daemon::spawn(start());
    let version = daemon.json("/api/v1/campaigns")["version"].as_str().unwrap().to_owned();
    assert!(out.contains(&version), "{out}");
    let (_, listed, _) = lijian(&[["rules", "list"].as_slice(), &sets].concat());
    assert!(listed.starts_with(&format!("{version} first in force ")) && listed.lines().count() == 1, "{listed}");
    let (code, shown, error) = lijian(&[["rules", "show", &version].as_slice(), &sets].concat());
    assert!(code == Some(0) && shown.contains("campaigns shenzhen-2024.toml "), "{shown}{error}");
    assert_eq!(lijian(&[["rules", "show", "0000000000000000"].as_slice(), &sets].concat()).0, Some(1));
}

#[test]
fn the_seeds_of_a_lottery_fit_each_other_and_what_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("seeds");
    let make = || lijian(&["rules", "lottery", "--draws", "3", "--out", out.to_str().unwrap()]);
    let (code, printed, error) = make();
    assert_eq!(code, Some(0), "{error}");
    let published = printed.trim().strip_prefix("seed_sha256 = \"").unwrap().strip_suffix('"').unwrap();
    let bytes = |line: &str| -> Vec<u8> {
        (0..32).map(|at| u8::from_str_radix(&line[at * 2..at * 2 + 2], 16).unwrap()).collect()
    };
    let mut fits = bytes(published);
    let text = std::fs::read_to_string(&out).unwrap();
    assert_eq!(text.lines().count(), 3);
    for line in text.lines() {
        assert_eq!(Sha256::digest(bytes(line)).as_slice(), fits);
        fits = bytes(line);
    }
    assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(make().0, Some(64), "never written over");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), text);
}
