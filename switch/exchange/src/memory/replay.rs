//! What is remembered, as a fold over the journal.

use super::{Memory, Remembered, State};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{ContentDigest, DuplicateKey, Lsn};
use lijian_domain::record::{Entry, Record, ReleaseCause};

impl Memory {
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
                if let Some(key) = self.opened_by(outcome.intent) {
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
                if let Some(key) = self.opened_by(outcome.asked) {
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
            Record::GaveBack(_)
            | Record::QueueOrdered(_)
            | Record::Opened(_)
            | Record::RulesChanged(_)
            | Record::Claimed(_)
            | Record::ClaimChanged(_)
            | Record::Drawn(_) => {}
        }
    }

    /// The journal is replayed: what was needed only for that is dropped.
    pub(crate) fn replayed(&mut self) {
        self.undoes.clear();
        self.restored = Vec::new();
        self.opened.clear();
        self.opened.shrink_to_fit();
    }

    fn replay_open(&mut self, entry: &Entry, key: DuplicateKey, content: ContentDigest, state: State) {
        self.opened.insert(entry.lsn, key);
        self.open(entry.business_date, key, Remembered { state, content, opened: entry.lsn, answered: Lsn::NONE });
    }

    fn replay_note(&mut self, opened: Lsn, state: State, answered: Option<Lsn>) {
        if let Some(key) = self.opened_by(opened) {
            self.note(&key, state, answered);
        }
    }

    /// The request that a record opened, unless it was forgotten or sent again as a new one.
    fn opened_by(&self, opened: Lsn) -> Option<DuplicateKey> {
        let restored = || {
            let place = self.restored.binary_search_by_key(&opened, |(lsn, _)| *lsn).ok()?;
            self.restored.get(place).map(|(_, key)| *key)
        };
        let key = self.opened.get(&opened).copied().or_else(restored)?;
        self.requests.get(&key).filter(|request| request.opened == opened).map(|_| key)
    }
}
