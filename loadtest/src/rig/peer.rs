//! A process on the other side of the wire, until it is dropped.

use super::Programs;
use super::admin::Admin;
use super::error::RigError;
use super::running::Running;
use super::stage::Stage;
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
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
const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// A moment of the campaign, half an hour after its shops opened.
const NOW: Timestamp = Timestamp::constant(1_727_749_800, 0);
/// Longer than an end in order takes.
const LOOKS_AT_END_MAX: u32 = 6_000;

/// A process that is ready.
#[derive(Debug)]
pub(crate) struct Peer {
    child: Child,
    running: Running,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// The switch, ready, and what goes with it.
#[derive(Debug)]
pub(crate) struct Switch {
    pub(crate) peer: Peer,
    pub(crate) admin: Admin,
    /// Dropped after the process; none where the caller keeps it.
    _data: Option<TempDir>,
}

/// Where a switch starts that stood before.
#[derive(Debug)]
pub(crate) struct SwitchAt<'a> {
    /// Its data.
    pub(crate) data: &'a Path,
    /// Where it listens: tills, then people.
    pub(crate) listen: [SocketAddr; 2],
    /// How long after the first start this is: its clock never goes back.
    pub(crate) since: Duration,
    /// Keys of its configuration.
    pub(crate) set: &'a [&'a str],
}

impl<'a> SwitchAt<'a> {
    /// For the first time, wherever there is room.
    pub(crate) const fn first(data: &'a Path, set: &'a [&'a str]) -> Self {
        Self { data, listen: [ANY_PORT, ANY_PORT], since: Duration::ZERO, set }
    }
}

impl Peer {
    /// An issuer that approves everything.
    pub(crate) fn issuer(programs: &Programs) -> Result<Self, RigError> {
        Self::issuer_at(programs, ANY_PORT)
    }

    /// The same at an address.
    pub(crate) fn issuer_at(programs: &Programs, listen: SocketAddr) -> Result<Self, RigError> {
        let mut command = Command::new(&programs.load);
        command.args(["issuer", "--bare", "--listen", &listen.to_string(), "--dialect", "iso87-ascii"]);
        Self::by_first_line(command, programs, "issuer")
    }

    /// A relay; with records, one that commits.
    pub(crate) fn relay(programs: &Programs, issuer: SocketAddr, records: Option<&Stage>) -> Result<Self, RigError> {
        let mut command = Command::new(&programs.load);
        command.args(["relay", "--listen", &ANY_PORT.to_string(), "--issuer", &issuer.to_string()]);
        if let Some(stage) = records {
            command.arg("--durable").arg(stage.records());
        }
        Self::by_first_line(command, programs, "relay")
    }

    /// Its number in the system.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        // It may have ended already; it is not waited for yet, so that its number is nobody else's.
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// Asks it to end, and waits until it has; whether it did in a minute.
    pub(crate) fn end(mut self) -> bool {
        self.signal(Signal::TERM);
        (0..LOOKS_AT_END_MAX).any(|_| {
            thread::sleep(PAUSE);
            self.child.try_wait().is_ok_and(|ended| ended.is_some())
        })
    }

    /// One that says in its first line where it listens.
    fn by_first_line(mut command: Command, programs: &Programs, name: &'static str) -> Result<Self, RigError> {
        let mut started = Starting::of(&mut command, programs, name, false)?;
        let line = started.line()?;
        let words = line.split_once(" listening on ").map(|(_, rest)| rest);
        let address = words.and_then(|rest| rest.split(',').next()?.trim().parse().ok());
        started.ready(address, line)
    }
}

impl Switch {
    /// The switch with a data directory of its own, once it reaches the issuer.
    pub(crate) fn start(programs: &Programs, issuer: SocketAddr, stage: &Stage) -> Result<Self, RigError> {
        let data = stage.data()?;
        let started = Self::start_at(programs, issuer, stage, &SwitchAt::first(data.path(), &[]))?;
        Ok(Self { _data: Some(data), ..started })
    }

    /// The switch there, once it reaches the issuer.
    pub(crate) fn start_at(
        programs: &Programs,
        issuer: SocketAddr,
        stage: &Stage,
        at: &SwitchAt<'_>,
    ) -> Result<Self, RigError> {
        let mut command = Command::new(&programs.switch);
        command.args(["run", "--config"]).arg(stage.config()).arg("--data").arg(at.data);
        let [tills, people] = at.listen;
        let listen = [
            ("links.acquirers.ascii.listen", tills),
            ("links.acquirers.pos.listen", ANY_PORT),
            ("admin.listen", people),
            ("portal.listen", ANY_PORT),
        ];
        let listen = listen.map(|(key, address)| format!("{key}={address}"));
        let hosts = format!("links.issuers.issuer.hosts=[\"{issuer}\"]");
        let now = format!("clock.now={}", NOW.saturating_add(at.since).unwrap_or(NOW));
        let set = listen.iter().chain([&hosts, &now]).map(String::as_str).chain(at.set.iter().copied());
        set.for_each(|set| {
            command.args(["--set", set]);
        });
        command.env_remove("LIJIAN_PRODUCTION").env_remove("LIJIAN_LOG");
        let mut started = Starting::of(&mut command, programs, "switch", true)?;
        let mut last = String::new();
        let ready = loop {
            let line = started.line().map_err(|error| match error {
                RigError::NotReady { name, .. } if !last.is_empty() => {
                    RigError::NotReady { name, said: std::mem::take(&mut last) }
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
                return Ok(Self { peer, admin, _data: None });
            }
            thread::sleep(PAUSE);
        }
        Err(RigError::NotReady { name: "switch", said: "its issuer link is not up".to_owned() })
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
    fn of(command: &mut Command, programs: &Programs, name: &'static str, errors: bool) -> Result<Self, RigError> {
        let path = command.get_program().into();
        command.stdin(Stdio::null());
        let command =
            if errors { command.stdout(Stdio::null()).stderr(Stdio::piped()) } else { command.stdout(Stdio::piped()) };
        let mut child = command.spawn().map_err(|source| RigError::Program { path, source })?;
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

    fn line(&mut self) -> Result<String, RigError> {
        let said = "it ended, or said nothing".to_owned();
        self.lines.recv_timeout(START_MAX).map_err(|_| RigError::NotReady { name: self.name, said })
    }

    fn ready(self, address: Option<SocketAddr>, said: String) -> Result<Peer, RigError> {
        let Self { name, mut peer, .. } = self;
        peer.address = address.ok_or(RigError::NotReady { name, said })?;
        Ok(peer)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Nothing that it holds is needed any more.
        self.running.kill(&mut self.child);
    }
}
