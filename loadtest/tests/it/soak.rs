//! The load with faults as a shell sees it: what it prints, and how it fails. Its long form is run by CI.

use crate::compare::switch;
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lijian-load");

#[test]
fn what_cannot_be_started_says_why() {
    let mut soak = Command::new(PROGRAM);
    soak.args(["soak", "--minutes", "1", "--rate", "10", "--switch", "/nowhere/lijian"]);
    let ended = soak.output().unwrap();
    let errors = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(64), "{errors}");
    assert!(errors.contains("/nowhere/lijian: expected the switch here"), "{errors}");
}

#[test]
fn a_minute_with_faults_adds_up_to_the_fen() {
    let Some(_) = switch() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut soak = Command::new(PROGRAM);
    // Few enough for a program that is not optimised, beside other tests.
    soak.args(["soak", "--minutes", "1", "--rate", "60", "--fault-every", "12", "--folder"]).arg(folder.path());
    let ended = soak.output().unwrap();
    let (printed, errors) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert_eq!((ended.status.code(), errors.as_str()), (Some(0), ""), "{printed}");
    let line = |begin: &str| printed.lines().find(|line| line.starts_with(begin)).unwrap_or_default().to_owned();
    assert!(line("oracle").ends_with("; 0 differences"), "{printed}");
    assert!(
        line("faults")
            .split_whitespace()
            .nth(1)
            .and_then(|faults| faults.parse().ok())
            .is_some_and(|faults: u64| faults >= 3),
        "{printed}"
    );
    assert!(line("connections").contains("; 0 reversals or refunds owed"), "{printed}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}
