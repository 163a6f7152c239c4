//! A process on the other side of the wire, until it is dropped.

use super::admin::Admin;
use super::error::CompareError;
use super::plan::Programs;
use super::running::Running;
use super::stage::Stage;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// Longer than any start takes.
const START_MAX: Duration = Duration::from_secs(60);
/// Between two looks at whether the issuer link is up.
const PAUSE: Duration = Duration::from_millis(10);
const LOOKS_MAX: u32 = 3_000;
const ANY_PORT: &str = "127.0.0.1:0";
/// A moment of the campaign.
const NOW: &str = "clock.now=2024-10-01T10:05:00+08:00";

/// A process that is ready.
#[derive(Debug)]
pub(super) struct Peer {
    child: Child,
    running: Running,
    /// Where it listens.
    pub(super) address: SocketAddr,
}

/// The switch, ready, and what goes with it.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) peer: Peer,
    pub(super) admin: Admin,
    /// Dropped after the process.
    _data: TempDir,
}

impl Peer {
    /// An issuer that approves everything.
    pub(super) fn issuer(programs: &Programs) -> Result<Self, CompareError> {
        let mut command = Command::new(&programs.load);
        command.args(["issuer", "--bare", "--listen", ANY_PORT, "--dialect", "iso87-ascii"]);
        Self::by_first_line(command, programs, "issuer")
    }

    /// A relay; with records, one that commits.
    pub(super) fn relay(
        programs: &Programs,
        issuer: SocketAddr,
        records: Option<&Stage>,
    ) -> Result<Self, CompareError> {
        let mut command = Command::new(&programs.load);
        command.args(["relay", "--listen", ANY_PORT, "--issuer", &issuer.to_string()]);
        if let Some(stage) = records {
            command.arg("--durable").arg(stage.records());
        }
        Self::by_first_line(command, programs, "relay")
    }

    /// One that says in its first line where it listens.
    fn by_first_line(mut command: Command, programs: &Programs, name: &'static str) -> Result<Self, CompareError> {
        let mut started = Starting::of(&mut command, programs, name, false)?;
        let line = started.line()?;
        let words = line.split_once(" listening on ").map(|(_, rest)| rest);
        let address = words.and_then(|rest| rest.split(',').next()?.trim().parse().ok());
        started.ready(address, line)
    }
}

impl Switch {
    /// The switch with a data directory of its own, once it reaches the issuer.
    pub(super) fn start(programs: &Programs, issuer: SocketAddr, stage: &Stage) -> Result<Self, CompareError> {
        let data = stage.data()?;
        let mut command = Command::new(&programs.switch);
        command.args(["run", "--config"]).arg(stage.config()).arg("--data").arg(data.path());
        let hosts = format!("links.issuers.issuer.hosts=[\"{issuer}\"]");
        let listen = ["links.acquirers.ascii.listen", "links.acquirers.pos.listen", "admin.listen", "portal.listen"];
        let listen = listen.map(|key| format!("{key}={ANY_PORT}"));
        for set in listen.iter().map(String::as_str).chain([hosts.as_str(), NOW]) {
            command.args(["--set", set]);
        }
        command.env_remove("LIJIAN_PRODUCTION").env_remove("LIJIAN_LOG");
        let mut started = Starting::of(&mut command, programs, "switch", true)?;
        let mut last = String::new();
        let ready = loop {
            let line = started.line().map_err(|error| match error {
                CompareError::NotReady { name, .. } if !last.is_empty() => {
                    CompareError::NotReady { name, said: std::mem::take(&mut last) }
                }
                error => error,
            })?;
            match serde_json::from_str::<Value>(&line) {
                Ok(entry) if entry.get("message").is_some_and(|message| message == "ready") => break entry,
                _ => last = line,
            }
        };
        let text = |key| ready.get(key).and_then(Value::as_str).unwrap_or_default();
        let links = text("acquirers").split(' ').filter_map(|link| link.split_once('='));
        let address = links.filter(|(name, _)| *name == "ascii").find_map(|(_, address)| address.parse().ok());
        let admin = text("admin").parse().ok();
        let peer = started.ready(address.filter(|_| admin.is_some()), ready.to_string())?;
        let admin = Admin(admin.unwrap_or(issuer));
        for _ in 0..LOOKS_MAX {
            if admin.reaches_issuer()? {
                return Ok(Self { peer, admin, _data: data });
            }
            thread::sleep(PAUSE);
        }
        Err(CompareError::NotReady { name: "switch", said: "its issuer link is not up".to_owned() })
    }
}

/// A process that may not be ready yet.
struct Starting {
    name: &'static str,
    peer: Peer,
    lines: Receiver<String>,
}

impl Starting {
    /// Starts it; what it says on standard output, or on standard error, is read to its end, so that it never waits for that.
    fn of(command: &mut Command, programs: &Programs, name: &'static str, errors: bool) -> Result<Self, CompareError> {
        let path = command.get_program().into();
        command.stdin(Stdio::null());
        let command =
            if errors { command.stdout(Stdio::null()).stderr(Stdio::piped()) } else { command.stdout(Stdio::piped()) };
        let mut child = command.spawn().map_err(|source| CompareError::Program { path, source })?;
        let running = programs.running.clone();
        running.started(&mut child);
        let (tell, lines) = mpsc::channel();
        let output = child.stdout.take().map(|out| Box::new(out) as Box<dyn std::io::Read + Send>);
        let said = output.or_else(|| child.stderr.take().map(|err| Box::new(err) as Box<dyn std::io::Read + Send>));
        if let Some(said) = said {
            // Nobody listens any more once it is ready.
            thread::spawn(move || {
                BufReader::new(said).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
            });
        }
        let peer = Peer { child, running, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        Ok(Self { name, peer, lines })
    }

    fn line(&mut self) -> Result<String, CompareError> {
        let said = "it ended, or said nothing".to_owned();
        self.lines.recv_timeout(START_MAX).map_err(|_| CompareError::NotReady { name: self.name, said })
    }

    fn ready(self, address: Option<SocketAddr>, said: String) -> Result<Peer, CompareError> {
        let Self { name, mut peer, .. } = self;
        peer.address = address.ok_or(CompareError::NotReady { name, said })?;
        Ok(peer)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Nothing that it holds is needed any more.
        self.running.kill(&mut self.child);
    }
}
