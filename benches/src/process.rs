//! What a process costs, for benchmarks whose steps run in processes of their own.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::fs::{self, File};
use std::path::Path;

/// Drops the pages of all files of a folder from the page cache, so that they are read from the disk.
pub fn drop_from_page_cache(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap() {
        let file = File::open(entry.unwrap().path()).unwrap();
        file.sync_all().unwrap();
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
    }
}

/// What this process has cost the processors so far: what a busy machine leaves comparable.
pub fn cpu_ms() -> u64 {
    let status = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name in parentheses: user and system time are the 12th and 13th, in hundredths of a second.
    let fields = status.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

/// Resident memory now and at its highest, in MiB.
pub fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mib = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        let kib: u64 = line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or_default();
        kib / 1024
    };
    format!("rss_mib={} rss_max_mib={}", mib("VmRSS"), mib("VmHWM"))
}
