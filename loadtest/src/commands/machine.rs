//! What a load ran on, in words.

use super::{Failure, LATER};
use lijian_load::admin;
use std::net::SocketAddr;

/// The command line as it can be shown: names of files need not be text.
pub(super) fn command() -> String {
    let words: Vec<_> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    words.join(" ")
}

/// Processor, cores and system.
pub(super) fn described() -> String {
    let cores = std::thread::available_parallelism().map_or_else(|error| error.to_string(), |cores| cores.to_string());
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let (processors, kernel) = (read("/proc/cpuinfo"), read("/proc/sys/kernel/osrelease"));
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    format!("{model}, {cores} cores, {} {}", std::env::consts::OS, kernel.trim())
}

/// When a record of the switch counts as written, as it says itself.
pub(super) fn durability(admin: SocketAddr) -> Result<String, Failure> {
    let failed = |text: String| Failure { code: LATER, text };
    let page = admin::page(admin, "/metrics").map_err(|error| failed(error.to_string()))?;
    let policy =
        page.lines().find_map(|line| line.strip_prefix("lijian_journal_durability{policy=\"")?.split_once('"'));
    policy.map(|(policy, _)| policy.to_owned()).ok_or_else(|| {
        failed(format!(
            "http://{admin}/metrics: expected lijian_journal_durability, which a switch of this version tells"
        ))
    })
}
