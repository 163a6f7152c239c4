//! A daemon under `strace`, and what it wrote down.

use crate::daemon::process::{Daemon, command};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether processes can be traced here. If not, says so; and fails where everything is required.
pub(super) fn is_permitted() -> bool {
    let scratch = tempfile::tempdir().unwrap();
    let tried = Command::new("strace").args(["-D", "-f", "-o"]).arg(scratch.path().join("trace")).arg("true").output();
    if tried.is_ok_and(|output| output.status.success()) {
        return true;
    }
    assert_ne!(std::env::var("LIJIAN_REQUIRE_ALL").as_deref(), Ok("1"), "strace is missing, or may not trace");
    // Past the test's captured output, which nobody sees when it passes.
    let mut output = std::io::stderr();
    writeln!(output, "skipped: strace is missing, or may not trace").unwrap();
    false
}

/// Looks at the trace for its last line: the tracer ends a moment after the daemon.
const LAST_LINE_TRIES: u32 = 20_000;

/// A daemon and the file that its system calls are written to, a line each, as they begin and end.
pub(super) struct Traced {
    pub(super) daemon: Daemon,
    file: PathBuf,
}

impl Traced {
    /// Starts a daemon with its trace beside its data. `options` are those of `strace`.
    pub(super) fn start(data: &Path, issuer: SocketAddr, options: &[&str], set: &[&str]) -> Self {
        let plain = command(&data.join("switch"), issuer, set);
        let file = data.join("trace");
        // The tracer as a grandchild: the daemon itself stays the child, to be told to end like any other.
        let mut command = Command::new("strace");
        command.args(["-D", "-f", "-o"]).arg(&file).args(options).arg("--");
        command.arg(plain.get_program()).args(plain.get_args());
        command.env_remove("LIJIAN_PRODUCTION").env_remove("LIJIAN_LOG").stderr(std::process::Stdio::piped());
        Self { daemon: Daemon::spawn(command), file }
    }

    /// Bytes written down so far; each line is written at once.
    pub(super) fn position(&self) -> u64 {
        self.file.metadata().unwrap().len()
    }

    /// The lines between two positions.
    pub(super) fn lines(&self, from: u64, to: u64) -> Vec<String> {
        let text = std::fs::read(&self.file).unwrap();
        let [from, to] = [from, to].map(|position| usize::try_from(position).unwrap());
        String::from_utf8_lossy(&text[from..to]).lines().map(str::to_owned).collect()
    }

    /// The name of a thread of the daemon.
    pub(super) fn name_of(&self, thread: &str) -> String {
        let name = std::fs::read_to_string(format!("/proc/{}/task/{thread}/comm", self.daemon.id()));
        name.map_or_else(|_| thread.to_owned(), |name| name.trim_end().to_owned())
    }

    /// Lets the daemon end and gives everything that it did.
    pub(super) fn into_lines(mut self) -> Vec<String> {
        let daemon = self.daemon.id().to_string();
        self.daemon.terminate();
        self.daemon.wait();
        // The tracer is nobody's child here: it is done when it has written down the end of the daemon.
        let whole = |_| {
            std::thread::yield_now();
            let text = std::fs::read(&self.file).unwrap();
            let lines: Vec<_> = String::from_utf8_lossy(&text).lines().map(str::to_owned).collect();
            // Short numbers of threads are padded.
            let is_end = |line: &String| {
                line.split_once(' ')
                    .is_some_and(|(thread, rest)| thread == daemon && rest.trim_start().starts_with("+++"))
            };
            lines.iter().any(is_end).then_some(lines)
        };
        (0..LAST_LINE_TRIES).find_map(whole).unwrap()
    }
}

/// One line: whose, which call, and what stands behind its name.
pub(super) struct Line<'a> {
    pub(super) thread: &'a str,
    pub(super) call: &'a str,
    /// The line says how a call ended that another line began.
    pub(super) resumed: bool,
    pub(super) rest: &'a str,
}

impl<'a> Line<'a> {
    /// None for signals and the ends of threads.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let (thread, what) = line.split_once(' ')?;
        let what = what.trim_start();
        if let Some(resumed) = what.strip_prefix("<... ") {
            let (call, rest) = resumed.split_once(" resumed>")?;
            return Some(Self { thread, call, resumed: true, rest });
        }
        let (call, rest) = what.split_once('(')?;
        let named = !call.is_empty() && call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        named.then_some(Self { thread, call, resumed: false, rest })
    }

    /// Whether this line says how the call ended, and that it did not fail.
    pub(super) fn succeeded(&self) -> bool {
        let result = self.rest.rsplit_once(" = ").map(|(_, result)| result);
        result.is_some_and(|result| result.starts_with(|first: char| first.is_ascii_digit()))
    }

    /// The bytes of the first string, which `-xx` writes in hexadecimal.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let text = self.rest.split('"').nth(1).unwrap_or_default();
        for hex in text.split("\\x").skip(1) {
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
        }
        bytes
    }
}
