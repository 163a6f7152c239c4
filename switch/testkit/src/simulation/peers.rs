//! Tills and issuer at the other ends of the wire.

use super::messages::frame;
use super::mutation::Mutation;
use super::wire::{Peer, Way};
use super::world::{Action, World};
use crate::auditor::Violation;
use crate::auditor::wire::{Message, frames};
use lijian_exchange::ConnectionId;

impl World {
    /// Bytes arrive at one end of a connection.
    pub(super) fn arrive(&mut self, connection: ConnectionId, way: Way) -> Result<(), Violation> {
        let Some(peer) = self.wire.peer(connection) else { return Ok(()) };
        let bytes = self.wire.arrived(connection, way, self.now_us);
        if bytes.is_empty() {
            return Ok(());
        }
        let line = format!("{way:?} {peer:?}: {}", String::from_utf8_lossy(&bytes));
        self.note(&line);
        if way == Way::ToSwitch {
            return self.receive(connection, peer, &bytes);
        }
        let unread = self.unread.entry(connection).or_default();
        unread.extend_from_slice(&bytes);
        for payload in frames(unread) {
            if let Some(message) = Message::read(&payload) {
                self.understood(connection, peer, &message);
            }
        }
        Ok(())
    }

    fn understood(&mut self, connection: ConnectionId, peer: Peer, message: &Message) {
        match peer {
            Peer::Till(till) => {
                if let Some(till) = self.tills.get_mut(till) {
                    till.hear(message, &mut self.dice);
                }
            }
            Peer::Host(_) => {
                for saying in self.issuer.hear(message, &mut self.dice) {
                    self.after(saying.after_us, Action::Say(connection, saying.frame));
                }
                // Something between the switch and the issuer sends again what it is not sure of.
                if self.dice.percent(3) {
                    for saying in self.issuer.hear(message, &mut self.dice) {
                        self.after(saying.after_us, Action::Say(connection, saying.frame));
                    }
                }
            }
        }
    }

    /// The issuer says something, over another connection where the first one is gone, or by chance.
    pub(super) fn say(&mut self, connection: ConnectionId, saying: &[u8]) {
        let hosts = self.wire.of(|peer| matches!(peer, Peer::Host(_)));
        let by_chance = self.dice.percent(10);
        let over = match hosts.iter().find(|host| **host == connection) {
            Some(same) if !by_chance => *same,
            _ => match hosts.get(self.dice.place(hosts.len())) {
                Some(other) => *other,
                None => return,
            },
        };
        let payload = saying.get(2..).unwrap_or_default();
        self.auditor.issuer_says(payload);
        let heard = self.misheard(payload);
        self.transmit(over, Way::ToSwitch, heard.as_deref().unwrap_or(saying));
    }

    /// What reaches the switch where mistakes are made with answers.
    fn misheard(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        let mut message = Message::read(payload).filter(|message| message.mti.starts_with("02"))?;
        match self.mutation? {
            Mutation::DeclineReadAsApproval if message.field(39) != "00" => {
                message.fields.insert(39, "00".to_owned());
            }
            Mutation::AnswerOfAnother => {
                let before = self.last_said.replace(message.clone())?;
                for field in [7, 11, 41, 42] {
                    message.fields.insert(field, before.field(field).to_owned());
                }
            }
            _ => return None,
        }
        Some(frame(&message.mti, &message.fields))
    }

    pub(super) fn transmit(&mut self, connection: ConnectionId, way: Way, bytes: &[u8]) {
        for at_us in self.wire.send(connection, way, bytes, self.now_us, &mut self.dice) {
            self.at(at_us, Action::Arrive(connection, way));
        }
    }

    /// A peer opens its connection, as soon as there is something to connect to.
    pub(super) fn dial(&mut self, peer: Peer) -> Result<(), Violation> {
        if !self.wire.of(|other| other == peer).is_empty() {
            return Ok(());
        }
        if matches!(peer, Peer::Host(_)) && self.now_us < self.away_until_us {
            self.at(self.away_until_us, Action::Dial(peer));
            return Ok(());
        }
        if self.daemon.is_none() {
            let again_us = self.dice.between(100_000, 1_000_000);
            self.after(again_us, Action::Dial(peer));
            return Ok(());
        }
        let connection = self.wire.open(peer);
        let line = format!("{peer:?} is connected by {connection:?}");
        self.note(&line);
        self.connected(connection, peer.link())
    }

    /// A till does something, over its own connection or, rarely, another one of its acquirer.
    pub(super) fn till(&mut self, number: usize) {
        let day = self.day();
        let lines = self.wire.of(|peer| matches!(peer, Peer::Till(_)));
        let own = self.wire.of(|peer| peer == Peer::Till(number)).first().copied();
        let Some(till) = self.tills.get_mut(number) else { return };
        if till.steps == 0 {
            return;
        }
        till.steps -= 1;
        let over = if self.dice.percent(15) { lines.get(self.dice.place(lines.len())).copied() } else { own };
        if let Some(connection) = over {
            till.vouchers = self.people.vouchers(&mut self.dice);
            let bytes = till.next(day, &mut self.dice);
            let twice = self.dice.percent(3);
            self.transmit(connection, Way::ToSwitch, &bytes);
            if twice {
                self.transmit(connection, Way::ToSwitch, &bytes);
            }
        }
        let pause_us = self.dice.one_of(1_000_000, &[1_000, 100_000, 4_000_000]);
        let next_us = self.dice.between(100, pause_us);
        self.after(next_us, Action::Till(number));
        self.everybody_is_done();
    }
}
