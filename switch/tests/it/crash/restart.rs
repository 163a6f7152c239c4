//! Starts of the daemon, some of them killed half way, and the commands that read its data directory.

use super::dice::Dice;
use crate::settlement::commands::{EXAMPLE, ended, lijian};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{self, TryRecvError};
use std::{fs, thread};

/// Page faults of a start from its first instruction until it is ready, and some more: they count how far it has come,
/// whatever else the machine has to do.
const FAULTS_OF_A_START: u64 = 1_300;

/// Starts a daemon and kills it on its way to being ready, or just after. Whether it was ready is told.
pub(super) fn start_and_kill(mut command: Command, dice: &mut Dice) -> bool {
    let faults_max = dice.below(FAULTS_OF_A_START);
    let mut child = command.spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let (tell, told) = mpsc::channel();
    let reader = thread::spawn(move || log.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
    let mut said = Vec::new();
    let ready = loop {
        match told.try_recv() {
            Ok(line) if line.contains("\"ready\"") => break true,
            Ok(line) => said.push(line),
            Err(TryRecvError::Disconnected) => panic!("the daemon did not start:\n{}", said.join("\n")),
            Err(TryRecvError::Empty) if faults(&child) >= faults_max => break false,
            Err(TryRecvError::Empty) => thread::yield_now(),
        }
    };
    child.kill().unwrap();
    child.wait().unwrap();
    drop(told);
    let _ = reader.join();
    ready
}

/// Minor page faults of a process so far: the eighth number behind its name.
fn faults(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    let (_, behind_name) = status.rsplit_once(')').unwrap();
    behind_name.split_whitespace().nth(7).unwrap().parse().unwrap()
}

/// What `lijian ledger export` prints from a record on.
pub(super) fn exported(data: &Path, from: u64) -> String {
    let mut command = ledger("export", data);
    command.args(["--from", &from.to_string()]);
    successful(command)
}

/// What `lijian ledger verify` prints.
pub(super) fn verified(data: &Path) -> String {
    successful(ledger("verify", data))
}

fn ledger(command: &str, data: &Path) -> Command {
    let mut process = lijian("ledger");
    process.args([command, "--config", EXAMPLE, "--data"]).arg(data);
    process
}

fn successful(command: Command) -> String {
    let (code, output, errors) = ended(command);
    assert_eq!(code, Some(0), "{errors}");
    output
}
