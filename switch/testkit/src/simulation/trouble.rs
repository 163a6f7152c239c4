//! What goes wrong: kills, power cuts, broken connections, a failing disk, a clock that jumps, a disk that is nearly full.

use super::disk::Fault;
use super::wire::Peer;
use super::world::{Action, World};
use crate::auditor::Violation;
use lijian_exchange::Event;

/// In microseconds.
const HOUR_US: u64 = 3_600_000_000;

impl World {
    /// Something goes wrong, and something else later.
    pub(super) fn trouble(&mut self) -> Result<(), Violation> {
        let Some(pause_us) = self.scenario.trouble_us.filter(|_| !self.calm) else { return Ok(()) };
        let next_us = self.dice.between(100_000, pause_us);
        self.after(next_us, Action::Trouble);
        match self.dice.place(24) {
            0..=3 => self.kill(false),
            4..=7 => self.kill(true),
            8..=10 => self.break_connection(|peer| matches!(peer, Peer::Host(_))),
            11..=12 => self.break_connection(|peer| matches!(peer, Peer::Till(_))),
            13..=15 => {
                self.fail_disk();
                Ok(())
            }
            16..=17 => {
                self.jump();
                Ok(())
            }
            18 => {
                self.befall("disk nearly full");
                if self.daemon.is_some() {
                    self.auditor.space_is_low();
                }
                self.handle(Event::SpaceLow)
            }
            19 => self.lose_all_hosts(),
            20..=21 if self.away_until_us == 0 => {
                self.befall("issuer away for an hour");
                self.away_until_us = self.now_us + HOUR_US;
                self.lose_all_hosts()
            }
            _ => {
                self.lose_hosts = true;
                Ok(())
            }
        }
    }

    /// All of the issuer's hosts at once.
    pub(super) fn lose_all_hosts(&mut self) -> Result<(), Violation> {
        self.break_connection(|peer| matches!(peer, Peer::Host(_)))?;
        self.break_connection(|peer| matches!(peer, Peer::Host(_)))
    }

    fn befall(&mut self, what: &'static str) {
        *self.troubles.entry(what).or_insert(0) += 1;
        self.note(what);
    }

    /// The process ends at once; with the power, what was not synced goes too, all of it or a part.
    pub(super) fn kill(&mut self, power: bool) -> Result<(), Violation> {
        let Some(mut daemon) = self.daemon.take() else { return Ok(()) };
        self.befall(if power { "power cut" } else { "kill" });
        let writing = daemon.writing.front().map_or(0, |batch| batch.len_bytes() + 64);
        if writing > 0 && self.dice.percent(70) {
            self.disk.plan(Some(Fault::EndInSync));
            daemon.write();
        } else {
            self.disk.plan(None);
        }
        drop(daemon);
        self.process += 1;
        if power {
            let survive = if self.dice.percent(30) { writing } else { self.dice.place(writing + 1) };
            self.disk.cut_power(survive);
        } else {
            self.disk.kill_process();
        }
        for connection in self.wire.all() {
            self.cut(connection)?;
        }
        let down_us = self.dice.one_of(2_000_000, &[10_000, 30_000_000]);
        self.after(down_us, Action::Start);
        Ok(())
    }

    fn break_connection(&mut self, wanted: impl Fn(Peer) -> bool) -> Result<(), Violation> {
        let connections = self.wire.of(wanted);
        let Some(connection) = connections.get(self.dice.place(connections.len())).copied() else { return Ok(()) };
        self.befall("connection broken");
        self.cut(connection)
    }

    fn fail_disk(&mut self) {
        if self.daemon.is_none() {
            return;
        }
        let bytes = self.dice.place(3_000);
        let (what, fault) = match self.dice.place(4) {
            0 => ("write failed", Fault::Write(bytes)),
            1 | 2 => ("short write", Fault::ShortWrite(bytes)),
            _ => ("sync failed", Fault::Sync),
        };
        self.befall(what);
        self.disk.plan(Some(fault));
    }

    /// The wall clock is set: a little, by hours, or over midnight.
    fn jump(&mut self) {
        let far_us = self.dice.one_of(2_000_000, &[HOUR_US, 14 * HOUR_US]);
        let by_us = i64::try_from(self.dice.between(1, far_us)).unwrap_or(0);
        let back = self.dice.percent(50);
        self.jumped_us += if back { -by_us } else { by_us };
        self.befall(if back { "clock set back" } else { "clock set forward" });
    }

    /// What is broken is mended, once: a switch that grants nothing any more is started anew.
    pub(super) fn go_home(&mut self) -> Result<(), Violation> {
        let mended = self.daemon.as_ref().is_none_or(|daemon| !daemon.poisoned);
        self.disk.plan(None);
        self.lose_hosts = false;
        if mended { Ok(()) } else { self.kill(false) }
    }
}
