//! Which sockets are open: written by the links when one opens or closes, read by whoever asks.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Sockets of all links.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Links {
    /// In the order of the configuration.
    pub acquirers: Vec<AcquirerRow>,
    /// In the order of the configuration.
    pub issuers: Vec<IssuerRow>,
}

/// A link that an acquirer dials.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AcquirerRow {
    /// Its NAME.
    pub name: String,
    /// Its dialect.
    pub dialect: String,
    /// Where the switch listens, with the port that was found for port 0; none before it does.
    pub listen: Option<SocketAddr>,
    /// Open connections.
    pub connections: usize,
}

/// A link that the switch dials.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuerRow {
    /// Its NAME.
    pub name: String,
    /// Its dialect.
    pub dialect: String,
    /// Its hosts.
    pub hosts: Vec<HostRow>,
}

/// A host of an issuer link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostRow {
    /// `HOST:PORT`.
    pub host: String,
    /// Whether a connection is open.
    pub up: bool,
    /// Whether it was dialled, reached or not.
    pub dialled: bool,
}

/// See the file.
#[derive(Debug, Default)]
pub struct Board {
    links: Mutex<Links>,
}

impl Board {
    /// The links, before any socket is open.
    pub fn new(links: Links) -> Self {
        Self { links: Mutex::new(links) }
    }

    /// How it stands now.
    pub fn links(&self) -> Links {
        self.lock().clone()
    }

    /// The link of this place listens.
    pub fn listens(&self, place: usize, address: SocketAddr) {
        if let Some(row) = self.lock().acquirers.get_mut(place) {
            row.listen = Some(address);
        }
    }

    /// The link of this place has so many connections.
    pub fn acquirer_connections(&self, place: usize, connections: usize) {
        if let Some(row) = self.lock().acquirers.get_mut(place) {
            row.connections = connections;
        }
    }

    /// A host was reached; or lost, or not reached.
    pub fn issuer_up(&self, link: usize, host: usize, up: bool) {
        if let Some(row) = self.lock().issuers.get_mut(link).and_then(|link| link.hosts.get_mut(host)) {
            row.up = up;
            row.dialled = true;
        }
    }

    /// Whether every host of the issuer link of this place was dialled and none is up.
    pub fn issuer_away(&self, link: usize) -> bool {
        self.lock().issuers.get(link).is_none_or(|link| link.hosts.iter().all(|host| host.dialled && !host.up))
    }

    fn lock(&self) -> MutexGuard<'_, Links> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
