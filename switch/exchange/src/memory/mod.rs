//! What is remembered of requests that were answered: where their records stand, so that a repeat gets the same answer and
//! a reversal finds its original. Kept for some business days, rebuilt from the journal or from a snapshot at start.

mod replay;
mod rows;

use foldhash::fast::FixedState;
use lijian_domain::ids::{ContentDigest, DuplicateKey, Lsn};
use lijian_domain::time::BusinessDate;
use std::collections::{BTreeMap, HashMap};

/// How a request ended, or how far it came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// A sale between intent and outcome.
    Open,
    /// A sale whose outcome is unknown.
    InDoubt,
    /// A sale with its subsidy.
    Granted,
    /// A sale that the issuer declined.
    Declined,
    /// A sale in doubt that is over without a grant.
    Released,
    /// A sale, granted or in doubt, whose reversal waits for the issuer.
    Reversing,
    /// A sale that was granted and reversed, or a quote that was taken back.
    Reversed,
    /// A sale that was refused its subsidy, and declined; or went on at full price, and was answered.
    Refused,
    /// No sale yet, but its reversal: should it come, it is refused.
    Tombstone,
    /// A sale that goes on at full price and is not answered yet.
    FullPrice,
    /// A reversal that was accepted and is not answered yet.
    ReversalAsked,
    /// A reversal that was answered.
    ReversalAnswered,
    /// A void, a refund, or the reversal of a void that was accepted and is not answered yet.
    ReturnAsked,
    /// The same, answered.
    ReturnAnswered,
    /// A void that was reversed.
    ReturnUndone,
    /// A quote.
    Quoted,
    /// A quote that became a sale.
    QuoteUsed,
    /// A quote that nobody used in its time.
    QuoteExpired,
}

impl State {
    /// Whether it is that of a void, of a refund, or of the reversal of a void.
    pub(crate) fn is_of_return(self) -> bool {
        matches!(self, Self::ReturnAsked | Self::ReturnAnswered | Self::ReturnUndone)
    }
}

/// What is remembered of one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Remembered {
    pub(crate) state: State,
    pub(crate) content: ContentDigest,
    /// The record that opened it: intent, refusal, or acceptance of a reversal.
    pub(crate) opened: Lsn,
    /// The record that its answer is made of; none while there is none.
    pub(crate) answered: Lsn,
}

/// The same as it is kept, with the day it is forgotten with.
#[derive(Clone, Copy)]
struct Kept {
    content: ContentDigest,
    opened: Lsn,
    answered: Lsn,
    day: BusinessDate,
    state: State,
}

const _: () = assert!(size_of::<(DuplicateKey, Kept)>() == 48, "millions of requests are to fit");

impl Kept {
    const fn new(request: Remembered, day: BusinessDate) -> Self {
        let Remembered { state, content, opened, answered } = request;
        Self { content, opened, answered, day, state }
    }

    const fn request(&self) -> Remembered {
        let Self { content, opened, answered, day: _, state } = *self;
        Remembered { state, content, opened, answered }
    }
}

/// See the module's text.
pub(crate) struct Memory {
    days: u16,
    requests: HashMap<DuplicateKey, Kept, FixedState>,
    by_day: BTreeMap<BusinessDate, Vec<DuplicateKey>>,
    /// Requests by the LSN that opened them, while the journal is replayed.
    opened: HashMap<Lsn, DuplicateKey, FixedState>,
    /// The same of those that a snapshot holds, in order.
    restored: Vec<(Lsn, DuplicateKey)>,
    /// Which void a reversal undoes, likewise.
    undoes: BTreeMap<Lsn, Lsn>,
}

impl Memory {
    /// Remembers nothing yet, and each request for `days` business days at least, 1 or more.
    pub(crate) fn new(days: u16, hash_seed: u64) -> Self {
        let hasher = FixedState::with_seed(hash_seed);
        Self {
            days: days.max(1),
            requests: HashMap::with_hasher(hasher.clone()),
            by_day: BTreeMap::new(),
            opened: HashMap::with_hasher(hasher),
            restored: Vec::new(),
            undoes: BTreeMap::new(),
        }
    }

    /// Requests remembered.
    pub(crate) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(crate) fn get(&self, key: &DuplicateKey) -> Option<Remembered> {
        self.requests.get(key).map(Kept::request)
    }

    /// Remembers a new request of a business day, and forgets the days that are over, but for sales that still hold money:
    /// those are looked at again a day later.
    pub(crate) fn open(&mut self, day: BusinessDate, key: DuplicateKey, request: Remembered) {
        let before = self.requests.insert(key, Kept::new(request, day));
        if before.is_none_or(|before| before.day != day) {
            self.by_day.entry(day).or_default().push(key);
        }
        let oldest = BusinessDate(day.0 - i32::from(self.days) + 1);
        while let Some(over) = self.by_day.first_entry().filter(|first| *first.key() < oldest) {
            let (over_day, keys) = over.remove_entry();
            for key in keys {
                // A request that was sent again as a new one is listed twice.
                let Some(request) = self.requests.get_mut(&key).filter(|request| request.day == over_day) else {
                    continue;
                };
                if holds_money(request.state) {
                    request.day = day;
                    self.by_day.entry(day).or_default().push(key);
                } else {
                    let opened = request.opened;
                    self.requests.remove(&key);
                    self.opened.remove(&opened);
                }
            }
        }
    }

    /// Remembers that a reversal came before its original.
    pub(crate) fn bury(&mut self, day: BusinessDate, original: DuplicateKey, lsn: Lsn) {
        let content = ContentDigest::default();
        self.open(day, original, Remembered { state: State::Tombstone, content, opened: lsn, answered: Lsn::NONE });
    }

    /// Notes how a request went on; `answered` where that is a record its answer is made of.
    pub(crate) fn note(&mut self, key: &DuplicateKey, state: State, answered: Option<Lsn>) {
        if let Some(request) = self.requests.get_mut(key) {
            request.state = state;
            request.answered = answered.unwrap_or(request.answered);
        }
    }

    /// Forgets a request: sent again, it is a new one.
    pub(crate) fn forget(&mut self, key: &DuplicateKey) {
        self.requests.remove(key);
    }

    /// Takes back an answer whose record may never be durable, though it may be readable: a repeat must not be told what a
    /// restart may not find. What was refused at full price is asked of the issuer again.
    pub(crate) fn withdraw(&mut self, key: &DuplicateKey) {
        let Some(request) = self.requests.get_mut(key) else { return };
        request.state = match request.state {
            State::Granted | State::Declined | State::InDoubt => State::InDoubt,
            State::ReversalAnswered => State::ReversalAsked,
            State::ReturnAnswered => State::ReturnAsked,
            State::Refused if request.answered != request.opened => State::FullPrice,
            _ => return,
        };
        request.answered = Lsn::NONE;
    }
}

/// Such a request is not forgotten while it does.
const fn holds_money(state: State) -> bool {
    matches!(state, State::Open | State::InDoubt | State::Reversing | State::ReturnAsked | State::Quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_over_are_forgotten() {
        let mut memory = Memory::new(2, 1);
        let request =
            Remembered { state: State::Granted, content: ContentDigest::default(), opened: Lsn(1), answered: Lsn(2) };
        for day in 1..=3 {
            memory.open(BusinessDate(day), DuplicateKey([u8::try_from(day).unwrap(); 16]), request);
        }
        assert_eq!(memory.get(&DuplicateKey([1; 16])), None);
        assert_eq!(memory.get(&DuplicateKey([2; 16])), Some(request));
        memory.note(&DuplicateKey([3; 16]), State::Reversed, None);
        assert_eq!(memory.get(&DuplicateKey([3; 16])).unwrap().state, State::Reversed);
        assert_eq!(memory.len(), 2);
    }
}
