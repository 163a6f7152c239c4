//! Settles the day with `lijian settle`, beside the running switch, and proves the set with `lijian verify`.

use super::directory::Directory;
use super::error::DemoError;
use super::script::DATE;
use super::table::yuan;
use serde_json::Value;
use std::fmt::Write as _;
use std::process::Command;

/// What the manifest must say, in fen. Granted: 999.80 + 2,000.00 + 399.89 + 1,100.31 + 517.93 + 299.80 = 5,317.73, and by the
/// reversal of the void 299.80 again: 5,617.53. Returned: 2,000.00 by a reversal, 299.80 by the void, 299.80 by the first
/// refund: 2,599.60. Net: 5,617.53 - 2,599.60 = 3,017.93.
const TOTALS: [(&str, u64); 7] = [
    ("/totals/granted", 561_753),
    ("/totals/returned", 259_960),
    ("/totals/net", 301_793),
    ("/held/amount", 0),
    ("/held/in_doubt_count", 0),
    ("/counts/grants", 7),
    ("/counts/returns", 4),
];

/// What is printed, and whether all of it is right.
pub(super) struct Settled {
    pub(super) text: String,
    pub(super) right: bool,
}

/// Settles and verifies.
pub(super) fn settle(directory: &Directory) -> Result<Settled, DemoError> {
    let out = directory.settlement(DATE);
    let program = std::env::current_exe().map_err(DemoError::System)?;
    let mut settle = Command::new(&program);
    settle.arg("settle").arg("--config").arg(directory.config()).arg("--data").arg(directory.data());
    settle.arg("--date").arg(DATE).arg("--out").arg(&out);
    let mut verify = Command::new(&program);
    verify.arg("verify").arg(&out);
    let mut problems = complaint(settle, "lijian settle")?;
    problems.push_str(&complaint(verify, "lijian verify")?);

    let manifest = std::fs::read(out.join("manifest.json")).ok();
    let manifest: Value = manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let number = |pointer| manifest.pointer(pointer).and_then(Value::as_u64);
    for (pointer, wanted) in TOTALS {
        if number(pointer) != Some(wanted) {
            let got = number(pointer).map_or_else(|| "nothing".to_owned(), |got| got.to_string());
            let _ = writeln!(problems, "  WRONG: {pointer} of the manifest is {got}, worked out by hand: {wanted}");
        }
    }
    let [granted, returned, net, held, ..] = TOTALS.map(|(pointer, _)| yuan(number(pointer).unwrap_or(0)));
    let status = manifest.get("status").and_then(Value::as_str).unwrap_or("missing");
    let text = format!(
        "Settlement of {DATE} ({status}): made by `lijian settle` beside the running switch, proved by `lijian verify`\n  \
         granted {granted} - returned {returned} = net {net}, what the budget has used; held {held}\n  \
         {}:\n    {}\n{problems}",
        out.display(),
        files(&manifest),
    );
    Ok(Settled { text, right: problems.is_empty() })
}

/// The set's files and their rows, as its manifest has them.
fn files(manifest: &Value) -> String {
    let file = |file: &Value| Some(format!("{} ({} rows)", file.get("name")?.as_str()?, file.get("rows")?.as_u64()?));
    let files = manifest.get("files").and_then(Value::as_array).into_iter().flatten().filter_map(file);
    files.chain(["manifest.json".to_owned()]).collect::<Vec<_>>().join("\n    ")
}

/// Runs a command; what it said, if it did not come to exit code 0.
fn complaint(mut command: Command, name: &str) -> Result<String, DemoError> {
    let output = command.output().map_err(DemoError::System)?;
    if output.status.success() {
        return Ok(String::new());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim_end().replace('\n', "\n    ");
    Ok(format!("  WRONG: {name} ended with {}:\n    {said}\n", output.status))
}
