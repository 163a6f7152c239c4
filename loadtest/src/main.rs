//! `lijian-load`: the other side of the wire, for rehearsals and measurements.

mod commands;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
