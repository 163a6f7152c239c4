//! Everything there is in one history, and what happens next.

use super::Passed;
use super::daemon::Daemon;
use super::dice::Dice;
use super::disk::Disk;
use super::history::History;
use super::issuer::Issuer;
use super::mutation::Mutation;
use super::people::People;
use super::scenario::Scenario;
use super::till::Till;
use super::wire::{Peer, Way, Wire};
use crate::auditor::wire::Message;
use crate::auditor::{Auditor, Rule, Standing, Violation};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::rules::Rules;
use lijian_domain::time::UnixMicros;
use lijian_exchange::{ConnectionId, Event, Now, Settings, Ticket};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// After the last till went home: time-outs, late answers, reconnections.
const CALM_US: u64 = 150_000_000;
const DAY_US: i64 = 86_400_000_000;
/// In a row, without anything happening: far more than timers that are due together.
const IDLE_WAKES: u32 = 20_000;
/// Hosts of the issuer.
const HOSTS: usize = 2;

/// Something that will happen. What concerns a process that has ended meanwhile does not.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Start,
    Turn(u64),
    Synced(u64),
    Read(u64, Ticket, Lsn),
    Find(u64, Ticket, Rrn),
    Tick(u64),
    Arrive(ConnectionId, Way),
    Dial(Peer),
    Till(usize),
    Say(ConnectionId, Vec<u8>),
    Trouble,
    Operate,
    Claim,
    SwapRules,
    GoHome,
    End,
}

/// See the module's text.
pub(super) struct World {
    pub(super) scenario: Scenario,
    pub(super) rules: Arc<Rules>,
    pub(super) settings: Settings,
    pub(super) dice: Dice,
    pub(super) mutation: Option<Mutation>,
    pub(super) now_us: u64,
    /// How far the wall clock was moved.
    pub(super) jumped_us: i64,
    queue: BTreeMap<(u64, u64), Action>,
    queued: u64,
    pub(super) disk: Disk,
    pub(super) daemon: Option<Daemon>,
    /// Which process of the switch this is.
    pub(super) process: u64,
    pub(super) turn_due: bool,
    pub(super) armed_us: Option<u64>,
    pub(super) wire: Wire,
    pub(super) tills: Vec<Till>,
    pub(super) people: People,
    pub(super) issuer: Issuer,
    /// The issuer's answer before this one, where answers are mixed up.
    pub(super) last_said: Option<Message>,
    /// Bytes that peers have not understood yet.
    pub(super) unread: BTreeMap<ConnectionId, Vec<u8>>,
    pub(super) auditor: Auditor,
    pub(super) history: History,
    pub(super) troubles: BTreeMap<&'static str, u64>,
    /// Whether the issuer will be lost as soon as a sale is accepted, before it can be asked.
    pub(super) lose_hosts: bool,
    /// What the operators have decided about.
    pub(super) ordered: BTreeSet<Lsn>,
    /// How often the switch woke since something happened.
    idle_wakes: u32,
    /// Until then no host of the issuer can be reached.
    pub(super) away_until_us: u64,
    /// Whether nothing goes wrong any more.
    pub(super) calm: bool,
}

impl World {
    pub(super) fn new(seed: u64, mutation: Option<Mutation>) -> Result<Self, Violation> {
        let mut dice = Dice::new(seed);
        let scenario = Scenario::draw(&mut dice);
        let wrong = || Rule::JournalReads.broken("the scenario's own rules do not hold");
        let rules = Arc::new(scenario.programme.rules(None, mutation).ok_or_else(wrong)?);
        let settings = scenario.settings().ok_or_else(wrong)?;
        let auditor = Auditor::new(scenario.facts());
        let tills = (0..scenario.tills).map(|number| Till::new(number, scenario.till_steps)).collect();
        let mut world = Self {
            scenario,
            rules,
            settings,
            dice,
            mutation,
            now_us: 1_000_000,
            jumped_us: 0,
            queue: BTreeMap::new(),
            queued: 0,
            disk: Disk::default(),
            daemon: None,
            process: 0,
            turn_due: false,
            armed_us: None,
            wire: Wire::default(),
            tills,
            people: People::default(),
            issuer: Issuer::default(),
            last_said: None,
            unread: BTreeMap::new(),
            auditor,
            history: History::new(),
            troubles: BTreeMap::new(),
            lose_hosts: false,
            ordered: BTreeSet::new(),
            idle_wakes: 0,
            away_until_us: 0,
            calm: false,
        };
        world.after(0, Action::Start);
        for host in 0..HOSTS {
            world.after(1_000, Action::Dial(Peer::Host(host)));
        }
        for till in 0..world.tills.len() {
            world.after(2_000, Action::Dial(Peer::Till(till)));
            let first_us = world.dice.between(10_000, 2_000_000);
            world.after(first_us, Action::Till(till));
        }
        world.after(4_000_000, Action::Operate);
        if world.scenario.programme.claims() {
            world.after(5_000, Action::Claim);
        }
        if let Some(swap_us) = world.scenario.swap_us {
            let first_us = world.dice.between(1_000_000, swap_us);
            world.after(first_us, Action::SwapRules);
        }
        if let Some(trouble_us) = world.scenario.trouble_us {
            let first_us = world.dice.between(1_000_000, trouble_us);
            world.after(first_us, Action::Trouble);
        }
        Ok(world)
    }

    pub(super) fn after(&mut self, delay_us: u64, action: Action) {
        self.at(self.now_us + delay_us, action);
    }

    pub(super) fn at(&mut self, at_us: u64, action: Action) {
        self.queued += 1;
        self.queue.insert((at_us.max(self.now_us), self.queued), action);
    }

    pub(super) fn now(&self) -> Now {
        let passed = i64::try_from(self.now_us).unwrap_or(i64::MAX);
        Now { wall: UnixMicros(self.scenario.start.0 + passed + self.jumped_us), monotonic_us: self.now_us }
    }

    /// The day of the switch's wall clock.
    pub(super) fn day(&self) -> i64 {
        (self.now().wall.0 + 8 * 3_600_000_000).div_euclid(DAY_US)
    }

    /// Lets everything happen.
    pub(super) fn play(&mut self) -> Result<(), Violation> {
        while let Some(((at_us, _), action)) = self.queue.pop_first() {
            self.now_us = at_us;
            if matches!(action, Action::End) {
                return self.finish();
            }
            let idle = matches!(action, Action::Tick(_) | Action::Turn(_));
            self.idle_wakes = if idle { self.idle_wakes + 1 } else { 0 };
            if self.idle_wakes > IDLE_WAKES {
                return Err(Rule::NothingLeftOpen.broken("the switch wakes over and over, and does nothing"));
            }
            self.happen(action)?;
        }
        Err(Rule::NothingLeftOpen.broken("the history ran dry before its end"))
    }

    fn happen(&mut self, action: Action) -> Result<(), Violation> {
        match action {
            Action::Start => self.start(),
            Action::Turn(process) if process == self.process => self.turn(),
            Action::Synced(process) if process == self.process => self.synced(),
            Action::Read(process, ticket, lsn) if process == self.process => self.read_back(ticket, lsn),
            Action::Find(process, ticket, rrn) if process == self.process => self.find(ticket, rrn),
            Action::Tick(process) if process == self.process => {
                self.armed_us = None;
                self.handle(Event::Tick)
            }
            Action::Turn(_) | Action::Synced(_) | Action::Read(..) | Action::Find(..) | Action::Tick(_) => Ok(()),
            Action::Arrive(connection, way) => self.arrive(connection, way),
            Action::Dial(peer) => self.dial(peer),
            Action::Till(till) => {
                self.till(till);
                Ok(())
            }
            Action::Say(connection, frame) => {
                self.say(connection, &frame);
                Ok(())
            }
            Action::Trouble => self.trouble(),
            Action::Operate => self.operate(),
            Action::Claim => self.claim(),
            Action::SwapRules => self.swap_rules(),
            Action::GoHome => self.go_home(),
            Action::End => Ok(()),
        }
    }

    /// The tills are done: what went wrong is put right, and everything settles.
    pub(super) fn everybody_is_done(&mut self) {
        if !self.calm && self.tills.iter().all(|till| till.steps == 0) {
            self.calm = true;
            let away_us = self.away_until_us.saturating_sub(self.now_us);
            self.after(away_us + 1_000_000, Action::GoHome);
            self.after(away_us + CALM_US, Action::End);
        }
    }

    fn finish(&mut self) -> Result<(), Violation> {
        self.note("the end");
        let Some(daemon) = &self.daemon else {
            return Err(Rule::NothingLeftOpen.broken("the switch is not running at the end"));
        };
        let status = daemon.exchange.status();
        self.auditor.look(&self.disk)?;
        self.auditor.finish(Standing { in_flight: status.in_flight, in_doubt: status.in_doubt })
    }

    pub(super) fn note(&mut self, line: &str) {
        self.history.note(self.now_us, line);
    }

    pub(super) fn passed(&self) -> Passed {
        let mut kinds = BTreeMap::new();
        self.auditor.kinds().for_each(|kind| *kinds.entry(kind).or_insert(0) += 1);
        let troubles = self.troubles.clone();
        Passed { digest: self.history.digest(), steps: self.history.steps, kinds, troubles }
    }
}
