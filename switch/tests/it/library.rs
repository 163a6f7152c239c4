//! `lijian catalogue`, `merchants`, `terminals` and `blacklist`: what is taken in, and what stays as it was.

use crate::daemon::host::issuer;
use crate::daemon::process::Daemon;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HEADING: &str = "gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to\n";
const KNOWN: &str = "6901840100070,refrigerator,青砚,QY-RF100A,冰箱,1,1600000,,\n";
const NEW: &str = "6901840199999,phone,青砚,P1,手机,,300000,,\n";

struct Library {
    folder: tempfile::TempDir,
}

impl Library {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Runs a command of a table, and gives exit code, output and errors.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/examples/shenzhen-2024/switch.toml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
        command.args(arguments).arg("--config").arg(config).arg("--data").arg(self.folder.path().join("data"));
        command.args(["--set", "clock.now=2024-10-01T10:00:00+08:00"]).env_remove("LIJIAN_PRODUCTION");
        let Output { status, stdout, stderr } = command.output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("data/library/changes.log")).unwrap_or_default()
    }

    fn rules(&self) -> String {
        let (code, output, errors) = self.run(&["check"]);
        assert_eq!(code, Some(0), "{errors}");
        output.lines().find(|line| line.starts_with("rules")).unwrap().to_owned()
    }
}

#[test]
fn all_rows_are_taken_in_or_none_or_the_right_ones() {
    let library = Library::new();
    let before = library.rules();
    let wrong = format!("{HEADING}{KNOWN}{NEW}6901840199990,phone,B,M,=cmd,,,,\n");
    let wrong = library.file("wrong.csv", wrong.as_bytes());
    let wrong = wrong.to_str().unwrap();
    for arguments in [["catalogue", "check", wrong], ["catalogue", "import", wrong]] {
        let (code, output, errors) = library.run(&arguments);
        assert_eq!((code, output.as_str()), (Some(1), ""));
        assert!(errors.contains("wrong.csv:4") && errors.contains("gtin") && errors.contains("formula"), "{errors}");
        assert!(errors.contains("2 rows are right, 1 wrong"), "{errors}");
    }
    assert_eq!((library.log().as_str(), library.rules()), ("", before.clone()), "the old state is kept");

    let (code, output, errors) = library.run(&["catalogue", "import", wrong, "--partial", "--by", "Li Na"]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(output.starts_with("2 rows taken in, 1 left out: change 1, SHA-256 "), "{output}");
    assert!(errors.contains("wrong.csv:4"), "what is left out is told: {errors}");
    assert!(library.log().starts_with("{\"number\":1,\"at\":\"2024-10-01T02:00:0"), "{}", library.log());
    assert_ne!(library.rules(), before);
}

#[test]
fn a_product_has_a_history_and_can_be_withdrawn() {
    let library = Library::new();
    let before = library.rules();
    // As a spreadsheet in Chinese saves it.
    let (gb18030, _, _) = encoding_rs::GB18030.encode(
        "gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to\r\n\
        6901840100070,refrigerator,青砚,QY-RF100A,冰箱,1,1600000,,\r\n",
    );
    let file = library.file("new.csv", &gb18030);
    let (code, _, errors) = library.run(&["catalogue", "import", file.to_str().unwrap(), "--by", "Li Na"]);
    assert_eq!(code, Some(0), "{errors}");
    let (code, _, errors) = library.run(&["catalogue", "withdraw", "6901840100070", "--by", "Wang"]);
    assert_eq!(code, Some(0), "{errors}");

    let (code, output, _) = library.run(&["catalogue", "history", "6901840100070"]);
    let lines: Vec<_> = output.lines().collect();
    assert_eq!((code, lines.len()), (Some(0), 3), "{output}");
    assert!(lines[0].starts_with("always\tconfiguration\t") && lines[0].contains("1699900"), "{output}");
    assert!(
        lines[1].starts_with("2024-10-01T10:00:0") && lines[1].contains("\tLi Na\tchange 1: imported from new.csv")
    );
    assert!(lines[1].contains("青砚") && lines[1].contains("1600000"), "{output}");
    assert!(lines[2].ends_with("\tWang\tchange 2: withdrawn\t-"), "{output}");
    let at = ["catalogue", "history", "6901840100070", "--at", "2024-10-01T09:59:59+08:00"];
    let (_, output, _) = library.run(&at);
    assert!(output.lines().count() == 1 && output.contains("1699900"), "{output}");
    assert_eq!(library.run(&["catalogue", "history", "6901840100071"]).0, Some(64), "no GTIN");

    let export = library.folder.path().join("all.csv");
    let (code, _, errors) = library.run(&["catalogue", "export", export.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{errors}");
    let text = fs::read_to_string(&export).unwrap();
    assert!(text.starts_with("\u{feff}gtin,category,") && !text.contains("6901840100070"));
    // What was exported says what is in force, and is taken in again.
    let (code, output, errors) = library.run(&["catalogue", "import", export.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(output.contains(" 0 left out: change 3"), "{output}");
    assert_ne!(library.rules(), before);
}

#[test]
fn the_other_tables_go_the_same_way() {
    let library = Library::new();
    let terminals = "merchant_id,acquirer,terminal_id,type,store,trained_on,valid_from,valid_to\n";
    let twice = format!("{terminals}999584057220001,ascii,T1,pos,,2024-09-01,,\n999584057220001,ascii,T1,pos,,,,\n");
    let twice = library.file("t.csv", twice.as_bytes());
    let (code, _, errors) = library.run(&["terminals", "import", twice.to_str().unwrap()]);
    assert_eq!((code, library.log().as_str()), (Some(1), ""));
    assert!(errors.contains("t.csv:3") && errors.contains("each key once"), "{errors}");
    let once = library.file("t.csv", format!("{terminals}999584057220001,ascii,T1,pos,,2024-09-01,,\n").as_bytes());
    assert_eq!(library.run(&["terminals", "import", once.to_str().unwrap()]).0, Some(0));
    let list =
        "merchant_id,acquirer,credit_code,terminal_id,from,until,reason\n999584057220001,ascii,,,2024-10-01T12:00,,x\n";
    let list = library.file("b.csv", list.as_bytes());
    assert_eq!(library.run(&["blacklist", "import", list.to_str().unwrap()]).0, Some(0));
    let key = "ascii/999584057220001";
    let (code, output, _) = library.run(&["merchants", "history", key]);
    assert!(code == Some(0) && output.contains("merchants.csv"), "{output}");
    let (code, output, errors) = library.run(&["blacklist", "withdraw", &format!("{key}///2024-10-01T12:00")]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(output.contains("change 3"), "{output}");
    let (code, output, _) = library.run(&["check"]);
    assert!(code == Some(0) && output.contains("library    3 changes"), "{output}");
}

#[test]
fn an_import_counts_in_a_running_daemon_from_its_next_change_of_rules_on() {
    let library = Library::new();
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::start(&library.folder.path().join("data"), address, &[]);
    let before = daemon.json("/api/v1/campaigns");
    let file = library.file("new.csv", format!("{HEADING}{NEW}").as_bytes());
    let (code, _, errors) = library.run(&["catalogue", "import", file.to_str().unwrap(), "--by", "Li Na"]);
    assert_eq!(code, Some(0), "{errors}");
    assert_eq!(daemon.json("/api/v1/campaigns")["version"], before["version"], "not before it is told");
    let (status, body) = daemon.post("/api/v1/config/reload", None, "");
    assert_eq!(status, 200, "{body}");
    let after = daemon.json("/api/v1/campaigns");
    assert_ne!(after["version"], before["version"]);
    let products = |page: &serde_json::Value| page["products"].as_u64().unwrap();
    assert_eq!(products(&after), products(&before) + 1);
    // The version can be made anew, the import among its files.
    let version = after["version"].as_str().unwrap();
    let (code, shown, errors) = library.run(&["rules", "show", version]);
    assert!(code == Some(0) && shown.contains("  library "), "{shown}{errors}");
}

#[test]
fn what_is_not_in_force_cannot_be_taken_out_and_what_is_leaves_rules_that_load() {
    let library = Library::new();
    let run = |arguments: &[&str]| library.run(arguments);
    let (code, _, errors) = run(&["merchants", "withdraw", "ascii/NOBODY", "--by", "Wang"]);
    assert!(code == Some(1) && errors.contains("ascii/NOBODY is not in force"), "{errors}");
    assert_eq!(library.log(), "");

    let heading = "merchant_id,acquirer,terminal_id,type,store,trained_on,valid_from,valid_to\n";
    let row = "999584057220001,ascii,T1,pos,a,2024-09-01,,\n";
    let terminals = library.file("terminals.csv", format!("{heading}{row}").as_bytes());
    let files = format!("terminals.files=[\"{}\"]", terminals.display());
    let with = |arguments: &[&str]| run(&[arguments, &["--set", &files]].concat());
    assert_eq!(with(&["terminals", "withdraw", "ascii/999584057220001/T1", "--by", "Wang"]).0, Some(0));
    // A list of which nothing is left admits nobody; a merchant that went takes its terminals along.
    assert_eq!(with(&["merchants", "withdraw", "ascii/999584057220001", "--by", "Wang"]).0, Some(0));
    let (code, _, errors) = with(&["check"]);
    assert_eq!(code, Some(0), "{errors}");
}
