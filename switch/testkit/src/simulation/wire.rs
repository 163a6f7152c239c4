//! Connections between the switch and its peers: they split, merge and delay what is sent, each at its own pace, and break.

use super::dice::Dice;
use lijian_exchange::{ConnectionId, LinkId};
use std::collections::{BTreeMap, VecDeque};

/// Who stands at the other end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Peer {
    Till(usize),
    Host(usize),
}

impl Peer {
    pub(crate) const fn link(self) -> LinkId {
        match self {
            Self::Till(_) => LinkId::Acquirer(0),
            Self::Host(_) => LinkId::Issuer(0),
        }
    }
}

/// Which way bytes go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Way {
    ToSwitch,
    ToPeer,
}

/// An open connection.
#[derive(Debug)]
struct Connection {
    peer: Peer,
    to_switch: Stream,
    to_peer: Stream,
}

/// One way of a connection.
#[derive(Debug, Default)]
struct Stream {
    /// When each piece arrives; never before the one in front of it.
    pieces: VecDeque<(u64, Vec<u8>)>,
    last_us: u64,
}

/// All connections.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    open: BTreeMap<ConnectionId, Connection>,
    made: u64,
}

impl Wire {
    pub(crate) fn open(&mut self, peer: Peer) -> ConnectionId {
        self.made += 1;
        let id = ConnectionId(self.made);
        self.open.insert(id, Connection { peer, to_switch: Stream::default(), to_peer: Stream::default() });
        id
    }

    /// It is gone, and what was on its way with it.
    pub(crate) fn close(&mut self, id: ConnectionId) -> Option<Peer> {
        self.open.remove(&id).map(|connection| connection.peer)
    }

    pub(crate) fn peer(&self, id: ConnectionId) -> Option<Peer> {
        self.open.get(&id).map(|connection| connection.peer)
    }

    pub(crate) fn all(&self) -> Vec<ConnectionId> {
        self.open.keys().copied().collect()
    }

    /// Connections to peers that `wanted` picks.
    pub(crate) fn of(&self, wanted: impl Fn(Peer) -> bool) -> Vec<ConnectionId> {
        self.open.iter().filter(|(_, connection)| wanted(connection.peer)).map(|(id, _)| *id).collect()
    }

    /// Puts bytes on the wire; says when pieces of them arrive.
    pub(crate) fn send(&mut self, id: ConnectionId, way: Way, bytes: &[u8], now_us: u64, dice: &mut Dice) -> Vec<u64> {
        let Some(connection) = self.open.get_mut(&id) else { return Vec::new() };
        let stream = connection.way(way);
        let mut rest = bytes;
        let mut arrivals = Vec::new();
        while !rest.is_empty() {
            let length = if dice.percent(85) { rest.len() } else { 1 + dice.place(rest.len()) };
            let (piece, after) = rest.split_at(length);
            let delay_us = dice.one_of(200, &[50, 1_000, 5_000]);
            let slow_us = if dice.percent(2) { dice.between(100_000, 4_000_000) } else { 0 };
            let at_us = stream.last_us.max(now_us + dice.between(10, delay_us) + slow_us);
            stream.last_us = at_us;
            stream.pieces.push_back((at_us, piece.to_vec()));
            arrivals.push(at_us);
            rest = after;
        }
        arrivals
    }

    /// Everything that has arrived, in one piece.
    pub(crate) fn arrived(&mut self, id: ConnectionId, way: Way, now_us: u64) -> Vec<u8> {
        let Some(connection) = self.open.get_mut(&id) else { return Vec::new() };
        let stream = connection.way(way);
        let mut bytes = Vec::new();
        while let Some((_, piece)) = stream.pieces.pop_front_if(|(at_us, _)| *at_us <= now_us) {
            bytes.extend(piece);
        }
        bytes
    }
}

impl Connection {
    fn way(&mut self, way: Way) -> &mut Stream {
        match way {
            Way::ToSwitch => &mut self.to_switch,
            Way::ToPeer => &mut self.to_peer,
        }
    }
}
