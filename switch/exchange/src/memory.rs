//! What is remembered of requests that were answered: where their records stand, so that a repeat gets the same answer and
//! a reversal finds its original. Kept for some business days, rebuilt from the journal at start.

use foldhash::fast::FixedState;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{ContentDigest, DuplicateKey, Lsn};
use lijian_domain::record::{Entry, Record, ReleaseCause};
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

/// See the module's text.
pub(crate) struct Memory {
    days: u16,
    requests: HashMap<DuplicateKey, Remembered, FixedState>,
    by_day: BTreeMap<BusinessDate, Vec<DuplicateKey>>,
    /// Requests that are open, by the LSN that opened them, while the journal is replayed.
    opened: HashMap<Lsn, DuplicateKey, FixedState>,
    /// Which void a reversal undoes, likewise.
    undoes: BTreeMap<Lsn, Lsn>,
}

impl Memory {
    pub(crate) fn new(days: u16, hash_seed: u64) -> Self {
        let hasher = FixedState::with_seed(hash_seed);
        Self {
            days: days.max(1),
            requests: HashMap::with_hasher(hasher.clone()),
            by_day: BTreeMap::new(),
            opened: HashMap::with_hasher(hasher),
            undoes: BTreeMap::new(),
        }
    }

    /// Requests remembered.
    pub(crate) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(crate) fn get(&self, key: &DuplicateKey) -> Option<Remembered> {
        self.requests.get(key).copied()
    }

    /// Remembers a new request of a business day, and forgets the days that are over, but for sales that still hold money:
    /// those are looked at again a day later.
    pub(crate) fn open(&mut self, day: BusinessDate, key: DuplicateKey, request: Remembered) {
        if self.requests.insert(key, request).is_none() {
            self.by_day.entry(day).or_default().push(key);
        }
        let oldest = BusinessDate(day.0 - i32::from(self.days) + 1);
        while let Some(over) = self.by_day.first_entry().filter(|first| *first.key() < oldest) {
            for key in over.remove() {
                if self.holds_money(&key) {
                    self.by_day.entry(day).or_default().push(key);
                } else if let Some(request) = self.requests.remove(&key) {
                    self.opened.remove(&request.opened);
                }
            }
        }
    }

    fn holds_money(&self, key: &DuplicateKey) -> bool {
        self.requests.get(key).is_some_and(|request| {
            matches!(
                request.state,
                State::Open | State::InDoubt | State::Reversing | State::ReturnAsked | State::Quoted
            )
        })
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

    /// Folds one entry of the journal in.
    pub(crate) fn replay(&mut self, entry: &Entry) {
        let lsn = entry.lsn;
        match &entry.record {
            Record::Intent(intent) => {
                self.replay_open(entry, intent.origin.key, intent.origin.content, State::Open);
                if let Some(quote) = intent.quote {
                    self.replay_note(quote, State::QuoteUsed, None);
                }
            }
            Record::Quoted(quoted) => {
                let origin = &quoted.sale.origin;
                self.replay_open(entry, origin.key, origin.content, State::Quoted);
                self.note(&origin.key, State::Quoted, Some(lsn));
            }
            Record::Refused(refused) => {
                let declined = !refused.answer.response_code.is_empty();
                let state = if declined { State::Refused } else { State::FullPrice };
                self.replay_open(entry, refused.origin.key, refused.origin.content, state);
                if declined {
                    self.note(&refused.origin.key, state, Some(lsn));
                }
            }
            Record::ReversalAsked(asked) => {
                self.replay_open(entry, asked.origin.key, asked.origin.content, State::ReversalAsked);
            }
            Record::Granted(outcome) => self.replay_note(outcome.intent, State::Granted, Some(lsn)),
            Record::Declined(outcome) if outcome.answer.code == DecisionCode::TryAgain => {
                if let Some(key) = self.opened.get(&outcome.intent).copied() {
                    self.forget(&key);
                }
            }
            Record::Declined(outcome) => self.replay_note(outcome.intent, State::Declined, Some(lsn)),
            Record::FullPrice(outcome) => self.replay_note(outcome.intent, State::Refused, Some(lsn)),
            Record::InDoubt(doubt) => self.replay_note(doubt.intent, State::InDoubt, Some(lsn)),
            Record::Released(released) => {
                let state = match released.cause {
                    ReleaseCause::QuoteExpired => State::QuoteExpired,
                    ReleaseCause::QuoteWithdrawn => State::Reversed,
                    _ => State::Released,
                };
                self.replay_note(released.intent, state, None);
            }
            Record::Reversed(outcome) => {
                self.replay_note(outcome.intent, State::Reversed, None);
                self.replay_note(outcome.asked, State::ReversalAnswered, Some(lsn));
            }
            Record::ReversalRefused(outcome) => self.replay_note(outcome.asked, State::ReversalAnswered, Some(lsn)),
            Record::Tombstone(tombstone) => self.bury(entry.business_date, tombstone.original, lsn),
            Record::ReturnAsked(asked) => {
                self.replay_open(entry, asked.origin.key, asked.origin.content, State::ReturnAsked);
                self.undoes.extend(asked.of.map(|void| (lsn, void)));
            }
            Record::ReturnRefused(outcome) if outcome.answer.code == DecisionCode::TryAgain => {
                if let Some(key) = self.opened.get(&outcome.asked).copied() {
                    self.forget(&key);
                }
            }
            Record::Returned(outcome) | Record::ReturnRefused(outcome) => {
                self.replay_note(outcome.asked, State::ReturnAnswered, Some(lsn));
                let undone = self.undoes.remove(&outcome.asked);
                if let (Record::Returned(_), Some(void)) = (&entry.record, undone) {
                    self.replay_note(void, State::ReturnUndone, None);
                }
            }
            Record::GaveBack(_) | Record::QueueOrdered(_) | Record::Opened(_) => {}
        }
    }

    /// The journal is replayed: what was needed only for that is dropped.
    pub(crate) fn replayed(&mut self) {
        self.undoes.clear();
        self.opened.clear();
        self.opened.shrink_to_fit();
    }

    fn replay_open(&mut self, entry: &Entry, key: DuplicateKey, content: ContentDigest, state: State) {
        self.opened.insert(entry.lsn, key);
        self.open(entry.business_date, key, Remembered { state, content, opened: entry.lsn, answered: Lsn::NONE });
    }

    fn replay_note(&mut self, opened: Lsn, state: State, answered: Option<Lsn>) {
        if let Some(key) = self.opened.get(&opened).copied() {
            self.note(&key, state, answered);
        }
    }
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
