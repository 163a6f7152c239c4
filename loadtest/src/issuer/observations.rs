//! What the issuer saw and did, for those who want to compare: totals, accounts, and the newest messages one by one.

use super::books::Books;
use super::card::Card;
use super::seen::Seen;
use super::totals::{Sums, Totals};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Closed connections that are kept with their reason, the newest.
const CUTS_MAX: usize = 256;

/// A connection that the issuer closed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The connection, from 1.
    pub connection: u64,
    /// Why, for people; holds no data of the message.
    pub reason: String,
}

/// A view on a running issuer, or on one that ended. Clones see the same issuer.
#[derive(Clone)]
pub struct Observations {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

/// All that connections share; one lock, taken once for everything that was read at once.
pub(super) struct State {
    pub(super) books: Books,
    seen: VecDeque<Seen>,
    seen_max: usize,
    cuts: VecDeque<Cut>,
}

impl State {
    /// The order number of a message that was just read.
    pub(super) fn next_order(&mut self) -> u64 {
        let totals = self.books.totals_mut();
        totals.messages += 1;
        totals.messages
    }

    /// Keeps a message for observers; `make` is not called when none are kept.
    pub(super) fn keep(&mut self, make: impl FnOnce() -> Seen) {
        if self.seen_max == 0 {
            return;
        }
        if self.seen.len() >= self.seen_max {
            self.seen.pop_front();
        }
        self.seen.push_back(make());
    }

    /// Counts a connection that is closed because of what came over it.
    pub(super) fn cut(&mut self, connection: u64, reason: String) {
        self.books.totals_mut().connections_cut += 1;
        if self.cuts.len() >= CUTS_MAX {
            self.cuts.pop_front();
        }
        self.cuts.push_back(Cut { connection, reason });
    }
}

impl Observations {
    pub(super) fn new(seen_max: usize) -> Self {
        let state = State { books: Books::default(), seen: VecDeque::new(), seen_max, cuts: VecDeque::new() };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), changed: watch::Sender::new(0) }) }
    }

    /// Counts and sums up to now.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.lock().books.totals()
    }

    /// The newest messages, oldest first; how many is [`super::IssuerSettings::observed_max`].
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.seen_since(0)
    }

    /// Those messages whose order is greater than this.
    #[must_use]
    pub fn seen_since(&self, order: u64) -> Vec<Seen> {
        self.lock().seen.iter().filter(|seen| seen.order > order).cloned().collect()
    }

    /// The account of each card. Cards print masked.
    #[must_use]
    pub fn accounts(&self) -> Vec<(Card, Sums)> {
        self.lock().books.accounts()
    }

    /// Connections that the issuer closed because of what came over them, the newest 256.
    #[must_use]
    pub fn cuts(&self) -> Vec<Cut> {
        self.lock().cuts.iter().cloned().collect()
    }

    /// Waits until the totals are as wanted, looking again after each batch of messages. Put a time-out around it.
    pub async fn wait_until(&self, wanted: impl Fn(&Totals) -> bool) -> Totals {
        let mut changes = self.shared.changed.subscribe();
        loop {
            changes.borrow_and_update();
            let totals = self.totals();
            // The sender lives as long as `self` does: an error cannot come.
            if wanted(&totals) || changes.changed().await.is_err() {
                return totals;
            }
        }
    }

    /// Changes the state, then tells those who wait.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.shared.changed.send_modify(|version| *version = version.wrapping_add(1));
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing here panics half way through a change; the books stay readable in any case.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Observations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Observations({:?})", self.totals())
    }
}
