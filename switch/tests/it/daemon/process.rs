//! A running daemon: its process, its addresses, its pages.

use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

pub(crate) const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/examples/shenzhen-2024/switch.toml");

/// The example configuration on free ports, on a day of the campaign.
pub(crate) struct Daemon {
    child: Child,
    acquirers: HashMap<String, SocketAddr>,
    admin: SocketAddr,
    log: Receiver<String>,
}

/// The command that would start a daemon.
pub(crate) fn command(data: &Path, issuer: SocketAddr, set: &[&str]) -> Command {
    command_of(Path::new(EXAMPLE), data, issuer, set)
}

/// The command that would start a daemon by another configuration.
pub(crate) fn command_of(config: &Path, data: &Path, issuer: SocketAddr, set: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lijian"));
    command.args(["run", "--config"]).arg(config).arg("--data").arg(data);
    let host = format!("links.issuers.issuer.hosts=[\"{issuer}\"]");
    let usual = [
        host.as_str(),
        "links.acquirers.ascii.listen=127.0.0.1:0",
        "links.acquirers.pos.listen=127.0.0.1:0",
        "admin.listen=127.0.0.1:0",
        "portal.listen=127.0.0.1:0",
        "store.segment_bytes=1048576",
        "links.issuers.issuer.reconnect_ms_min=10",
        "links.issuers.issuer.reconnect_ms_max=50",
        "clock.now=2024-10-01T10:00:00+08:00",
    ];
    for set in usual.iter().chain(set) {
        command.args(["--set", set]);
    }
    command.env_remove("LIJIAN_PRODUCTION").env_remove("LIJIAN_LOG").stderr(Stdio::piped());
    command
}

impl Daemon {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(data: &Path, issuer: SocketAddr, set: &[&str]) -> Self {
        Self::spawn(command(data, issuer, set))
    }

    /// Runs the command of a daemon and waits until it is ready.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (tell, told) = mpsc::channel();
        // Reads on to the end, so that the daemon never waits for its log to be read.
        thread::spawn(move || log.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        let mut before = Vec::new();
        let ready = loop {
            let Ok(line) = told.recv() else { panic!("the daemon did not start:\n{}", before.join("\n")) };
            match serde_json::from_str::<Value>(&line) {
                Ok(entry) if entry["message"] == "ready" => break entry,
                _ => before.push(line),
            }
        };
        let acquirers = ready["acquirers"].as_str().unwrap().split(' ').filter_map(|each| each.split_once('='));
        let acquirers = acquirers.map(|(name, address)| (name.to_owned(), address.parse().unwrap())).collect();
        Self { child, acquirers, admin: ready["admin"].as_str().unwrap().parse().unwrap(), log: told }
    }

    /// What it has logged since it was ready, or since the last look.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.try_iter().collect()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn acquirer(&self, name: &str) -> SocketAddr {
        self.acquirers[name]
    }

    /// Where the admin side listens.
    pub(crate) fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// A page of the admin side: status and body.
    pub(crate) fn page(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.admin).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// What somebody with this token gets who posts that: status and body.
    pub(crate) fn post(&self, path: &str, token: Option<&str>, body: &str) -> (u16, String) {
        self.send("POST", path, token, body)
    }

    pub(crate) fn send(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.admin).unwrap();
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let length = body.len();
        let head = format!("Host: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{token}");
        write!(stream, "{method} {path} HTTP/1.1\r\n{head}\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        let (status, body) = self.page(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Held, used and remaining of a budget, in minor units.
    pub(crate) fn budget(&self, id: &str) -> (u64, u64, u64) {
        let page = self.json("/api/v1/budgets");
        let budget = page["budgets"].as_array().unwrap().iter().find(|budget| budget["id"] == id).unwrap().clone();
        let number = |name: &str| budget[name].as_u64().unwrap();
        assert_eq!(number("limit"), number("held") + number("used") + number("remaining"));
        (number("held"), number("used"), number("remaining"))
    }

    /// A number of the metrics' page; zero if it is not there yet.
    pub(crate) fn metric(&self, line: &str) -> u64 {
        let (_, page) = self.page("/metrics");
        let value = page.lines().find_map(|each| each.strip_prefix(line)?.trim().parse().ok());
        value.unwrap_or_default()
    }

    /// Waits until a page shows something: each look is a round trip through the daemon.
    pub(crate) fn until(&self, holds: impl Fn(&Self) -> bool) {
        for _ in 0..20_000 {
            if holds(self) {
                return;
            }
            thread::yield_now();
        }
        panic!("it never came; metrics:\n{}", self.page("/metrics").1);
    }

    /// Waits until the issuer link can be used.
    pub(crate) fn until_issuer(&self) {
        self.until(|daemon| daemon.json("/api/v1/links")["issuers"][0]["ready"] == 1);
    }

    #[expect(unsafe_code, reason = "the standard library sends no signals but SIGKILL")]
    pub(crate) fn terminate(&self) {
        let id = i32::try_from(self.child.id()).unwrap();
        // SAFETY: a signal to a child that has not been waited for.
        assert_eq!(unsafe { libc::kill(id, libc::SIGTERM) }, 0);
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// As `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
