//! Instructions, counted by valgrind's callgrind over a run of this program of its own for each operation.

use crate::Rounds;
use crate::messages::Operation;
use crate::meter::Meter;
use std::process::Command;

/// Asks this program for rounds of the operation that follows.
const ARGUMENT: &str = "--rounds-of";

/// The operation of which rounds are asked for, if this is such a run.
pub(crate) fn asked_for() -> Option<Operation> {
    let mut arguments = std::env::args().skip_while(|argument| argument != ARGUMENT);
    let name = arguments.nth(1)?;
    Operation::ALL.into_iter().find(|operation| operation.name() == name)
}

/// Rounds in which the operation alone is measured.
pub(crate) fn run(operation: Operation, rounds: u32) {
    let mut round = Rounds::new(operation);
    for _ in 0..rounds {
        round.round(&mut Meter::off(), &mut Meter::on());
    }
}

/// Instructions of all counted rounds of each; nothing where valgrind is not installed.
pub(crate) fn count_all(operations: impl Iterator<Item = Operation>) -> Vec<(Operation, u64)> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("exchange: no instructions counted, valgrind is not installed");
        return Vec::new();
    }
    operations.map(|operation| (operation, count(operation))).collect()
}

fn count(operation: Operation) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    // Counting begins and ends with each call of this function.
    valgrind.args(["--collect-atstart=no", "--toggle-collect=*counted_by_callgrind*"]);
    let output = valgrind.arg(std::env::current_exe().unwrap()).args([ARGUMENT, operation.name()]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let line = said.lines().find_map(|line| line.split_once("Collected :"));
    line.unwrap().1.trim().parse().unwrap()
}
