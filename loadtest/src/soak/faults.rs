//! What goes wrong, by turns.

use crate::clock;
use crate::rig::{Peer, Programs, RigError, Stage, Switch, SwitchAt};
use rustix::process::Signal;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

/// How long an issuer stays away, or stalls.
const AWAY: Duration = Duration::from_secs(2);
/// Between two looks at whether the load is over.
const PAUSE: Duration = Duration::from_millis(50);
/// A switch that starts again is this much later than its clock would be: it never goes back.
const LATER: Duration = Duration::from_secs(1);

/// Something that goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The issuer is killed, and comes back two seconds later.
    IssuerCut,
    /// The switch is killed, and started again.
    SwitchKilled,
    /// The issuer says nothing for two seconds.
    IssuerStalled,
    /// The switch is asked to end, and started again.
    SwitchStopped,
}

impl Fault {
    /// In the order in which they come, again and again.
    const ALL: [Self; 4] = [Self::IssuerCut, Self::SwitchKilled, Self::IssuerStalled, Self::SwitchStopped];
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::IssuerCut => "the issuer is killed, and comes back after 2 s",
            Self::SwitchKilled => "the switch is killed, and starts again",
            Self::IssuerStalled => "the issuer says nothing for 2 s",
            Self::SwitchStopped => "the switch is stopped in order, and starts again",
        })
    }
}

/// What happened on the scene.
pub(super) enum Told {
    /// Something went wrong, on purpose.
    Fault(Fault),
    /// Nothing goes on any more.
    Broken(String),
}

/// Who is there, and until when.
pub(super) struct Scene {
    pub(super) programs: Programs,
    pub(super) data: PathBuf,
    pub(super) set: &'static [&'static str],
    pub(super) every: Duration,
    /// Nothing goes wrong any more from this moment on.
    pub(super) until_ns: u64,
    pub(super) began_ns: u64,
    /// The switch's process, for who looks at its memory.
    pub(super) process: Arc<AtomicU32>,
    /// The load is over.
    pub(super) over: Arc<AtomicBool>,
    pub(super) said: Sender<Told>,
    pub(super) issuer: Peer,
    pub(super) switch: Switch,
}

/// Who is there at the end.
pub(super) struct After {
    pub(super) switch: Switch,
    pub(super) faults: u64,
    /// Dropped after the switch.
    _issuer: Peer,
}

impl Scene {
    /// Until the load is over.
    pub(super) fn play(mut self, stage: &Stage) -> Result<After, RigError> {
        let mut faults = 0;
        let mut next_ns = self.began_ns.saturating_add(super::nanoseconds(self.every));
        let mut turn = Fault::ALL.into_iter().cycle();
        while !self.over.load(Ordering::Acquire) {
            thread::sleep(PAUSE);
            let now_ns = clock::monotonic_ns();
            if now_ns < next_ns || now_ns >= self.until_ns {
                continue;
            }
            next_ns = now_ns.saturating_add(super::nanoseconds(self.every));
            let Some(fault) = turn.next() else { break };
            // Nobody may listen any more.
            let _ = self.said.send(Told::Fault(fault));
            self = self.strike(fault, stage)?;
            faults += 1;
        }
        Ok(After { switch: self.switch, faults, _issuer: self.issuer })
    }

    fn strike(mut self, fault: Fault, stage: &Stage) -> Result<Self, RigError> {
        match fault {
            Fault::IssuerCut => {
                let address = self.issuer.address;
                drop(self.issuer);
                thread::sleep(AWAY);
                self.issuer = Peer::issuer_at(&self.programs, address)?;
            }
            Fault::IssuerStalled => {
                self.issuer.signal(Signal::STOP);
                thread::sleep(AWAY);
                self.issuer.signal(Signal::CONT);
            }
            Fault::SwitchKilled | Fault::SwitchStopped => {
                let listen = [self.switch.peer.address, self.switch.admin.0];
                if fault == Fault::SwitchKilled {
                    drop(self.switch.peer);
                } else if !self.switch.peer.end() {
                    let said = "it did not end within a minute of SIGTERM".to_owned();
                    return Err(RigError::NotReady { name: "switch", said });
                }
                let since = Duration::from_nanos(clock::monotonic_ns().saturating_sub(self.began_ns)) + LATER;
                let at = SwitchAt { data: &self.data, listen, since, set: self.set };
                self.switch = Switch::start_at(&self.programs, self.issuer.address, stage, &at)?;
                self.process.store(self.switch.peer.process(), Ordering::Release);
            }
        }
        Ok(self)
    }
}
