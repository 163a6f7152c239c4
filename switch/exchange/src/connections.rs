//! The connections that are open, and which of an issuer's is next.

use crate::event::{ConnectionId, LinkId};
use crate::session::Session;
use std::collections::BTreeMap;

/// An open connection.
pub(crate) struct Connection {
    pub(crate) link: LinkId,
    /// How far its sign-on came; of use only on issuer links.
    pub(crate) session: Session,
}

/// All open connections.
#[derive(Default)]
pub(crate) struct Connections {
    open: BTreeMap<ConnectionId, Connection>,
    /// Those of issuers: few among many.
    issuers: Vec<ConnectionId>,
    /// For each issuer link: the connections that can be sent to, and which is next.
    ready: Vec<(Vec<ConnectionId>, usize)>,
}

impl Connections {
    pub(crate) fn new(issuers: usize) -> Self {
        Self { open: BTreeMap::new(), issuers: Vec::new(), ready: vec![(Vec::new(), 0); issuers] }
    }

    pub(crate) fn insert(&mut self, id: ConnectionId, connection: Connection) {
        if matches!(connection.link, LinkId::Issuer(_)) {
            self.issuers.push(id);
        }
        self.open.insert(id, connection);
    }

    pub(crate) fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        self.issuers.retain(|issuer| *issuer != id);
        self.not_ready(id);
        self.open.remove(&id)
    }

    pub(crate) fn get(&self, id: ConnectionId) -> Option<&Connection> {
        self.open.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.open.get_mut(&id)
    }

    /// The connections of issuers.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = &Connection> {
        self.issuers.iter().filter_map(|id| self.open.get(id))
    }

    pub(crate) fn issuer_ids(&self) -> Vec<ConnectionId> {
        self.issuers.clone()
    }

    /// From now on requests may be sent over this connection.
    pub(crate) fn ready(&mut self, id: ConnectionId) {
        if let Some(LinkId::Issuer(link)) = self.open.get(&id).map(|connection| connection.link)
            && let Some((ready, _)) = self.ready.get_mut(link)
            && !ready.contains(&id)
        {
            ready.push(id);
        }
    }

    fn not_ready(&mut self, id: ConnectionId) {
        for (ready, _) in &mut self.ready {
            ready.retain(|other| *other != id);
        }
    }

    /// The next connection of an issuer link in turn; none when it has none that can be sent to.
    pub(crate) fn next_of(&mut self, issuer: usize) -> Option<ConnectionId> {
        let (ready, turn) = self.ready.get_mut(issuer)?;
        *turn = if *turn + 1 >= ready.len() { 0 } else { *turn + 1 };
        ready.get(*turn).copied()
    }

    /// Whether this connection of an issuer link can be sent to.
    pub(crate) fn is_ready(&self, issuer: usize, id: ConnectionId) -> bool {
        self.ready.get(issuer).is_some_and(|(ready, _)| ready.contains(&id))
    }

    /// Connections of an issuer link that can be sent to.
    pub(crate) fn ready_of(&self, issuer: usize) -> usize {
        self.ready.get(issuer).map_or(0, |(ready, _)| ready.len())
    }
}
