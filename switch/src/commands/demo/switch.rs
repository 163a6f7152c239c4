//! The switch: `lijian run` of this same program, as a process of its own.

use super::directory::Directory;
use super::error::DemoError;
use super::script::{CLOCK, TIME_BUDGET_MS};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Lines of its log that are shown when it does not start.
const LOG_LINES_MAX: usize = 20;
/// Silence in its log after which a start has failed.
const START_MAX: Duration = Duration::from_secs(60);
/// It drains within 10 seconds and closes its journal within a few more; then it is killed.
const STOP_LOOKS_MAX: u32 = 300;
const STOP_PAUSE: Duration = Duration::from_millis(50);

/// A running switch; dropping it kills it.
pub(super) struct Switch {
    child: Child,
    acquirers: BTreeMap<String, SocketAddr>,
    admin: SocketAddr,
}

impl Switch {
    /// Starts it on free ports and waits until it is ready.
    pub(super) fn start(directory: &Directory, issuer: SocketAddr) -> Result<Self, DemoError> {
        let mut command = Command::new(std::env::current_exe().map_err(DemoError::System)?);
        command.arg("run").arg("--config").arg(directory.config()).arg("--data").arg(directory.data());
        let settings = [
            ("links.acquirers.ascii.listen", "127.0.0.1:0".to_owned()),
            ("links.acquirers.ascii.time_budget_ms", TIME_BUDGET_MS.to_string()),
            ("links.acquirers.pos.listen", "127.0.0.1:0".to_owned()),
            ("links.issuers.issuer.hosts", format!("[\"{issuer}\"]")),
            ("admin.listen", "127.0.0.1:0".to_owned()),
            ("portal.listen", "127.0.0.1:0".to_owned()),
            ("clock.now", CLOCK.to_owned()),
            // Small files in a small temporary directory.
            ("store.segment_bytes", (1_u32 << 20).to_string()),
            ("store.space_bytes_min", (8_u32 << 20).to_string()),
        ];
        for (key, value) in settings {
            command.arg("--set").arg(format!("{key}={value}"));
        }
        // In a group of its own: Ctrl-C reaches the demo alone, which then stops the switch in order.
        command.env("LIJIAN_LOG", "info").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.process_group(0).spawn().map_err(DemoError::System)?;
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut switch = Self { child, acquirers: BTreeMap::new(), admin: unknown };
        let ready = switch.read_log(directory)?;
        switch.find_addresses(&ready).ok_or(DemoError::Switch { log: ready.to_string() })?;
        Ok(switch)
    }

    /// Where an acquirer link listens.
    pub(super) fn acquirer(&self, name: &str) -> Result<SocketAddr, DemoError> {
        let missing = || DemoError::Example(format!("no acquirer link {name}"));
        self.acquirers.get(name).copied().ok_or_else(missing)
    }

    /// Where the admin side listens.
    pub(super) fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// SIGTERM, as a service manager would. True if it drained and ended by itself with exit code 0.
    pub(super) fn stop(mut self) -> Result<bool, DemoError> {
        let process = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let Some(process) = process else { return Ok(false) };
        if self.child.try_wait().map_err(DemoError::System)?.is_some() {
            return Ok(false);
        }
        let told = rustix::process::kill_process(process, rustix::process::Signal::TERM);
        told.map_err(|error| DemoError::System(error.into()))?;
        for _ in 0..STOP_LOOKS_MAX {
            if let Some(status) = self.child.try_wait().map_err(DemoError::System)? {
                return Ok(status.success());
            }
            thread::sleep(STOP_PAUSE);
        }
        Ok(false)
    }

    /// The entry that says it is ready. A thread goes on keeping the log, so that the switch never waits for it.
    fn read_log(&mut self, directory: &Directory) -> Result<Value, DemoError> {
        let path = directory.log();
        let file = File::create(&path).map_err(|source| DemoError::Directory { path, source })?;
        let (tell, told) = mpsc::channel();
        if let Some(log) = self.child.stderr.take() {
            let keeper = thread::Builder::new().name("log".to_owned()).spawn(move || keep_log(log, file, &tell));
            keeper.map_err(DemoError::System)?;
        }
        let mut before = VecDeque::new();
        while let Ok(line) = told.recv_timeout(START_MAX) {
            match serde_json::from_str::<Value>(&line) {
                Ok(entry) if entry.get("message").is_some_and(|message| message == "ready") => return Ok(entry),
                _ => before.push_back(line),
            }
            if before.len() > LOG_LINES_MAX {
                before.pop_front();
            }
        }
        Err(DemoError::Switch { log: before.make_contiguous().join("\n") })
    }

    fn find_addresses(&mut self, ready: &Value) -> Option<()> {
        self.admin = ready.get("admin")?.as_str()?.parse().ok()?;
        for named in ready.get("acquirers")?.as_str()?.split(' ') {
            let (name, address) = named.split_once('=')?;
            self.acquirers.insert(name.to_owned(), address.parse().ok()?);
        }
        Some(())
    }
}

/// Ends with the switch. Who started it listens until it is ready.
fn keep_log(log: ChildStderr, mut file: File, tell: &mpsc::Sender<String>) {
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        // A log that cannot be kept must not stop the switch.
        let _ = writeln!(file, "{line}");
        drop(tell.send(line));
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
