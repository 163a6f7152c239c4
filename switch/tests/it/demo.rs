//! `lijian demo`: the whole day by itself, its table, its exit code, and nothing left behind.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn demo(arguments: &[&str], temporary: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
    // From a directory of no meaning: the example's files must come out of the program.
    command.arg("demo").args(arguments).current_dir(temporary).env("TMPDIR", temporary);
    command.env_remove("LIJIAN_PRODUCTION").env_remove("LIJIAN_LOG");
    command
}

/// The figures of a step: the line below the one that begins with its number.
fn figures(output: &str, step: usize) -> Vec<&str> {
    let number = format!("{step:>2}  ");
    let line = output.lines().skip_while(|line| !line.starts_with(&number)).nth(1).unwrap();
    line.split_whitespace().filter(|cell| *cell != "│").collect()
}

#[test]
fn the_day_comes_out_is_settled_and_nothing_is_left() {
    let temporary = tempfile::tempdir().unwrap();
    let output = demo(&["--once"], temporary.path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let check = |step, cells: &str| assert_eq!(figures(&text, step).join(" "), cells, "step {step}:\n{text}");
    check(1, "0200 4,999.00 0200 3,999.20 4,999.00 0210 00 G000 3,999.20 999.80 0.00 999.80 3,500.20");
    check(4, "0200 4,399.00 - - - 0210 65 N105 4,399.00 - 0.00 3,399.69 1,100.31");
    check(10, "0200 4,999.00 - - - 0210 00 G000 3,999.20 999.80 0.00 3,399.69 1,100.31");
    check(13, "0200 2,266.00 0200 1,926.10 2,266.00 0210 98 N199 2,266.00 - 0.00 3,399.69 1,100.31");
    check(14, "0200 6,899.00 - - - 0210 61 N106 6,899.00 - 0.00 3,399.69 1,100.31");
    check(16, "0400 13,899.00 0400 11,899.00 - 0410 00 - 13,899.00 - 0.00 2,500.00 2,000.00");
    check(18, "0100 1,499.00 - - - 0110 00 G000 1,199.20 299.80 299.80 3,017.93 1,182.27");
    check(19, "0200 1,199.20 0200 1,199.20 1,499.00 0210 00 G000 1,199.20 299.80 0.00 3,317.73 1,182.27");
    check(20, "0200 1,199.20 0200 1,199.20 - 0210 00 - 1,199.20 - 0.00 3,317.73 1,182.27");
    check(21, "0400 1,199.20 0400 1,199.20 - 0410 00 - 1,199.20 - 0.00 3,317.73 1,182.27");
    check(22, "0220 500.00 0220 500.00 - 0230 00 - 500.00 - 0.00 3,017.93 1,482.07");
    check(23, "0220 699.20 0220 699.20 - 0230 00 - 699.20 - 0.00 3,017.93 1,482.07");
    assert!(text.contains("opening 4,500.00 = remaining 1,482.07 + held 0.00 + used 3,017.93\n"), "{text}");
    assert!(text.contains("granted 5,617.53 - returned 2,599.60 = net 3,017.93"), "{text}");
    assert!(!text.contains('\x1b') && !text.contains("WRONG"), "{text}");
    assert!(!text.contains("622202000000"), "card numbers are masked");
    assert_eq!(temporary.path().read_dir().unwrap().count(), 0, "the directory is removed");
}

#[test]
fn it_serves_until_it_is_told_to_stop_and_keeps_what_it_was_told_to_keep() {
    let temporary = tempfile::tempdir().unwrap();
    let mut child = demo(&["--keep"], temporary.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let admin = lines.find_map(|line| Some(line.strip_prefix("admin")?.trim().to_owned())).unwrap();
    assert!(lines.any(|line| line.starts_with("Serving until Ctrl-C")), "it did not come to serving");
    let address = admin.strip_prefix("http://").unwrap();
    assert!(std::net::TcpStream::connect(address).is_ok(), "the switch serves");
    interrupt(&child);
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
    assert!(std::net::TcpStream::connect(address).is_err(), "the switch has ended");
    let kept = temporary.path().read_dir().unwrap().next().unwrap().unwrap().path();
    assert!(kept.join("settlement/2024-10-01/manifest.json").is_file());
}

#[test]
fn an_interrupted_day_leaves_nothing_either() {
    let temporary = tempfile::tempdir().unwrap();
    let mut child = demo(&[], temporary.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with(" 1  ")), "the day did not begin");
    interrupt(&child);
    // Unless this test was held up for longer than the day takes.
    let served = lines.any(|line| line.starts_with("Serving"));
    assert_eq!(child.wait().unwrap().code(), Some(if served { 0 } else { 75 }));
    assert_eq!(temporary.path().read_dir().unwrap().count(), 0, "the directory is removed");
}

/// As Ctrl-C does.
#[expect(unsafe_code, reason = "the standard library sends no signals but SIGKILL")]
fn interrupt(child: &Child) {
    let id = i32::try_from(child.id()).unwrap();
    // SAFETY: a signal to a child that has not been waited for.
    assert_eq!(unsafe { libc::kill(id, libc::SIGINT) }, 0);
}
