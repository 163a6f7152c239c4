//! A bare relay, to hold a switch against: what comes from an acquirer goes to the issuer and back, as fast as the machine can.
//!
//! All acquirers share one connection to the issuer, as they do behind a switch; the issuer must answer requests in their order.
//!
//! `Raw` passes frames on as they come. `Durable` does what a switch must at least do for a subsidised sale: a record of 192 bytes for
//! each request and for each answer, on the disk before either goes on, by group commits that all messages share. Nothing is
//! looked at but where frames end. One thread serves all connections, another one syncs.

mod commits;
mod links;

use commits::Commits;
use lijian_codecs::frame::FrameFormat;
use links::{ISSUER, Links};
use rustix::event::epoll;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

const EVENTS: usize = 256;
/// Told apart from connections: the listener, the end of a sync.
const LISTENER: u64 = u64::MAX;
const SYNCED: u64 = u64::MAX - 1;

/// What a relay does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Passes frames on.
    Raw,
    /// Two group commits a message, in this file.
    Durable(PathBuf),
}

/// A relay to be.
#[derive(Debug)]
pub struct Relay {
    listener: TcpListener,
    issuer: SocketAddr,
    frame: FrameFormat,
    commits: Option<Commits>,
}

/// Why a relay does not run.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The address is not free, or not ours.
    #[error("{listen}: {source}")]
    Listen {
        /// Which.
        listen: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The file of records.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What the system has for waiting.
    #[error("waiting for connections: {0}")]
    Wait(#[from] rustix::io::Errno),
    /// A sync failed: nothing that waited for it was passed on.
    #[error("a sync failed: {0}")]
    Sync(io::Error),
}

impl Relay {
    /// Listens, and makes the file of records.
    ///
    /// # Errors
    /// See [`RelayError`].
    pub fn bind(listen: SocketAddr, issuer: SocketAddr, frame: FrameFormat, mode: &Mode) -> Result<Self, RelayError> {
        let failed = |source| RelayError::Listen { listen, source };
        let listener = TcpListener::bind(listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let commits = match mode {
            Mode::Raw => None,
            Mode::Durable(path) => {
                Some(Commits::start(path).map_err(|source| RelayError::File { path: path.clone(), source })?)
            }
        };
        Ok(Self { listener, issuer, frame, commits })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Relays for ever.
    ///
    /// # Errors
    /// Waiting or a sync failed.
    pub fn run(self) -> Result<(), RelayError> {
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        epoll::add(&poll, &self.listener, epoll::EventData::new_u64(LISTENER), epoll::EventFlags::IN)?;
        if let Some(commits) = &self.commits {
            epoll::add(&poll, commits.done(), epoll::EventData::new_u64(SYNCED), epoll::EventFlags::IN)?;
        }
        let mut links = Links::new(poll, self.issuer, self.frame, self.commits);
        let mut events = Vec::with_capacity(EVENTS);
        loop {
            match epoll::wait(links.poll(), rustix::buffer::spare_capacity(&mut events), None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in events.drain(..) {
                match event.data.u64() {
                    LISTENER => accept(&self.listener, &mut links)?,
                    SYNCED => links.synced()?,
                    ISSUER => links.issuer_ready(event.flags)?,
                    place => links.acquirer_ready(place, event.flags)?,
                }
            }
            links.turn()?;
        }
    }
}

fn accept(listener: &TcpListener, links: &mut Links) -> Result<(), RelayError> {
    while let Ok((stream, _)) = listener.accept() {
        links.add(stream)?;
    }
    Ok(())
}
