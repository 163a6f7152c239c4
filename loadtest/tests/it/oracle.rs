//! The money oracle as a shell sees it: agreement is exit code 0, a fen is 1 and a named sale.

use std::fs;
use std::process::Command;

const LEDGER: &str = r#"{"lsn":1,"kind":"opened","rules":"00"}
{"lsn":2,"kind":"intent","origin":{"terminal":"00000000","stan":"000001"},"grant":"0A1","gross":123456,"net":98765,"discount":24691,"items":[{"gtin":"6901840100070","quantity":1,"unit_price":123456,"discount":24691}],"sponsors":[{"sponsor":"city","amount":24691}],"caps":[],"quote":null}
{"lsn":3,"kind":"granted","intent":2,"answer":{"rrn":"000000000001"}}
"#;
const TOLD: &str = "approved,sale,0,00000000,000001,000000,000000000001,0A1,98765,24691
approved,sale,0,00000000,000002,000000,000000000002,,5000,0
";
const PROFILE: &str = "[[goods]]\ngtin = \"6901840100070\"\nprice_fen = 123456\nrate_basis_points = 2000\n";

fn check(told: &str, profile: &str, code: i32, output: &str, errors: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_lijian-load"));
    command.arg("oracle").arg("--acked").arg(file("acked.csv", told));
    command.arg("--ledger").arg(file("ledger.jsonl", LEDGER)).arg("--profile").arg(file("profile.toml", profile));
    let ended = command.output().unwrap();
    let (out, err) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert_eq!(ended.status.code(), Some(code), "{out}{err}");
    assert!(out.contains(output), "{out}");
    for expected in errors {
        assert!(err.contains(expected), "{err:?}: {expected:?}");
    }
}

#[test]
fn agreement_is_0_and_a_fen_is_1() {
    check(TOLD, PROFILE, 0, "paid 98765, discounts 24691 minor units; 0 reversed", &[]);
    let fen = ["grant 0A1, RRN 000000000001: paid: the till was told 98766, the ledger says 98765", "1 differences"];
    check(&TOLD.replace("98765", "98766"), PROFILE, 1, "1 differences", &fen);
    check("", PROFILE, 1, "", &["grant 0A1, RRN 000000000001: the ledger granted 24691, no till was told"]);
    check(&format!("{TOLD}{TOLD}"), PROFILE, 1, "", &["grant 0A1, RRN 000000000001: told more than once"]);
    let capped = format!("{PROFILE}cap_fen = 20000\n");
    check(TOLD, &capped, 1, "", &["item 6901840100070: expected a discount of 20000, the ledger says 24691"]);
}

#[test]
fn what_cannot_be_read_is_64() {
    check("0,1\n", PROFILE, 64, "", &["acked.csv: line 1: expected outcome,kind,link,terminal,stan"]);
    check(TOLD, "[[goods]]\nprice_fen = 1\nrate = 5\n", 64, "", &["profile.toml", "line 3", "rate"]);
}
