//! The switch's edges: what happens is told to the exchange, what it wants is done, and the auditor sees both.

use super::daemon::Daemon;
use super::disk::Fault;
use super::mutation::Mutation;
use super::wire::{Peer, Way};
use super::world::{Action, World};
use crate::auditor::{Auditor, Violation};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_exchange::{ConnectionId, Event, LinkId, Ticket};

impl World {
    /// The process starts.
    pub(super) fn start(&mut self) -> Result<(), Violation> {
        self.note("the switch starts");
        self.process += 1;
        (self.turn_due, self.armed_us) = (false, None);
        let now = self.now();
        let settings = self.settings.clone();
        let daemon = Daemon::start(&self.disk, &self.scenario, &self.rules, settings, now, self.mutation)?;
        self.daemon = Some(daemon);
        self.auditor.time_is(self.now_us, self.day());
        self.auditor.started(&self.disk)?;
        self.look()?;
        self.look_at_all_claims()
    }

    /// One thing happens to the exchange.
    pub(super) fn handle(&mut self, event: Event<'_>) -> Result<(), Violation> {
        let now = self.now();
        if let Some(daemon) = &mut self.daemon {
            daemon.handle(event, now);
        }
        self.look()
    }

    /// Bytes reach the switch.
    pub(super) fn receive(&mut self, connection: ConnectionId, peer: Peer, bytes: &[u8]) -> Result<(), Violation> {
        let now = self.now();
        let Some(daemon) = &mut self.daemon else { return Ok(()) };
        match peer {
            Peer::Till(_) => self.auditor.from_acquirer(connection.0, bytes),
            Peer::Host(_) => self.auditor.from_issuer(connection.0, bytes),
        }
        daemon.receive(connection, bytes, now);
        self.look()
    }

    /// The auditor sees what was appended and what stands on the caps; a turn is due.
    fn look(&mut self) -> Result<(), Violation> {
        let day = self.day();
        let Some(daemon) = &mut self.daemon else { return Ok(()) };
        self.auditor.time_is(self.now_us, day);
        let appended = daemon.appended();
        let intended = std::mem::take(&mut daemon.intended);
        if !appended.is_empty() {
            self.auditor.appended(&appended)?;
            self.auditor.balances(daemon.balances())?;
            let line = format!("appended {} bytes", appended.len());
            self.note(&line);
        }
        if !std::mem::replace(&mut self.turn_due, true) {
            let soon_us = self.dice.between(0, 60);
            self.after(soon_us, Action::Turn(self.process));
        }
        if intended && std::mem::take(&mut self.lose_hosts) { self.lose_all_hosts() } else { Ok(()) }
    }

    /// What the exchange wants is done, in the order of the daemon: append, send, read, close.
    pub(super) fn turn(&mut self) -> Result<(), Violation> {
        self.turn_due = false;
        let process = self.process;
        let Some(daemon) = &mut self.daemon else { return Ok(()) };
        let last = daemon.effects.journal.last_lsn();
        let begins = daemon.hand_over();
        let sends: Vec<(ConnectionId, Vec<u8>)> =
            daemon.effects.sends.iter().map(|(connection, bytes)| (connection, bytes.to_vec())).collect();
        let reads = std::mem::take(&mut daemon.effects.reads);
        let finds = std::mem::take(&mut daemon.effects.finds);
        let closes = std::mem::take(&mut daemon.effects.closes);
        let answers = std::mem::take(&mut daemon.effects.claims);
        daemon.effects.clear();
        daemon.effects.samples.clear();
        if begins {
            self.write_soon();
        }
        self.auditor.look(&self.disk)?;
        for (connection, bytes) in sends {
            self.send(connection, &bytes)?;
        }
        self.auditor.turn_is_over();
        for (ticket, answer) in answers {
            self.hear_of_claims(ticket, answer)?;
        }
        for (ticket, lsn) in reads {
            let delay_us = self.dice.between(10, 5_000);
            self.after(delay_us, Action::Read(process, ticket, lsn));
        }
        for (ticket, rrn) in finds {
            let delay_us = self.dice.between(10, 5_000);
            self.after(delay_us, Action::Find(process, ticket, rrn));
        }
        for (connection, reason) in closes {
            let line = format!("the switch closes {connection:?}: {}", reason.as_str());
            self.note(&line);
            self.cut(connection)?;
        }
        self.arm();
        if begins && self.mutation == Some(Mutation::DurableBeforeSync) {
            return self.handle(Event::Durable(last));
        }
        Ok(())
    }

    fn arm(&mut self) {
        let Some(next_us) = self.daemon.as_ref().and_then(|daemon| daemon.exchange.next_deadline_us()) else { return };
        if self.armed_us.is_none_or(|armed_us| next_us < armed_us) {
            self.armed_us = Some(next_us);
            self.at(next_us, Action::Tick(self.process));
        }
    }

    fn send(&mut self, connection: ConnectionId, bytes: &[u8]) -> Result<(), Violation> {
        let twice = self.mutation == Some(Mutation::SentTwice);
        for _ in 0..=u8::from(twice) {
            match self.wire.peer(connection) {
                Some(Peer::Till(_)) => self.auditor.to_acquirer(connection.0, bytes)?,
                Some(Peer::Host(_)) => self.auditor.to_issuer(connection.0, bytes)?,
                None => return Ok(()),
            }
        }
        self.transmit(connection, Way::ToPeer, bytes);
        Ok(())
    }

    /// The disk is done with what was handed over, some time from now.
    fn write_soon(&mut self) {
        let longest_us = self.scenario.sync_us_max;
        let usual_us = self.dice.between(50, longest_us.min(1_000));
        let delay_us = if self.dice.percent(20) { self.dice.between(50, longest_us) } else { usual_us };
        self.after(delay_us, Action::Synced(self.process));
    }

    pub(super) fn synced(&mut self) -> Result<(), Violation> {
        if self.mutation == Some(Mutation::SyncLies) && self.dice.percent(20) {
            self.disk.plan(Some(Fault::SyncLies));
        }
        let Some(daemon) = &mut self.daemon else { return Ok(()) };
        let Some(event) = daemon.write() else { return Ok(()) };
        let line = match &event {
            Event::Durable(lsn) => format!("durable up to {}", lsn.0),
            _ => {
                daemon.poisoned = true;
                self.auditor.poisoned();
                "the journal is poisoned".to_owned()
            }
        };
        self.note(&line);
        self.auditor.look(&self.disk)?;
        self.handle(event)?;
        let Some(daemon) = &mut self.daemon else { return Ok(()) };
        if !daemon.writing.is_empty() || daemon.hand_over() {
            self.write_soon();
        }
        Ok(())
    }

    pub(super) fn read_back(&mut self, ticket: Ticket, lsn: Lsn) -> Result<(), Violation> {
        let entry = self.daemon.as_mut().and_then(|daemon| daemon.read(lsn));
        self.handle(Event::Read { ticket, entry: entry.as_ref() })
    }

    pub(super) fn find(&mut self, ticket: Ticket, rrn: Rrn) -> Result<(), Violation> {
        let sales = self.daemon.as_mut().and_then(|daemon| daemon.find(rrn));
        self.handle(Event::Found { ticket, sales: sales.as_deref() })
    }

    /// A connection is open on both sides.
    pub(super) fn connected(&mut self, connection: ConnectionId, link: LinkId) -> Result<(), Violation> {
        self.handle(Event::Connected { connection, link })
    }

    /// A connection is gone, on both sides.
    pub(super) fn cut(&mut self, connection: ConnectionId) -> Result<(), Violation> {
        let Some(peer) = self.wire.close(connection) else { return Ok(()) };
        self.unread.remove(&connection);
        Auditor::closed(&mut self.auditor, connection.0);
        let again_us = self.dice.between(50_000, 3_000_000);
        self.after(again_us, Action::Dial(peer));
        if let Some(daemon) = &mut self.daemon {
            daemon.rest.remove(&connection);
        }
        self.handle(Event::Disconnected { connection })
    }
}
