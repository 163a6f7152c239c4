//! `lijian check`, and what every command that reads the configuration has in common.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/examples/shenzhen-2024/switch.toml")
}

fn check(config: &Path, arguments: &[&str], production: bool) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
    command.arg("check").arg("--config").arg(config).args(arguments).env_remove("LIJIAN_PRODUCTION");
    if production {
        command.env("LIJIAN_PRODUCTION", "1");
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn the_example_is_right() {
    let (code, _, errors) = check(&example(), &[], true);
    assert_eq!(code, Some(64), "nobody vouches for its rules");
    assert!(errors.contains("rules.signers: found 0 signers") && errors.contains("1 error"), "{errors}");
    let (code, output, errors) = check(&example(), &[], false);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    for line in [
        "campaigns  shenzhen-2024",
        "acquirer   ascii listens on 127.0.0.1:8583, iso87-ascii, goes to issuer",
        "acquirer   pos listens on 127.0.0.1:8584, unionpay-pos, goes to issuer",
        "issuer     issuer at 127.0.0.1:9583, iso87-ascii",
        "portal     127.0.0.1:8081",
    ] {
        assert!(output.contains(line), "{line} is not in\n{output}");
    }
    assert!(!output.contains("REHEARSAL"));
}

#[test]
fn arguments_change_it() {
    let now = ["--set", "clock.now=2024-10-01T10:00:00+08:00", "--data", "elsewhere"];
    let (code, output, _) = check(&example(), &now, false);
    assert_eq!(code, Some(0));
    assert!(output.contains("store      elsewhere, fdatasync"), "{output}");
    assert!(output.contains("REHEARSAL: time begins at 2024-10-01T10:00:00"), "{output}");
    let (code, output, errors) = check(&example(), &now, true);
    assert_eq!((code, output.as_str()), (Some(64), ""));
    assert!(errors.contains("clock.now") && errors.contains("LIJIAN_PRODUCTION"), "{errors}");
}

#[test]
fn every_mistake_is_named_without_colour() {
    let wrong =
        ["--set", "store.durabilty=x", "--set", "links.issuers.issuer.hosts=[]", "--set", "catalogue.files=none.csv"];
    let (code, output, errors) = check(&example(), &wrong, false);
    assert_eq!((code, output.as_str()), (Some(64), ""));
    for text in ["did you mean durability?", "links.issuers.issuer.hosts", "none.csv", "3 errors in the configuration"]
    {
        assert!(errors.contains(text), "{text} is not in\n{errors}");
    }
    assert!(!errors.contains('\u{1b}'));
}

/// What may wait, and who decides about it.
#[test]
fn mistakes_of_the_queue_and_of_people_are_named_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("switch.toml");
    let shipped = std::fs::read_to_string(example()).unwrap();
    let shipped =
        shipped.replace("../../campaigns", example().parent().unwrap().join("../../campaigns").to_str().unwrap());
    for file in ["catalogue.csv", "merchants.csv"] {
        std::fs::copy(example().with_file_name(file), folder.path().join(file)).unwrap();
    }
    std::fs::write(&config, &shipped).unwrap();
    assert_eq!(check(&config, &[], false).0, Some(0));
    let wrong = shipped.replace("answer_ms_max = 15_000", "answer_ms_max = 5").replace(
        "[admin]\nlisten = \"127.0.0.1:8080\"",
        "[admin]\nlisten = \"127.0.0.1:8080\"\n[[admin.people]]\nname = \"li\"\ntoken_sha256 = \"opensesame\"",
    );
    std::fs::write(&config, &wrong).unwrap();
    let line = |text: &str| 1 + wrong.lines().position(|line| line.starts_with(text)).unwrap();
    let (code, output, errors) = check(&config, &[], false);
    assert_eq!((code, output.as_str()), (Some(64), ""), "{errors}");
    let queue = format!("switch.toml:{}: queue.answer_ms_max: found 5, expected an integer", line("answer_ms_max = 5"));
    let person = format!(
        "switch.toml:{}: admin.people[0].token_sha256: found another text, expected 64 hexadecimal digits",
        line("token_sha256 = "),
    );
    for text in [queue.as_str(), person.as_str(), "2 errors in the configuration"] {
        assert!(errors.contains(text), "{text} is not in\n{errors}");
    }
    assert!(!errors.contains("opensesame"), "a token is shown to nobody: {errors}");
}

#[test]
fn bad_usage_is_64_and_help_has_an_example() {
    let run = |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_lijian")).args(arguments).output().unwrap();
    for wrong in [&["check"][..], &["chekc"], &["check", "--config", "a", "--set", "novalue"], &[]] {
        assert_eq!(run(wrong).status.code(), Some(64), "{wrong:?}");
    }
    for command in ["check", "decode", "encode", "settle", "verify"] {
        let help = run(&[command, "--help"]);
        assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("Example"), "{command}");
    }
}
