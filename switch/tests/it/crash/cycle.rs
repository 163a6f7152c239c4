//! One cycle after the other: start, compare, sell, kill.

use super::books::{Counts, What};
use super::comparison::{self, Pages};
use super::dice::Dice;
use super::goods::{GOODS, LATE_PRICE, campaign};
use super::history::History;
use super::issuer_books::IssuerBooks;
use super::load::{CONNECTIONS, Floor, Kill, sell};
use super::restart::{exported, start_and_kill, verified};
use crate::daemon::host::issuer;
use crate::daemon::process::{Daemon, command};
use lijian_load::issuer::Observations;
use std::cell::RefCell;
use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::rc::Rc;
use tempfile::TempDir;
use tokio::task::JoinSet;

/// From here on the switch tells a till 98; what the issuer answers late comes after it.
const TIME_BUDGET_MS: u32 = 400;
/// About one snapshot a cycle.
const SNAPSHOT_RECORDS: u32 = 60;
/// Looks at a daemon that does not come to rest, and those at one at rest: what is wrong in all of these is wrong.
const LOOKS_MAX: u32 = 200;
const LOOKS_AT_REST: u32 = 3;

/// All that lives through the daemon's deaths.
pub(super) struct Trial {
    data: TempDir,
    rules: TempDir,
    issuer: (SocketAddr, Observations),
    floor: Rc<RefCell<Floor>>,
    history: History,
    issuer_books: IssuerBooks,
    budget: u64,
    /// How many requests there were before the last run.
    earlier: usize,
}

impl Trial {
    pub(super) fn new(seed: u64) -> Self {
        let issuer = issuer(|settings| {
            settings.latency_ms = 1;
            settings.decline_percent = 8;
            settings.silent_percent = 1;
            settings.seed = seed;
            settings.observed_max = usize::MAX;
            let nets = GOODS.map(|goods| (LATE_PRICE - goods.discount(LATE_PRICE), TIME_BUDGET_MS + 50));
            settings.late_amounts = nets.into();
        });
        Self {
            data: tempfile::tempdir().unwrap(),
            rules: tempfile::tempdir().unwrap(),
            issuer,
            floor: Rc::new(RefCell::new(Floor::new(Dice::new(seed)))),
            history: History::default(),
            issuer_books: IssuerBooks::default(),
            budget: 0,
            earlier: 0,
        }
    }

    /// Starts on what the last kill left, compares, sells, kills.
    pub(super) async fn cycle(&mut self) {
        self.start();
        let kill = {
            let floor = &mut *self.floor.borrow_mut();
            floor.sells = true;
            let answers = floor.dice.below(500);
            let draining = floor.dice.one_in(8);
            if draining { Kill::Draining(answers.max(1), floor.dice.below(40)) } else { Kill::After(answers) }
        };
        self.floor.borrow_mut().kill = kill;
        self.sell().await;
        let floor = &mut *self.floor.borrow_mut();
        floor.kill_now();
        let counts = &mut floor.books.counts;
        match kill {
            Kill::Draining(..) => counts.kills_while_draining += 1,
            Kill::After(_) | Kill::Never => counts.kills_under_load += 1,
        }
    }

    /// Asks everything that was ever asked once more, and compares a last time.
    pub(super) async fn finish(mut self) -> Counts {
        self.start();
        {
            let floor = &mut *self.floor.borrow_mut();
            (floor.sells, floor.kill) = (false, Kill::Never);
            let sales = |place: &usize| !matches!(floor.books.asked[*place].what, What::Plain);
            floor.queue = (0..floor.books.asked.len()).filter(sales).collect();
        }
        self.sell().await;
        self.compare();
        let mut whole = History::default();
        let floor = self.floor.borrow();
        whole.read(&exported(self.data.path(), 1), &floor.books, self.budget).unwrap();
        assert_eq!((whole.last, whole.digest()), (self.history.last, self.history.digest()), "history was changed");
        assert!(verified(self.data.path()).contains("records: "));
        Counts { records: whole.last, ..floor.books.counts }
    }

    /// Starts the daemon with somewhat more money than before, at times after starts that were killed, and compares.
    fn start(&mut self) {
        {
            let floor = &mut *self.floor.borrow_mut();
            self.budget += 500_000 + floor.dice.below(4_000_000);
            fs::write(self.rules.path().join("campaign.toml"), campaign(self.budget)).unwrap();
            while floor.dice.one_in(3) {
                let ready = start_and_kill(self.command(), &mut floor.dice);
                let counts = &mut floor.books.counts;
                *(if ready { &mut counts.kills_just_ready } else { &mut counts.kills_while_starting }) += 1;
            }
            floor.daemon = Some(Daemon::spawn(self.command()));
            floor.books.run += 1;
            floor.queue = what_to_ask_again(floor, self.earlier);
            self.earlier = floor.books.asked.len();
        }
        self.compare();
        let floor = self.floor.borrow();
        floor.daemon.as_ref().unwrap().until_issuer();
    }

    fn command(&self) -> Command {
        let rules = format!("campaigns.files=[\"{}\"]", self.rules.path().join("campaign.toml").display());
        let patience = format!("links.acquirers.ascii.time_budget_ms={TIME_BUDGET_MS}");
        // Snapshots too are made, cut off and gone on from at random moments.
        let snapshots = format!("store.snapshot_records={SNAPSHOT_RECORDS}");
        command(self.data.path(), self.issuer.0, &[&rules, &patience, &snapshots])
    }

    async fn sell(&mut self) {
        let acquirer = self.floor.borrow().daemon.as_ref().unwrap().acquirer("ascii");
        let mut tills = JoinSet::new();
        for connection in 0..CONNECTIONS {
            tills.spawn_local(sell(Rc::clone(&self.floor), connection, acquirer));
        }
        let unanswered: u64 = tills.join_all().await.into_iter().sum();
        let floor = &mut *self.floor.borrow_mut();
        floor.books.counts.unanswered_at_kills += unanswered;
        assert!(floor.findings.is_empty(), "{}", floor.findings.join("\n"));
    }

    /// Compares once nothing moves any more: a page is as new as the journal only if that did not grow meanwhile.
    fn compare(&mut self) {
        let floor = self.floor.borrow();
        let daemon = floor.daemon.as_ref().unwrap();
        let look = || Pages {
            durable: daemon.metric("lijian_journal_durable_lsn"),
            in_doubt: daemon.metric("lijian_in_doubt"),
            budgets: daemon.json("/api/v1/budgets"),
        };
        let (mut last, mut at_rest) = (String::new(), 0);
        for _ in 0..LOOKS_MAX {
            let pages = look();
            let printed = exported(self.data.path(), self.history.last + 1);
            self.history.read(&printed, &floor.books, self.budget).unwrap();
            let same = pages.durable == self.history.last && look().durable == pages.durable;
            let compared = comparison::pages(&pages, &self.history, self.budget);
            match compared {
                Ok(()) if same => {
                    self.issuer_books.read(&self.issuer.1).unwrap();
                    return comparison::sales(&floor.books, &self.history, &self.issuer_books).unwrap();
                }
                Ok(()) => last = format!("{} is durable, {} was read", pages.durable, self.history.last),
                Err(finding) => last = finding,
            }
            at_rest += u32::from(same);
            if at_rest >= LOOKS_AT_REST {
                break;
            }
        }
        panic!("after {} records: {last}", self.history.last);
    }
}

/// What is open, the last answers before the kill, and some others.
fn what_to_ask_again(floor: &mut Floor, earlier: usize) -> std::collections::VecDeque<usize> {
    let length = floor.books.asked.len();
    let mut again: Vec<_> = (0..length).filter(|place| floor.books.is_open(*place)).collect();
    // All in doubt would be asked for ever: the latest tell enough.
    again.drain(..again.len().saturating_sub(200));
    again.extend(earlier.max(length.saturating_sub(64))..length);
    for _ in 0..length.min(32) {
        again.push(usize::try_from(floor.dice.below(u64::try_from(length).unwrap())).unwrap());
    }
    again.into()
}
