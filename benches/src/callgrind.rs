//! Instructions, counted by valgrind's callgrind over a run of the benchmark's own program for each operation: the same on each run
//! where time is not, so that CI can tell a regression.
//!
//! Valgrind knows no SHA extensions: there SHA-256 is computed by ordinary instructions. Counts are those of one compiler; another one
//! has them recorded anew.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a benchmark stops at the first surprise")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, ExitCode};

/// Asks the program for rounds of the operation that follows.
const ARGUMENT: &str = "--rounds-of";
/// Instructions of each operation, as they were when somebody last looked.
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.csv");
/// More or fewer than this is told, in hundredths: more is a failure.
const TOLERANCE_PERCENT: u64 = 5;

/// The operation of which rounds are asked for, if this is such a run.
pub fn asked_for() -> Option<String> {
    std::env::args().skip_while(|argument| argument != ARGUMENT).nth(1)
}

/// What runs in here counts, and nothing else does.
pub fn counted<T>(work: impl FnOnce() -> T) -> T {
    counted_by_callgrind(work)
}

/// Callgrind counts between the beginning and the end of functions of this name.
#[inline(never)]
fn counted_by_callgrind<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Whether instructions can be counted here; says so where they cannot.
pub fn is_installed() -> bool {
    let installed = Command::new("valgrind").arg("--version").output().is_ok();
    if !installed {
        println!("no instructions counted: valgrind is not installed");
    }
    installed
}

/// Instructions of an operation, over as many rounds as the program makes of it.
pub fn count(operation: &str) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.args(["--collect-atstart=no", "--toggle-collect=*counted_by_callgrind*"]);
    let output = valgrind.arg(std::env::current_exe().unwrap()).args([ARGUMENT, operation]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{operation}: {said}");
    let line = said.lines().find_map(|line| line.split_once("Collected :"));
    line.unwrap().1.trim().parse().unwrap()
}

/// Holds counts for one of each operation against those on record (`--check`), or records them (`--record`). Exit code 1 where one has
/// grown by more than a twentieth, or where valgrind is missing and `LIJIAN_REQUIRE_ALL` is set. None where neither is asked for.
pub fn gate(operations: &[&str], of_rounds: u64) -> Option<ExitCode> {
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    let (check, record) = (has("--check"), has("--record"));
    if !check && !record {
        return None;
    }
    if !is_installed() {
        let required = std::env::var_os("LIJIAN_REQUIRE_ALL").is_some();
        return Some(if required { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    let mut recorded = read();
    let mut worse = 0;
    for operation in operations {
        let now = count(operation) / of_rounds;
        let before = recorded.insert((*operation).to_owned(), now);
        let verdict = verdict(before, now);
        worse += u64::from(verdict == "more");
        println!("instructions {operation}: {now}, on record {}: {verdict}", before.unwrap_or(0));
    }
    if record {
        write(&recorded);
    } else if worse > 0 {
        println!(
            "{worse} operations take over {TOLERANCE_PERCENT} % more: make them cheaper, or say why and record them (--record)"
        );
        return Some(ExitCode::FAILURE);
    }
    Some(ExitCode::SUCCESS)
}

fn verdict(before: Option<u64>, now: u64) -> &'static str {
    let Some(before) = before else { return "more" };
    let tolerance = before * TOLERANCE_PERCENT / 100;
    match now {
        now if now > before + tolerance => "more",
        now if now + tolerance < before => "fewer: record them",
        _ => "as before",
    }
}

fn read() -> BTreeMap<String, u64> {
    let text = std::fs::read_to_string(RECORDED).unwrap_or_default();
    let line = |line: &str| {
        let (operation, count) =
            line.split_once(',').unwrap_or_else(|| panic!("{RECORDED}: expected NAME,COUNT: {line}"));
        (operation.to_owned(), count.parse().unwrap())
    };
    text.lines().skip(1).map(line).collect()
}

fn write(recorded: &BTreeMap<String, u64>) {
    let mut text = "operation,instructions\n".to_owned();
    recorded.iter().for_each(|(operation, count)| writeln!(text, "{operation},{count}").unwrap());
    std::fs::write(RECORDED, text).unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twentieth_more_is_too_much() {
        for (before, now, expected) in [
            (Some(1_000), 1_050, "as before"),
            (Some(1_000), 1_051, "more"),
            (Some(1_000), 950, "as before"),
            (Some(1_000), 949, "fewer: record them"),
            (None, 1, "more"),
        ] {
            assert_eq!(verdict(before, now), expected, "{before:?} {now}");
        }
    }
}
