//! The comparison in its short form, with real processes: what it prints, and how it fails. No figure is held against another.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lijian-load");

fn compare(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(PROGRAM).arg("compare").args(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// The switch beside this program, if anybody built it: it is another crate's.
pub(crate) fn switch() -> Option<PathBuf> {
    let path = Path::new(PROGRAM).with_file_name("lijian");
    let found = path.is_file();
    if !found {
        assert_ne!(std::env::var("LIJIAN_REQUIRE_ALL").as_deref(), Ok("1"), "{} is not built", path.display());
        // Past the test's captured output, which nobody sees when it passes.
        let mut output = std::io::stderr();
        writeln!(output, "skipped: {} is not built", path.display()).unwrap();
    }
    found.then_some(path)
}

/// The number of this name in a line.
fn number(line: &str, name: &str) -> String {
    let found = line.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| unreachable!("no {name} in {line}")).to_owned()
}

#[test]
fn each_part_and_point_has_its_line() {
    let Some(_) = switch() else { return };
    let folder = tempfile::tempdir().unwrap();
    let short = ["--only", "plain", "--only", "sustained", "--points", "1x1,2x4", "--pairs", "1", "--seconds", "1"];
    let (code, printed, errors) = compare(&[&short[..], &["--folder", folder.path().to_str().unwrap()]].concat());
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{printed}");
    let lines: Vec<_> = printed.lines().collect();
    let begins = [
        "plain links=1 in_flight=1 tps=",
        "generator links=2 in_flight=4 tps=",
        "plain links=2 in_flight=4 tps=",
        "sustained links=2 in_flight=4 tps=",
    ];
    assert_eq!(lines.len(), begins.len(), "{printed}");
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "{line}");
        assert!(number(line, "tps").parse::<u64>().unwrap() > 0, "{line}");
        if line.starts_with("generator") {
            assert!(number(line, "core_tps").parse::<u64>().unwrap() > 0, "{line}");
            continue;
        }
        for name in ["relay_tps", "fdatasync_p50_us", "fdatasync_p99_us", "p50_us"] {
            assert!(number(line, name).parse::<u64>().unwrap() > 0, "{name}: {line}");
        }
        for name in ["throughput_ratio", "p99_ratio", "throughput_ratio_min", "throughput_ratio_max"] {
            let (whole, thousandths) = number(line, name).split_once('.').map(|(a, b)| (a.len(), b.len())).unwrap();
            assert!(whole > 0 && thousandths == 3, "{name}: {line}");
        }
        assert!(number(line, "p50_added_us").parse::<i64>().is_ok(), "{line}");
    }
    number(lines.last().unwrap(), "index_behind_ms");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "everything made is removed");
}

#[test]
fn ended_by_a_signal_it_leaves_nothing_behind() {
    let Some(_) = switch() else { return };
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["compare", "--only", "plain", "--points", "1x1", "--seconds", "600", "--folder"];
    let mut program = Command::new(PROGRAM).args(arguments).arg(folder.path()).stderr(Stdio::piped()).spawn().unwrap();
    // Its files are there once signals are listened to.
    while std::fs::read_dir(folder.path()).unwrap().count() == 0 {
        assert!(program.try_wait().unwrap().is_none(), "it ended");
        std::thread::yield_now();
    }
    let kill = Command::new("kill").args(["-TERM", &program.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = program.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && errors.contains("stopped before its end"), "{errors}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "everything made is removed");
}

#[test]
fn what_cannot_be_compared_says_why() {
    let (code, _, errors) = compare(&["--switch", "/nowhere/lijian"]);
    assert!(code == Some(64) && errors.contains("/nowhere/lijian"), "{errors}");
    let (code, _, errors) = compare(&["--points", "64"]);
    assert!(code == Some(64) && errors.contains("LINKSxIN_FLIGHT"), "{errors}");
    let (code, _, errors) = compare(&["--only", "everything"]);
    assert!(code == Some(64) && errors.contains("plain, subsidised or sustained"), "{errors}");
    // Something that ends at once is no switch.
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    let arguments =
        ["--switch", "/bin/true", "--points", "1x1", "--seconds", "1", "--only", "plain", "--folder", folder];
    let (code, _, errors) = compare(&arguments);
    assert!(code == Some(70) && errors.contains("the switch did not get ready"), "{errors}");
    let (code, printed, _) = compare(&["--help"]);
    assert!(code == Some(0) && printed.contains("lijian-load compare --only subsidised"), "{printed}");
}
