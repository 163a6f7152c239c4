//! What is said before the day, at its end, and while the switch goes on serving.

use super::DemoArguments;
use super::directory::Directory;
use super::error::DemoError;
use super::host::Host;
use super::play::Player;
use super::script::{BUDGET, CLOCK, DATE, OPENING_FEN, SHOP};
use super::switch::Switch;
use super::table::yuan;

/// The field 48 of a sale to try: GTIN (01) and unit price (03), each tag with its length.
const SAMPLE_ITEM: &str = "01013694566030021003006149900";

/// Where everything is.
pub(super) fn opening(
    directory: &Directory,
    host: &Host,
    switch: &Switch,
    arguments: &DemoArguments,
) -> Result<String, DemoError> {
    let fate = if arguments.keep { "kept" } else { "removed at the end; --keep leaves it" };
    Ok(format!(
        "Lijian demo: a till day of the Shenzhen 2024 programme, real ISO 8583 over real TCP.\n\n\
         till       two of them, one on each acquirer link of the switch\n\
         switch     {} (ascii: iso87-ascii), {} (pos: unionpay-pos)\n\
         issuer     {}, a simulator with books of its own\n\
         admin      http://{}\n\
         directory  {} ({fate})\n\
         campaign   shenzhen-2024, budget {} yuan; the switch's clock starts at {CLOCK}\n\n\
         Amounts are in yuan. DE4 is the amount, DE54 carries the full price to the issuer, 39 is the response code, 82 the\n\
         decision, held/used/remaining are those of the cap {BUDGET}. A dash: nothing there.\n",
        switch.acquirer("ascii")?,
        switch.acquirer("pos")?,
        host.address(),
        switch.admin(),
        directory.path().display(),
        yuan(OPENING_FEN),
    ))
}

/// Whether it all came out.
pub(super) fn verdict(steps: usize, right: bool) -> String {
    match right {
        true => format!("\nAll {steps} steps, the books and the settlement are as worked out by hand.\n"),
        false => "\nNOT as worked out by hand: see the lines that say WRONG.\n".to_owned(),
    }
}

/// What to try while it serves.
pub(super) fn invitation(directory: &Directory, switch: &Switch, player: &Player<'_>) -> Result<String, DemoError> {
    let (ascii, pos, admin) = (switch.acquirer("ascii")?, switch.acquirer("pos")?, switch.admin());
    let program = std::env::current_exe().map_err(DemoError::System)?;
    let rrn = player.rrn(1).unwrap_or_default();
    Ok(format!(
        "\nServing until Ctrl-C. Point a terminal or a simulator at it (2-byte length in front of each message):\n\
         \x20 {ascii}  iso87-ascii\n\
         \x20 {pos}  unionpay-pos\n\
         for example an 0200 of 1,499.00 (DE4 000000149900) for a washing machine of grade 1, 299.80 off:\n\
         \x20 DE42 {SHOP}, DE48 {SAMPLE_ITEM}, any card\n\
         or ask:\n\
         \x20 curl http://{admin}/api/v1/budgets\n\
         \x20 curl http://{admin}/api/v1/transactions/{rrn}\n\
         \x20 curl http://{admin}/metrics\n\
         \x20 {program} settle --config {config} --data {data} \\\n\
         \x20     --date {DATE} --out {out}\n\
         The switch's log: {log}\n",
        program = program.display(),
        config = directory.config().display(),
        data = directory.data().display(),
        out = directory.settlement("again").display(),
        log = directory.log().display(),
    ))
}
